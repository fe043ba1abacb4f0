"""Who may open which page of the office: one table, read by the addresses themselves and by the permission matrix.

Note [One table]: `guarded` looks a page's roles up here by its name, so the matrix that the tests generate and what the
pages enforce cannot disagree; a page without a row cannot be given an address.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from accounts.permissions import staff_required

SECRETARY, FINANCE, DIRECTOR, CHAIR = "secretary", "finance", "director", "chair"
BOARD = (SECRETARY, FINANCE, DIRECTOR)
READERS = (*BOARD, CHAIR)

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "office:home": READERS,
    "office:prove": BOARD,
    "office:offers": BOARD,
    "office:offer": BOARD,
    "office:offer_new": (SECRETARY,),
    "office:offer_section": (SECRETARY,),
    "office:authority_new": (SECRETARY,),
    "office:offer_sign": BOARD,
    "office:offer_approve": (DIRECTOR,),
    "office:offer_open": (SECRETARY,),
    "office:offer_close": (SECRETARY,),
    "office:allotments": BOARD,
    "office:batch": BOARD,
    "office:batch_new": (SECRETARY,),
    "office:batch_decide": (DIRECTOR,),
    "office:batch_return": BOARD,
    "office:batch_return_csv": BOARD,
    "office:batch_return_delivered": (SECRETARY,),
    "office:applications": BOARD,
    "office:applications_csv": BOARD,
    "office:application": BOARD,
    "office:register": READERS,
    "office:register_csv": READERS,
    "office:member": READERS,
    "office:certificate_file": BOARD,
    "office:meetings": READERS,
    "office:meeting": READERS,
    "office:meeting_new": (SECRETARY,),
    "office:meeting_change": (SECRETARY,),
    "office:meeting_dates": (SECRETARY,),
    "office:item_new": (SECRETARY,),
    "office:item_change": (SECRETARY,),
    "office:item_remove": (SECRETARY,),
    "office:item_move": (SECRETARY,),
    "office:scrutineer_new": (SECRETARY,),
    "office:meeting_notice": READERS,
    "office:notice_pdf": READERS,
    "office:meeting_approve": (DIRECTOR,),
    "office:deliveries": BOARD,
    "office:deliveries_csv": BOARD,
    "office:notice_print_csv": BOARD,
    "office:notice_posted": (SECRETARY,),
    "office:roll": READERS,
    "office:roll_csv": READERS,
    "office:roll_freeze": (SECRETARY,),
    "office:meeting_votes": READERS,
    "office:handover_file": (SECRETARY,),
    "office:return_upload": (SECRETARY,),
    "office:challenge_answer": (SECRETARY, DIRECTOR),
    "office:promise_news": (SECRETARY,),
    "office:mails": (SECRETARY, FINANCE),
    "office:mail": (SECRETARY, FINANCE),
    "office:jobs": BOARD,
    "office:job": BOARD,
    "office:job_progress": READERS,
    "office:job_pause": (SECRETARY, FINANCE),
    "office:job_resume": (SECRETARY, FINANCE),
    "office:job_cancel": (SECRETARY, FINANCE),
    "office:job_again": (SECRETARY, FINANCE),
    "office:payments": (SECRETARY, FINANCE),
    "office:event_again": (FINANCE,),
    "office:event_dismiss": (FINANCE,),
    "office:refund_again": (FINANCE,),
    "office:refund_settle": (FINANCE,),
    "office:dividends": BOARD,
    "office:dividend_accounts": BOARD,
    "office:dividend_accounts_new": (FINANCE,),
    "office:dividend_accounts_sum": (FINANCE,),
    "office:dividend_accounts_file": BOARD,
    "office:dividend_recommend": (DIRECTOR,),
    "office:dividend_new": (FINANCE,),
    "office:dividend_dry_run": BOARD,
    "office:dividend": BOARD,
    "office:dividend_drop": (FINANCE, DIRECTOR),
    "office:dividend_compute": (FINANCE,),
    "office:dividend_pay": (FINANCE,),
    "office:dividend_issue": (FINANCE,),
    "office:dividend_bundle": BOARD,
    "office:dividend_holders": BOARD,
    "office:dividend_holders_csv": BOARD,
    "office:dividend_holder": BOARD,
    "office:dividend_statement": BOARD,
    "office:payouts": BOARD,
    "office:payouts_back": BOARD,
    "office:payout_again": (FINANCE,),
    "office:payout": BOARD,
    "office:payout_approve": (DIRECTOR,),
    "office:payout_pause": (FINANCE, DIRECTOR),
    "office:payout_resume": (FINANCE, DIRECTOR),
    "office:payout_cancel": (FINANCE, DIRECTOR),
    "office:payout_list": BOARD,
    "office:payout_list_csv": BOARD,
    "office:payout_bank": (FINANCE,),
    "office:payout_file": (FINANCE,),
    "office:payout_answers": (FINANCE,),
    "office:payout_answers_check": (FINANCE,),
    "office:payout_bad_rows": (FINANCE,),
    "office:ideas": READERS,
    "office:ideas_csv": READERS,
    "office:idea": (SECRETARY, DIRECTOR),
    "office:call_new": (SECRETARY,),
    "office:chair": (CHAIR, SECRETARY),
    "office:chair_live": (CHAIR, SECRETARY),
    "office:chair_open": (CHAIR,),
    "office:chair_act": (CHAIR,),
    "office:chair_end": (CHAIR,),
    "office:trail": (SECRETARY, DIRECTOR),
    "office:trail_csv": (SECRETARY, DIRECTOR),
    "office:books": BOARD,
}


def guarded(name: str, view: Callable[..., HttpResponse]) -> Callable[..., Any]:
    """Return the view, open to the roles of its row and to nobody else; KeyError for a page without a row."""
    return staff_required(*PERMISSIONS[name])(view)


def may_open(roles: frozenset[str], name: str) -> bool:
    """Tell whether somebody with these roles may open the page."""
    return bool(roles & set(PERMISSIONS[name]))
