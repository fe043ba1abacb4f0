"""Work of the room that runs in jobs: ids in, one call."""

from agm.services.notices import send_notice
from core import clock
from core.jobs import Lease


def send_notice_item(lease: Lease, party_id: int) -> None:
    """Send one member the notice of the job's meeting; the delivery's own row makes it one mail."""
    with lease.store():
        send_notice(meeting_id=lease.params["meeting_id"], party_id=party_id, at=clock.now())
