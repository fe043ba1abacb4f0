"""Work of the room that runs in jobs: ids in, one call."""

from core import clock
from core.jobs import Lease
from core.storage import store_bytes
from equity.documents import certificate_pdf
from equity.models import Application, Certificate
from equity.services.certificates import keep_file
from equity.services.letters import send_letter


def issue_certificate_item(lease: Lease, certificate_id: int) -> None:
    """Make one certificate's file: bytes first, then the row that points to them, never the other way round."""
    certificate = Certificate.objects.select_related("lot__account__share_class", "file").get(pk=certificate_id)
    if hasattr(certificate, "file"):
        with lease.store():
            return
    data = certificate_pdf(certificate)
    sha256 = store_bytes(data)
    with lease.store():
        keep_file(certificate=certificate, sha256=sha256, size_bytes=len(data), at=clock.now())


def send_allotment_letter_item(lease: Lease, application_id: int) -> None:
    """Tell one buyer that the shares are theirs; the chunk's position makes it one letter."""
    application = Application.objects.select_related("offer", "applicant", "applicant_user").get(pk=application_id)
    with lease.store():
        send_letter(kind="allotted", application=application, at=application.allotted_at or clock.now())
