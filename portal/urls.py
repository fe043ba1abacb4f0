"""Addresses that span rooms: home, the holder's portal, the public check, the office."""

from django.urls import include, path

from portal.views import check, home, language, me, promises, receipts

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
    path("office/", include("portal.urls_office")),
]
