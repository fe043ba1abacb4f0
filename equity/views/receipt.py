"""The receipt for application money."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET

from accounts.permissions import holder_required
from core.pdf import NotPrintable
from equity import documents
from equity.views.steps import own_application, url_of


@require_GET
@holder_required
def receipt(request: HttpRequest, public_id: str) -> HttpResponse:
    """A receipt of what was paid; 404 for anybody but the payer, and before anything was paid.

    A name that none of our fonts can draw leads back to the tracker, which says so.
    """
    application = own_application(request, public_id)
    if application.paid_at is None:
        raise Http404
    try:
        data = documents.receipt_pdf(application)
    except NotPrintable as error:
        messages.error(request, str(error.sentence))
        return HttpResponseRedirect(url_of(application, "tracker"))
    response = HttpResponse(data, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="receipt-{application.public_id}.pdf"'
    response.headers["Cache-Control"] = "no-store, private"
    return response
