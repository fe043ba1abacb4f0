"""Where the provider posts its events."""

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core import clock
from core.transactions import atomic
from payments.errors import BadWebhook
from payments.services.events import record_event


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Store a signed event and answer 200 before any work; whatever is not one gets a 400."""
    try:
        with atomic():
            record_event(body=request.body, signature=request.headers.get("Stripe-Signature", ""), at=clock.now())
    except BadWebhook:
        return HttpResponseBadRequest("not a signed event", content_type="text/plain")
    return HttpResponse("stored", content_type="text/plain")
