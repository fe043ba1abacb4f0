"""Published files of a contest: fixed for ever once made, so that any cache may keep them; and a member's own proof."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from agm.queries.paper import seats_of
from agm.views.results import declared_or_404
from ballots.enums import Secrecy
from ballots.models import Contest, NamedVote, Publication
from ballots.queries.publication import find_named_vote, find_publication, named_votes_of, proof_of
from ballots.rules.proofs.papers import tidy_code
from core.storage import read_bytes

FOR_EVER = "public, max-age=31536000, immutable"


def _published(contest: Contest) -> Publication:
    publication = find_publication(contest)
    if publication is None:
        raise Http404
    return publication


@require_safe
def papers_csv(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Every secret paper with its tracking code, as a table."""
    contest = declared_or_404(slug, public_id)
    return _file(request, _published(contest).csv_sha256, "text/csv; charset=utf-8", f"papers-{public_id}.csv")


@require_safe
def papers_blt(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Every secret paper for counting programs."""
    contest = declared_or_404(slug, public_id)
    return _file(request, _published(contest).blt_sha256, "text/plain; charset=utf-8", f"papers-{public_id}.blt")


@require_safe
def bundle(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Everything needed to check the contest and to count it again."""
    contest = declared_or_404(slug, public_id)
    return _file(request, _published(contest).bundle_sha256, "application/zip", f"bundle-{public_id}.zip")


def _file(request: HttpRequest, sha256: str, content_type: str, name: str) -> HttpResponse:
    """Answer with a stored file; what a resolution does not have is a 404."""
    if not sha256:
        raise Http404
    etag = f'"{sha256}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(read_bytes(sha256), content_type=content_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = FOR_EVER
    return response


@sensitive_post_parameters("code")
@require_POST
def proof(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """The proof that a member's own votes are inside the totals: for the member signed in, or for who has the code."""
    contest = declared_or_404(slug, public_id)
    vote = _own_vote(request, contest) if contest.secrecy == Secrecy.NAMED else None
    if vote is None:
        raise Http404
    response = HttpResponse(proof_of(vote, _published(contest)), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="my-proof-{public_id}.json"'
    response.headers["Cache-Control"] = "no-store, private"
    return response


def _own_vote(request: HttpRequest, contest: Contest) -> NamedVote | None:
    code, entry = request.POST.get("code", ""), request.POST.get("entry", "")
    if code:
        return find_named_vote(contest, tidy_code(code))
    if not isinstance(request.user, User):
        return None
    mine = [seat.entry for seat in seats_of(request.user, roll_id=contest.roll_id) if seat.entry.public_id == entry]
    return next(iter(named_votes_of(contest, mine)), None) if mine else None
