"""What changed lately about somebody's signing in, read from the trail."""

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import User
from core.models import AuditRecord

# What somebody does who got in by another way than the owner's: allauth's names of the changes.
RESETS = ("password_reset", "totp_deactivated", "webauthn_removed")
# What an address alone can bring about: whoever reads the mailbox may have done it.
BY_ADDRESS = ("end_factors", "change_email", "claim_person")


def has_reset_since(user: User, since: datetime) -> bool:
    """Return whether the sign-in was opened by a claim or reset, a factor taken away or the address changed, since."""
    reset = Q(verb__in=BY_ADDRESS) | Q(verb="change_factor", detail__what__in=RESETS)
    return _about(user, since).filter(reset).exists()


def former_addresses(user: User, since: datetime) -> list[str]:
    """Return the addresses the user had until a change after the moment, newest first."""
    changes = _about(user, since).filter(verb="change_email").order_by("-pk")
    return [before for before in changes.values_list("detail__before", flat=True) if before != user.email]


def _about(user: User, since: datetime) -> QuerySet[AuditRecord]:
    return AuditRecord.objects.filter(subject_kind=User._meta.label_lower, subject_id=str(user.pk), at__gt=since)
