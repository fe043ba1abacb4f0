"""Applications as their owners and the staff see them."""

from datetime import date, datetime

from django.db.models import QuerySet, Sum

from accounts.models import Party, User
from equity.enums import KEPT, UNFINISHED, ApplicationState
from equity.models import Application, JurisdictionProfile, Offer, QuizAttempt
from equity.rules.quiz import paused_until


def applications_of(user: User) -> QuerySet[Application]:
    """Return the person's own applications, newest first: the owner filter of every page that shows one."""
    rows = Application.objects.filter(applicant_id=user.party_id, applicant__isnull=False)
    return rows.select_related("offer__profile", "offer__share_class", "applicant", "holder").order_by("-started_at")


def find_unfinished(offer: Offer, party: Party) -> Application | None:
    """Return the person's application that is not finished yet, if any."""
    return Application.objects.filter(offer=offer, applicant=party, state__in=UNFINISHED).first()


def is_first_time(party: Party) -> bool:
    """Tell whether the person never paid for shares here before."""
    return not Application.objects.filter(applicant=party, paid_at__isnull=False).exists()


def other_kept_shares(application: Application) -> int:
    """Return the shares of the person's other live applications to the same offer."""
    others = Application.objects.filter(
        offer_id=application.offer_id, applicant_id=application.applicant_id, state__in=KEPT
    ).exclude(pk=application.pk)
    return int(others.aggregate(total=Sum("quantity"))["total"] or 0)


def quiz_paused_until(party: Party, profile: JurisdictionProfile, *, now: datetime) -> datetime | None:
    """Return until when the person must wait before answering again, or None."""
    attempts = list(
        QuizAttempt.objects.filter(party=party, profile=profile)
        .order_by("attempted_at")
        .values("passed", "attempted_at")
    )
    failures: list[datetime] = []
    for attempt in attempts:
        failures = [] if attempt["passed"] else [*failures, attempt["attempted_at"]]
    return paused_until(failures, fails_max=profile.quiz_fails_max, pause_hours=profile.quiz_pause_hours, now=now)


def waiting_for_allotment(offer: Offer) -> QuerySet[Application]:
    """Return paid applications in the order in which they were paid."""
    rows = Application.objects.filter(offer=offer, state=ApplicationState.PAID)
    return rows.select_related("applicant", "holder").order_by("paid_at", "id")


def allottable_on(offer: Offer, day: date) -> list[Application]:
    """Return the paid applications that a resolution of the day can allot, in the order of payment.

    Whoever paid later waits: nobody is a shareholder before paying. So does a second application of one holder under
    another name or address: what a director approves for one row must not be overwritten by the next.
    """
    standing: dict[int | None, tuple[object, ...]] = {}
    rows = []
    for row in waiting_for_allotment(offer).filter(paid_at__date__lte=day):
        here = (row.register_names, row.register_address, row.register_country)
        if standing.setdefault(row.holder_id, here) == here:
            rows.append(row)
    return rows
