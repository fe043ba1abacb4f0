"""Reading bank details. Their numbers are opened for gateways and banks' files only: payments.gateways.destinations."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import Party, User
from accounts.queries.changes import has_reset_since
from core.secrets import NotSealedHere, fingerprint, is_fingerprint_of, unseal
from payments.enums import MandateEnd
from payments.errors import DetailsUnreadable
from payments.models import BankMandate
from payments.rules.bank_details import BankDetails, details_of

PURPOSE = "payments.bank_details"
# New details wait as long, and so do first ones after the sign-in was reset or opened by a claim.
HOLD = timedelta(days=7)
# How long after the details became usable the link in the mail still stops them.
STOP_WINDOW = timedelta(days=30)
REPLACED = MandateEnd.REPLACED


def mandate_of(party_id: int) -> BankMandate | None:
    """Return the details in force, which may still wait for `usable_from`; None when there are none."""
    return BankMandate.objects.filter(party_id=party_id, ended_at=None).first()


def history_of(party: Party) -> QuerySet[BankMandate]:
    """Return all details the party ever had, newest first."""
    return BankMandate.objects.filter(party=party).select_related("given_by").order_by("-given_at", "-pk")


def is_account_of(mandate: BankMandate, details: BankDetails) -> bool:
    """Return whether these are the numbers the mandate has; the name may differ."""
    return is_fingerprint_of(mandate.fingerprint, details.numbers, purpose=PURPOSE)


def usable_from(*, party: Party, details: BankDetails, by: User, at: datetime) -> datetime:
    """Return from when we would pay there if the user gave the details now: see Note [Bank details].

    The database compares fingerprints itself (mandate_waits), so after a change of our key a corrected name waits, too.
    """
    standing = mandate_of(party.pk)
    if standing is not None and standing.fingerprint == fingerprint(details.numbers, purpose=PURPOSE):
        return max(at, standing.usable_from)
    is_first = not BankMandate.objects.filter(party=party).exists()
    return at if is_first and not has_reset_since(by, at - HOLD) else at + HOLD


def histories_of(parties: Iterable[Party]) -> dict[int, list[BankMandate]]:
    """Return all details by party id, newest first, in one query; parties that never had any are missing."""
    found: dict[int, list[BankMandate]] = {}
    for mandate in BankMandate.objects.filter(party__in=parties).order_by("-given_at", "-pk"):
        found.setdefault(mandate.party_id, []).append(mandate)
    return found


def state_sentence(mandate: BankMandate | None, *, at: datetime) -> str:
    """Return in words where the party's money goes at the moment; for details in force, or none."""
    if mandate is None:
        return _("We have no bank details. What is owed waits until there are some.")
    if mandate.usable_from <= at:
        return _("We pay to the account ending %(ending)s.") % {"ending": mandate.ending}
    day = date_format(localtime(mandate.usable_from), "DATE_FORMAT")
    return _("From %(day)s we pay to the account ending %(ending)s. Until then nothing is paid out.") % {
        "day": day,
        "ending": mandate.ending,
    }


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

    It works until 30 days after they became usable, also when others replaced them meanwhile: whoever gave false
    details could otherwise end the link by giving more.
    """
    mine = BankMandate.objects.filter(stop_token_sha256=hashed_token(token)).select_related("party")
    return mine.filter(usable_from__gt=at - STOP_WINDOW).first()


def find_trusted_before(mandate: BankMandate) -> BankMandate | None:
    """Return the latest earlier details that were proved by time when they were replaced: what a stop brings back.

    Proved is an account whose owner could no longer say by a link that it was not theirs, or the first one the party
    ever gave, once it was usable. What was taken back stays so, and an account that was ever stopped never comes back,
    whatever name it stood under.
    """
    rows = list(BankMandate.objects.filter(party_id=mandate.party_id).order_by("pk"))
    stopped = {mandate.fingerprint, *(row.fingerprint for row in rows if row.ended_how == MandateEnd.NOT_ME)}
    proved = [row for row in _proved(rows) if row.pk < mandate.pk and row.fingerprint not in stopped]
    return proved[-1] if proved else None


def _proved(rows: Iterable[BankMandate]) -> Iterator[BankMandate]:
    """Yield what was replaced after its proof; the time of one account under corrected names is counted together."""
    before: BankMandate | None = None
    for row in rows:
        goes_on = before is not None and (before.fingerprint, before.ended_how) == (row.fingerprint, REPLACED)
        if not goes_on:
            proved_at = row.usable_from + STOP_WINDOW if before else row.usable_from
        before = row
        if row.ended_how == REPLACED and row.ended_at and row.ended_at >= max(proved_at, row.usable_from):
            yield row


class StopPlan(NamedTuple):
    """What saying "this was not me" does: which details in force end, and which are paid to afterwards."""

    ends: BankMandate | None
    trusted: BankMandate | None

    @property
    def stays(self) -> bool:
        """Whether the trusted details are the ones in force already."""
        return self.trusted is not None and self.trusted.ended_at is None

    def later(self, mandate: BankMandate) -> BankMandate | None:
        """Return the details given after these that end with them, if they are another account."""
        known = {mandate.fingerprint, self.trusted.fingerprint if self.trusted else ""}
        return self.ends if self.ends and self.ends.fingerprint not in known else None


def plan_stop(mandate: BankMandate, *, at: datetime) -> StopPlan:
    """Return what a stop of these details does now.

    What is in force was given with them or after them, maybe by the same hand, so it ends too, unless we pay there what
    would come back anyway. Nothing comes back when later details were taken back: somebody wanted to be paid nowhere.
    """
    trusted = find_trusted_before(mandate)
    latest = BankMandate.objects.filter(party_id=mandate.party_id).latest("pk")
    if latest.ended_at is not None:
        taken_back = latest != mandate and latest.ended_how == MandateEnd.WITHDRAWN
        return StopPlan(None, None if taken_back else trusted)
    if trusted is not None and latest.fingerprint == trusted.fingerprint and latest.usable_from <= at:
        return StopPlan(None, latest)
    return StopPlan(mandate if latest == mandate else latest, trusted)


def find_restored_by_stop(mandate: BankMandate) -> BankMandate | None:
    """Return the details that came back into force, or stayed, when these were stopped."""
    later = BankMandate.objects.filter(party_id=mandate.party_id, pk__gt=mandate.pk)
    restored = later.filter(restores_id__lt=mandate.pk).order_by("pk").first()
    if restored is not None:
        return restored
    trusted = find_trusted_before(mandate)
    return later.filter(ended_at=None, fingerprint=trusted.fingerprint).first() if trusted else None


def stopped_lately(*, at: datetime, days: int = 30) -> QuerySet[BankMandate]:
    """Return details that somebody said they had not given, newest first: the office looks at each."""
    stopped = BankMandate.objects.filter(ended_how=MandateEnd.NOT_ME, ended_at__gt=at - timedelta(days=days))
    return stopped.select_related("party").order_by("-ended_at", "-pk")
