"""Everything there is on the sandbox's origin."""

from django.urls import path

from payments.sandbox import views

app_name = "sandbox"
urlpatterns = [
    path("pay/<slug:session_id>/", views.show_page, name="page"),
    path("pay/<slug:session_id>/card/", views.pay_by_card, name="card"),
    path("pay/<slug:session_id>/confirm/", views.answer_bank, name="confirm"),
]
handler400 = views.not_here
handler403 = views.not_here
handler404 = views.not_here
handler500 = views.broken
