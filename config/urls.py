"""The addresses of the house."""

from django.conf import settings
from django.urls import include, path, register_converter

from core.ids import PublicIdConverter

register_converter(PublicIdConverter, "public_id")

# The meeting first: addresses are tried in this order, and at the vote everybody asks at once.
urlpatterns = [
    path("", include("agm.urls")),
    path("", include("portal.urls")),
    path("", include("equity.urls")),
    path("", include("beers.urls")),
    path("payments/", include("payments.urls")),
    path("accounts/", include("accounts.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("portal.urls_demo")))

handler403 = "portal.views.errors.forbidden"
handler404 = "portal.views.errors.not_found"
handler500 = "portal.views.errors.server_error"
