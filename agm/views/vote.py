"""The ballot paper and its receipt: two taps for a resolution, one for each choice and one to cast a ballot.

Note [Said once]: the tracking code exists in the answer to the vote and nowhere else on our side, so that answer is the
receipt itself and no redirect. What was chosen stands in no address, log, title, session or cache.
"""

from io import BytesIO

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import holder_required, signed_in_user
from agm.forms.paper import PaperDraft, PaperOfAnother, cast_id_of, choice_of, is_cast, is_sealed_for, read_draft
from agm.queries.live import meeting_now, open_contest_of
from agm.queries.paper import Ballot, Seat, find_ballot, seats_of
from agm.views.papers import page_for
from agm.views.receipts import receipt_page
from ballots.errors import BadPaper, NotOnTheRoll
from ballots.rules.proofs.papers import Split
from ballots.rules.proofs.receipts import verify
from ballots.rules.proofs.refusals import ProofRefused
from ballots.services.log_key import log_key
from ballots.services.voting import Receipt, cast_ballot, ranking
from core import clock
from core.errors import DomainError
from core.transactions import one_statement

# A fixed mask: trying all eight, as segno would, takes four times as long, and every reader takes any.
QR_MASK = 3
QR_INK, QR_PAPER = "#1B1A17", "#FFFBF2"


@require_GET
def now(request: HttpRequest) -> HttpResponse:
    """Lead to the vote that is open, else to the meeting, else say that there is none."""
    meeting = meeting_now()
    if meeting is None:
        return render(request, "agm/vote_none.html", {"face": "meeting"})
    contest = open_contest_of(meeting, at=clock.now())
    if contest is None:
        return HttpResponseRedirect(reverse("agm:meeting", args=[meeting.slug]))
    return HttpResponseRedirect(reverse("agm:vote", args=[meeting.slug, contest.public_id]))


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@holder_required
def paper(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Show the paper, stamp it, or cast it."""
    ballot = find_ballot(slug, public_id)
    if ballot is None or ballot.contest.roll_id is None:
        raise Http404
    seats = seats_of(signed_in_user(request), roll_id=ballot.contest.roll_id)
    return _sent(request, ballot, seats) if request.method == "POST" else _asked(request, ballot, seats)


@gzip_page
def _asked(request: HttpRequest, ballot: Ballot, seats: list[Seat]) -> HttpResponse:
    entry = request.GET.get("entry", "")
    named = [seat for seat in seats if seat.entry.public_id == entry]
    seat = seats[0] if len(seats) == 1 else next(iter(named), None)
    return page_for(request, ballot, seats, seat, PaperDraft())


def _sent(request: HttpRequest, ballot: Ballot, seats: list[Seat]) -> HttpResponse:
    """Answer a tap with the paper as it stands then, a cast with the receipt, a refusal with its sentence on top."""
    seat = next((seat for seat in seats if seat.entry.public_id == request.POST.get("entry")), None)
    try:
        choice, receipt = _cast(request, ballot, seats, seat) if is_cast(request.POST) else (None, None)
    except DomainError as error:
        draft = read_draft(request.POST, ballot)
        status = 422 if isinstance(error, BadPaper) else 409
        return page_for(request, ballot, seats, seat, draft, problem=error, status=status)
    if seat is None or choice is None or receipt is None:
        return page_for(request, ballot, seats, seat, read_draft(request.POST, ballot))
    return receipt_page(ballot, seat, choice, receipt)


def _cast(
    request: HttpRequest, ballot: Ballot, seats: list[Seat], seat: Seat | None
) -> tuple[Split | tuple[str, ...], Receipt]:
    """Put the vote into the box; everything that refuses raises a `DomainError`."""
    user = signed_in_user(request)
    if not seats:
        raise NotOnTheRoll()
    if seat is None or not is_sealed_for(request.POST, ballot, seat, user):
        raise PaperOfAnother()
    choice, cast_id = choice_of(request.POST, ballot, seat), cast_id_of(request.POST)
    paper_choice = choice if isinstance(choice, Split) else ranking(ballot.contest, choice)
    with one_statement():
        receipt = cast_ballot(contest=ballot.contest, voter=seat.voter, choice=paper_choice, cast_id=cast_id, by=user)
    return choice, receipt


@require_GET
def receipt_qr(request: HttpRequest, token: str) -> HttpResponse:
    """Draw the address of a receipt that we signed; drawing takes longer than voting, so it is asked for by itself."""
    try:
        verify(token, log_key().verifier)
    except ProofRefused as error:
        raise Http404 from error
    code = segno.make_qr(f"{settings.SITE_ORIGIN}/check/vote/{token}/", error="m", mask=QR_MASK)
    picture = BytesIO()
    code.save(picture, kind="svg", dark=QR_INK, light=QR_PAPER, border=2, omitsize=True, xmldecl=False)
    response = HttpResponse(picture.getvalue(), content_type="image/svg+xml")
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response
