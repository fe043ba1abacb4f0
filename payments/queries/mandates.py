"""Reading bank details. Their numbers are opened for gateways and banks' files only: payments.gateways.destinations."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Party
from core.secrets import NotSealedHere, is_fingerprint_of, unseal
from payments.enums import MandateEnd
from payments.errors import DetailsUnreadable
from payments.models import BankMandate
from payments.rules.bank_details import BankDetails, details_of

PURPOSE = "payments.bank_details"
# How long after the details became usable the link in the mail still stops them.
STOP_WINDOW = timedelta(days=30)


def mandate_of(party_id: int) -> BankMandate | None:
    """Return the details in force, which may still wait for `usable_from`; None when there are none."""
    return BankMandate.objects.filter(party_id=party_id, ended_at=None).first()


def usable_mandates(*, at: datetime) -> QuerySet[BankMandate]:
    """Return the details that may be paid to at the moment, one per party at most."""
    return BankMandate.objects.filter(ended_at=None, usable_from__lte=at)


def history_of(party: Party) -> QuerySet[BankMandate]:
    """Return all details the party ever had, newest first."""
    return BankMandate.objects.filter(party=party).select_related("given_by").order_by("-given_at", "-pk")


def mandates_of(parties: Iterable[Party]) -> dict[int, BankMandate]:
    """Return the details in force by party id, in one query; parties without any are missing."""
    standing = BankMandate.objects.filter(party__in=parties, ended_at=None)
    return {mandate.party_id: mandate for mandate in standing}


def masked(mandate: BankMandate) -> str:
    """Return how details are named to everybody: "account ending 4471"."""
    return _("account ending %(ending)s") % {"ending": mandate.ending}


def details_in(mandate: BankMandate) -> BankDetails:
    """Return the opened numbers; raise `DetailsUnreadable` when they are not the ones that were sealed in this row."""
    try:
        numbers = unseal(mandate.sealed, purpose=PURPOSE)
    except NotSealedHere as error:
        raise DetailsUnreadable() from error
    if not is_fingerprint_of(mandate.fingerprint, numbers, purpose=PURPOSE):
        raise DetailsUnreadable()
    return details_of(scheme=mandate.scheme, country=mandate.country, holder_name=mandate.holder_name, numbers=numbers)


def hashed_token(token: str) -> str:
    """Return the sha256 of a mail's secret, all that is kept of it."""
    return sha256(token.encode()).hexdigest()


def find_stoppable(token: str, *, at: datetime) -> BankMandate | None:
    """Return the details that the mail's secret stops, or has stopped; None for every other secret.

    It stops details in force, until 30 days after they became usable.
    """
    mine = BankMandate.objects.filter(stop_token_sha256=hashed_token(token)).select_related("party")
    return mine.filter(Q(ended_at=None) | Q(ended_how=MandateEnd.NOT_ME), usable_from__gt=at - STOP_WINDOW).first()


def find_trusted_before(mandate: BankMandate) -> BankMandate | None:
    """Return the latest earlier details that were replaced after they had been usable: what a stop brings back.

    Details replaced while they still waited were never proved by time, and what was taken back or stopped stays so.
    """
    earlier = BankMandate.objects.filter(party_id=mandate.party_id, pk__lt=mandate.pk, ended_how=MandateEnd.REPLACED)
    return next((row for row in earlier.order_by("-pk") if row.ended_at and row.ended_at >= row.usable_from), None)


def find_restored_by_stop(mandate: BankMandate) -> BankMandate | None:
    """Return the details that came back into force when these were stopped."""
    restored = BankMandate.objects.filter(party_id=mandate.party_id, restores__isnull=False)
    return restored.filter(given_at=mandate.ended_at).first() if mandate.ended_at else None


def stopped_lately(*, at: datetime, days: int = 30) -> QuerySet[BankMandate]:
    """Return details that somebody said they had not given, newest first: the office looks at each."""
    stopped = BankMandate.objects.filter(ended_how=MandateEnd.NOT_ME, ended_at__gt=at - timedelta(days=days))
    return stopped.select_related("party").order_by("-ended_at", "-pk")
