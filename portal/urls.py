"""Addresses that span rooms: home, the holder's portal, the public check, the office."""

from django.urls import include, path

from portal.views import bank, bank_stop, check, dividends, home, language, me, promises, receipts, royalties

urlpatterns = [
    path("", home.home, name="home"),
    path("risk/", home.risk, name="risk"),
    path("language/", language.choose, name="set_language"),
    path("check/", check.ask, name="check"),
    path("check/<str:code>/", check.check, name="check_code"),
    path("check/vote/<str:token>/", receipts.check, name="check_vote"),
    path("check/vote/<str:token>/proof.json", receipts.proof, name="check_vote_proof"),
    path("promises/", promises.promises, name="promises"),
    path("about-voting/", promises.about_voting, name="about_voting"),
    path("me/", me.me, name="me"),
    path("me/certificates/<public_id:public_id>.pdf", me.certificate, name="me_certificate"),
    path("me/dividends/", dividends.dividends, name="me_dividends"),
    path("me/dividends.csv", dividends.dividends_csv, name="me_dividends_csv"),
    path("me/dividends/<public_id:public_id>/", dividends.dividend, name="me_dividend"),
    path("me/statements/<public_id:public_id>.pdf", dividends.statement, name="me_statement"),
    path("me/royalties/", royalties.royalties, name="me_royalties"),
    path("me/royalties/<public_id:public_id>/<public_id:party_id>/", royalties.royalty, name="me_royalty"),
    path("me/royalties/statements/<public_id:public_id>.pdf", royalties.statement_file, name="me_royalty_file"),
    path("me/royalties/statements/<public_id:public_id>/", royalties.statement, name="me_royalty_statement"),
    path("creators/", royalties.wall, name="creators"),
    path("me/bank/", bank.bank, name="me_bank"),
    path("me/bank/change/", bank.change, name="me_bank_change"),
    path("me/bank/change/check/", bank.check, name="me_bank_check"),
    path("me/bank/withdraw/", bank.withdraw, name="me_bank_withdraw"),
    path("bank/stop/<str:token>/", bank_stop.stop, name="bank_stop"),
    path("office/", include("portal.urls_office")),
]
