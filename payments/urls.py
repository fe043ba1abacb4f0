from django.urls import path

from payments.views.webhook import stripe_webhook

app_name = "payments"
urlpatterns = [path("webhook/stripe/", stripe_webhook, name="webhook_stripe")]
