"""What did not arrive: one row for each debt, whose history is every payment that was to bring it.

Note [One row for each debt]: a payment that did not arrive releases what it was for, which the next payment takes up
with whatever else is open. So a debt is the last payment that did not arrive of what it was for; payments before it
are its history, and its money is in no run, in one that is not over, or paid. Every count of the office is one of
these rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import AuditRecord, OutgoingMail
from dividends.models import Declaration, PayoutLine, RoyaltyPayoutLine
from dividends.queries.tried import ASK_AGAIN_AFTER, TOLD
from payments.enums import PayoutState, RunState
from payments.models import BankMandate, Payout, PayoutRun
from payments.queries.payout_words import BY_NEW_DETAILS
from payments.queries.payouts_again import CAME_BACK, refusal_of
from portal.queries.office_drafts import Draft
from portal.queries.office_payout_list import matching

BACK = (PayoutState.FAILED, PayoutState.RETURNED, PayoutState.HELD)
UNDER_WAY = (PayoutState.READY, PayoutState.SENDING, PayoutState.SENT)
# What ties a payment to what it is for, dividends and creators' shares.
LINES: tuple[tuple[Any, str], ...] = ((PayoutLine, "entitlement"), (RoyaltyPayoutLine, "statement"))


@dataclass(frozen=True)
class Told:
    """The mail that told the payee why nothing arrived; ``by_hand`` when somebody asked for it."""

    address: str
    at: datetime
    by_hand: bool


@dataclass(frozen=True)
class Back:
    """A debt that did not arrive: what was tried, what changed since, and whether it can be sent again now.

    ``payout`` is the last try, ``earlier`` those before it, latest first. ``next_payout`` is the payment that is to
    bring it meanwhile; ``mandate`` are the bank details in force, if there are any, and ``waits_until`` when they are
    new and may not be used yet. ``refusal`` is the try by which the bank refused these details for a reason that only
    other ones mend, ``ask_about`` the try by which other ones can be asked for now, ``told`` the last mail about any.
    ``draft`` must be decided before another of its kind can be prepared.
    """

    payout: Payout
    mandate: BankMandate | None
    waits_until: datetime | None
    is_owed: bool
    next_payout: Payout | None
    draft: Draft | None
    refusal: Payout | None
    ask_about: Payout | None
    told: Told | None
    earlier: list[Payout] = field(default_factory=list)

    @property
    def has_new_details(self) -> bool:
        """Whether the holder has given other details than those it was paid to."""
        return self.mandate is not None and self.mandate.pk != self.payout.mandate_id

    @property
    def next_run(self) -> PayoutRun | None:
        """The run that pays it now, or has paid it."""
        return self.next_payout.run if self.next_payout else None

    @property
    def under_way(self) -> Promise | None:
        """How far the next payment is, in words; None when there is none, or it has arrived."""
        if self.next_payout is None or self.next_payout.state not in UNDER_WAY:
            return None
        if self.next_payout.state == PayoutState.SENT:
            return _("Sent again, not confirmed yet")
        waits = self.next_payout.run.state == RunState.DRAFT
        return _("Prepared again, waits for approval") if waits else _("Approved again, not sent yet")


@dataclass(frozen=True)
class BackTally:
    """How many debts are in no payment now (``renewed`` of them have new bank details), and how many in a run."""

    owed: int = 0
    renewed: int = 0
    under_way: int = 0


def payments_back(*, search: str = "", state: str = "", with_paid: bool = False) -> QuerySet[Payout]:
    """Return the last payment of each debt that did not arrive, latest first; those that were paid since if asked.

    ``is_owed``: in no other payment now; ``is_under_way``: in one that has not arrived yet.
    """
    rows = matching(Payout.objects.filter(state__in=[state] if state in BACK else BACK), search)
    rows = rows.select_related("party", "mandate", "run")
    rows = rows.annotate(is_owed=_some(_open), is_under_way=_some(_under_way))
    return rows.filter(_some()) if with_paid else rows.filter(Q(is_owed=True) | Q(is_under_way=True))


def owed_again() -> QuerySet[Payout]:
    """Return the last payment of each debt that did not arrive and is in no other payment now."""
    rows = Payout.objects.filter(state__in=BACK).select_related("party", "mandate", "run")
    return rows.filter(_some(_open))


def refused_again(*, purpose: str, currency: str) -> int:
    """Count debts that a run prepared now would send where the bank refused them for good. One query."""
    rows = owed_again().filter(run__purpose=purpose, currency=currency, reason__in=BY_NEW_DETAILS)
    return rows.filter(state__in=CAME_BACK, mandate__ended_at=None).count()


def tally_of(rows: QuerySet[Payout]) -> BackTally:
    """Count rows of `payments_back`. One query."""
    given = BankMandate.objects.filter(party=OuterRef("party"), ended_at=None).exclude(pk=OuterRef("mandate"))
    found = rows.order_by().aggregate(
        owed=Count("pk", filter=Q(is_owed=True)),
        renewed=Count("pk", filter=Q(Exists(given), is_owed=True)),
        under_way=Count("pk", filter=Q(is_owed=False)),
    )
    return BackTally(**found)


def tally_of_dividend(declaration: Declaration) -> BackTally:
    """Count the payments of a dividend that did not arrive, as the list of all counts them. One query."""
    lines = PayoutLine.objects.filter(payout=OuterRef("pk"), entitlement__declaration=declaration)
    return tally_of(payments_back().filter(Exists(lines)))


def _some(*further: Any) -> Q:
    """Whether something the payment was for was in no later payment that did not arrive, and is as ``further`` says."""
    found = Q()
    for lines, owed in LINES:
        others = lines.objects.filter(**{owed: OuterRef(owed)})
        later = others.filter(payout__gt=OuterRef("payout"), payout__state__in=BACK)
        mine = lines.objects.filter(payout=OuterRef("pk")).exclude(Exists(later))
        for narrow in further:
            mine = narrow(mine, others.filter(released_at__isnull=True))
        found |= Q(Exists(mine))
    return found


def _open(mine: QuerySet[Any], paying: QuerySet[Any]) -> QuerySet[Any]:
    return mine.exclude(Exists(paying))


def _under_way(mine: QuerySet[Any], paying: QuerySet[Any]) -> QuerySet[Any]:
    return mine.filter(Exists(paying.filter(payout__state__in=UNDER_WAY)))


def backs_of(payouts: list[Payout], drafts: Sequence[Draft] = ()) -> list[Back]:
    """Return rows of `payments_back` in words, with the bank details in force now; six queries, however many rows."""
    in_force = BankMandate.objects.filter(party__in=[row.party_id for row in payouts], ended_at=None)
    mandates = {mandate.party_id: mandate for mandate in in_force}
    others, at = _others_of(payouts), clock.now()
    tries = {row.pk: [row, *_earlier(row, others[row.pk])] for row in payouts}
    told = _told_of([one.pk for tried in tries.values() for one in tried])
    backs = []
    for row in payouts:
        mandate, mails = mandates.get(row.party_id), [told[one.pk] for one in tries[row.pk] if one.pk in told]
        last = max(mails, key=lambda mail: mail.at, default=None)
        draft = next((draft for draft in drafts if draft.keeps_back(row.run)), None)
        backs.append(_back(tries[row.pk], mandate, others[row.pk], last, draft, at))
    return backs


def _earlier(row: Payout, others: list[Payout]) -> list[Payout]:
    return [other for other in others if other.state in BACK and other.pk < row.pk]


def _back(
    tries: list[Payout], mandate: BankMandate | None, others: list[Payout], told: Told | None, draft: Draft | None,
    at: datetime,
) -> Back:  # fmt: skip
    row, refusal = tries[0], refusal_of(tries, mandate)
    ask_about = row if mandate is None and row.reason in BY_NEW_DETAILS else refusal
    is_asked = told is not None and told.by_hand and told.at > at - ASK_AGAIN_AFTER
    return Back(
        payout=row,
        mandate=mandate,
        waits_until=mandate.usable_from if mandate and mandate.usable_from > at else None,
        is_owed=bool(getattr(row, "is_owed", False)),
        next_payout=next((other for other in others if other.state not in (*BACK, PayoutState.CANCELLED)), None),
        draft=draft,
        refusal=refusal,
        ask_about=None if is_asked else ask_about,
        told=told,
        earlier=tries[1:],
    )


def _others_of(payouts: list[Payout]) -> dict[int, list[Payout]]:
    """Return by each of them the other payments of what it was for, latest first; two queries."""
    found: dict[int, dict[int, Payout]] = defaultdict(dict)
    for lines, owed in LINES:
        rows = lines.objects.filter(**{f"{owed}__payout_lines__payout__in": payouts})
        rows = rows.annotate(was=F(f"{owed}__payout_lines__payout")).exclude(payout=F("was"))
        for line in rows.select_related("payout__run", "payout__mandate").order_by("-payout"):
            found[line.was][line.payout_id] = line.payout
    return defaultdict(list, {was: list(rows.values()) for was, rows in found.items()})


def _told_of(payout_ids: Iterable[int]) -> dict[int, Told]:
    """Return the last mail to the payee about each of the payments, where one went; two queries."""
    ids = [str(pk) for pk in payout_ids]
    rows = AuditRecord.objects.filter(subject_kind=Payout._meta.label_lower, subject_id__in=ids, verb=TOLD)
    last = {int(row.subject_id): row for row in rows.order_by("pk")}
    mails = [row.detail["mail"] for row in last.values()]
    to = dict(OutgoingMail.objects.filter(public_id__in=mails).values_list("public_id", "to"))
    return {pk: Told(to.get(row.detail["mail"], ""), row.at, row.by_id is not None) for pk, row in last.items()}
