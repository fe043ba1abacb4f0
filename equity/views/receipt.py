"""The receipt for application money."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from accounts.permissions import holder_required
from equity import documents
from equity.views.steps import own_application


@require_GET
@holder_required
def receipt(request: HttpRequest, public_id: str) -> HttpResponse:
    """A receipt of what was paid; 404 for anybody but the payer, and before anything was paid."""
    application = own_application(request, public_id)
    if application.paid_at is None:
        raise Http404
    response = HttpResponse(documents.receipt_pdf(application), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="receipt-{application.public_id}.pdf"'
    response.headers["Cache-Control"] = "no-store, private"
    return response
