"""Published files of a contest: fixed for ever once made, so that any cache may keep them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from agm.views.results import declared_or_404
from ballots.models import Contest, Publication
from ballots.queries.publication import find_publication
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
