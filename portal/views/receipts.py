"""The public check of a receipt: is this promise ours, and what became of the envelope? Nothing personal is shown."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agm.queries.live import results_url
from agm.queries.result_words import SPOILED_WORDS
from ballots.queries.receipts import CheckedReceipt, checked_receipt, inclusion_proof
from ballots.rules.proofs.refusals import ProofRefused, Refusal
from core.languages import localised

STATUS = {Refusal.MALFORMED: 400}


@require_safe
def check(request: HttpRequest, token: str) -> HttpResponse:
    """Say in words what the receipt proves."""
    try:
        receipt = checked_receipt(token)
    except ProofRefused as refused:
        verdict = "no_receipt" if refused.reason == Refusal.MALFORMED else "not_ours"
        context = {"verdict": verdict, "face": "check"}
        return render(request, "portal/check_vote.html", context, status=STATUS.get(refused.reason, 404))
    return render(request, "portal/check_vote.html", {**_words(receipt), "token": token, "face": "check"})


@require_safe
def proof(request: HttpRequest, token: str) -> HttpResponse:
    """The proof that the envelope is in the log, for programs."""
    try:
        receipt = checked_receipt(token)
    except ProofRefused as refused:
        raise Http404 from refused
    if not receipt.is_placed:
        raise Http404
    response = JsonResponse(inclusion_proof(receipt, token), json_dumps_params={"indent": 1})
    response.headers["Content-Disposition"] = (
        f'attachment; filename="log-proof-{receipt.promise.leaf_sha256[:12]}.json"'
    )
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


def _words(receipt: CheckedReceipt) -> dict[str, Any]:
    contest, leaf = receipt.contest, receipt.leaf
    return {
        "verdict": "genuine" if leaf else "missing",
        "receipt": receipt,
        "title": localised(contest, "title"),
        "meeting": contest.item.meeting,
        "place": leaf.position + 1 if leaf and leaf.position is not None else None,
        "spoiled": SPOILED_WORDS.get(receipt.spoiled_reason, receipt.spoiled_reason),
        "result_url": results_url(contest.item.meeting, contest),
        "is_published": hasattr(contest, "publication"),
    }
