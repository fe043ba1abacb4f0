"""What creators' shares ask of the office today."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.money import format_minor
from dividends.models import RoyaltyRound
from dividends.queries.royalties import adoptions_without_agreement
from dividends.queries.royalties_owed import royalties_owed
from portal.queries.office_people import name_of
from portal.queries.office_royalties import waiting_agreements, waiting_reports
from portal.queries.today_lines import DIRECTOR, FINANCE, SECRETARY, Waiting

SHOWN_MAX = 10
SECOND = gettext_lazy("finance or a director, not who entered it")


def royalty_waits(now: datetime) -> Iterator[Waiting]:
    """Yield what waits for a person, in the order of a share's way."""
    for adoption in adoptions_without_agreement()[:SHOWN_MAX]:
        title = _("Make the creator's agreement: %s") % adoption.proposal.text
        url, page = _page("royalty_agreement_new", adoption.proposal.public_id)
        yield Waiting(title, SECRETARY, "", None, url, page)
    for agreement in waiting_agreements()[:SHOWN_MAX]:
        title = _("Decide the creator's agreement: %s") % agreement.adoption.proposal.text
        url, page = _page("royalty_agreement", agreement.public_id)
        yield Waiting(title, DIRECTOR, name_of(agreement.made_by), agreement.made_at, url, page)
    for report in waiting_reports()[:SHOWN_MAX]:
        title = _("Approve the sales: %s") % report.beer.name
        url, page = _page("royalty_report", report.public_id)
        yield Waiting(title, SECOND, name_of(report.entered_by), report.entered_at, url, page)
    yield from _unpaid(now)


def _unpaid(now: datetime) -> Iterator[Waiting]:
    """What statements announced for a day that has come, and that could be paid."""
    latest = RoyaltyRound.objects.filter(issued_at__lte=now).order_by("currency", "-pk").distinct("currency")
    for issue in latest:
        found = royalties_owed(issue.currency, usable_at=now, pay_on=issue.pay_on)
        payable = sum(row.sum_minor for row in found if row.what == "payable")
        if payable:
            amount = format_minor(payable, issue.currency, get_language() or "en")
            url, page = _page("royalty_round", issue.public_id)
            yield Waiting(_("Pay creators their %(amount)s") % {"amount": amount}, FINANCE, "", None, url, page)


def _page(name: str, public_id: str) -> tuple[str, str]:
    return reverse(f"office:{name}", args=[public_id]), f"office:{name}"
