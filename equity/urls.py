"""Addresses of the offer and of applying for shares."""

from django.urls import path

from equity.views import apply, offer, pay, receipt, tracker

app_name = "equity"
urlpatterns = [
    path("offers/<slug:slug>/", offer.offer, name="offer"),
    path("offers/<slug:slug>/risk/", offer.risk, name="risk"),
    path("offers/<slug:slug>/documents/<public_id:public_id>/", offer.document, name="document"),
    path("offers/<slug:slug>/apply/", apply.warning, name="warning"),
    path("buy/<public_id:public_id>/", tracker.apply, name="apply"),
    path("buy/<public_id:public_id>/details/", apply.Details.as_view(), name="details"),
    path("buy/<public_id:public_id>/holder/", apply.Holder.as_view(), name="holder"),
    path("buy/<public_id:public_id>/statement/", apply.Category.as_view(), name="category"),
    path("buy/<public_id:public_id>/questions/", apply.Questions.as_view(), name="questions"),
    path("buy/<public_id:public_id>/shares/", apply.Quantity.as_view(), name="quantity"),
    path("buy/<public_id:public_id>/wait/", apply.Wait.as_view(), name="wait"),
    path("buy/<public_id:public_id>/check/", apply.Check.as_view(), name="check"),
    path("buy/<public_id:public_id>/pay/", pay.Pay.as_view(), name="pay"),
    path("buy/<public_id:public_id>/change/", pay.reopen, name="reopen"),
    path("buy/<public_id:public_id>/returned/", pay.returned, name="returned"),
    path("buy/<public_id:public_id>/paid/", tracker.confirmation, name="confirmation"),
    path("buy/<public_id:public_id>/receipt.pdf", receipt.receipt, name="receipt"),
    path("buy/<public_id:public_id>/withdraw/", pay.withdraw, name="withdraw"),
    path("buy/<public_id:public_id>/status/", tracker.tracker, name="tracker"),
]
