"""The addresses of the office. Roles come from portal.permissions, by the page's name."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from portal.permissions import guarded
from portal.views.office import (
    allotments,
    applications,
    books,
    chair,
    ideas,
    jobs,
    mails,
    meeting_acts,
    meeting_items,
    meeting_votes,
    meetings,
    offer_acts,
    offers,
    refunds,
    register,
    returns,
    today,
)

app_name = "office"


def _page(route: str, view: Callable[..., Any], name: str) -> URLPattern:
    return path(route, guarded(f"office:{name}", view), name=name)


urlpatterns = [
    _page("", today.home, "home"),
    _page("offers/", offers.index, "offers"),
    _page("offers/new/", offers.new, "offer_new"),
    _page("offers/<slug:slug>/", offers.show, "offer"),
    _page("offers/<slug:slug>/edit/<slug:code>/", offers.section, "offer_section"),
    _page("offers/<slug:slug>/authority/", offers.authority, "authority_new"),
    _page("offers/<slug:slug>/sign/", offer_acts.sign, "offer_sign"),
    _page("offers/<slug:slug>/approve/", offer_acts.approve, "offer_approve"),
    _page("offers/<slug:slug>/open/", offer_acts.open_, "offer_open"),
    _page("offers/<slug:slug>/close/", offer_acts.close, "offer_close"),
    _page("allotments/", allotments.index, "allotments"),
    _page("allotments/prepare/<slug:slug>/", allotments.new, "batch_new"),
    _page("allotments/<slug:public_id>/", allotments.show, "batch"),
    _page("allotments/<slug:public_id>/decide/", allotments.decide, "batch_decide"),
    _page("allotments/<slug:public_id>/return/", returns.show, "batch_return"),
    _page("allotments/<slug:public_id>/return.csv", returns.as_csv, "batch_return_csv"),
    _page("allotments/<slug:public_id>/return/delivered/", returns.delivered, "batch_return_delivered"),
    _page("applications/", applications.index, "applications"),
    _page("applications.csv", applications.as_csv, "applications_csv"),
    _page("applications/<slug:public_id>/", applications.show, "application"),
    _page("register/", register.index, "register"),
    _page("register.csv", register.as_csv, "register_csv"),
    _page("register/<int:number>/", register.member, "member"),
    _page("certificates/<slug:public_id>.pdf", register.certificate_file, "certificate_file"),
    _page("meetings/", meetings.index, "meetings"),
    _page("meetings/new/", meetings.new, "meeting_new"),
    _page("meetings/dates/", meetings.dates, "meeting_dates"),
    _page("meetings/<public_id:public_id>/", meetings.show, "meeting"),
    _page("meetings/<public_id:public_id>/change/", meetings.change, "meeting_change"),
    _page("meetings/<public_id:public_id>/items/new/<slug:kind>/", meeting_items.new, "item_new"),
    _page("meetings/<public_id:public_id>/items/<public_id:item_id>/", meeting_items.change, "item_change"),
    _page("meetings/<public_id:public_id>/items/<public_id:item_id>/remove/", meeting_items.remove, "item_remove"),
    _page("meetings/<public_id:public_id>/items/<public_id:item_id>/move/", meeting_items.move, "item_move"),
    _page("meetings/<public_id:public_id>/scrutineer/", meeting_acts.scrutineer, "scrutineer_new"),
    _page("meetings/<public_id:public_id>/notice/", meeting_acts.notice, "meeting_notice"),
    _page("meetings/<public_id:public_id>/notice-<slug:language>.pdf", meeting_acts.pdf, "notice_pdf"),
    _page("meetings/<public_id:public_id>/approve/", meeting_acts.approve, "meeting_approve"),
    _page("meetings/<public_id:public_id>/deliveries/", meeting_acts.deliveries, "deliveries"),
    _page("meetings/<public_id:public_id>/deliveries.csv", meeting_acts.deliveries_csv, "deliveries_csv"),
    _page("meetings/<public_id:public_id>/print.csv", meeting_acts.print_csv, "notice_print_csv"),
    _page("meetings/<public_id:public_id>/posted/", meeting_acts.record_posting, "notice_posted"),
    _page("meetings/<public_id:public_id>/roll/", meeting_votes.roll, "roll"),
    _page("meetings/<public_id:public_id>/roll.csv", meeting_votes.roll_file, "roll_csv"),
    _page("meetings/<public_id:public_id>/roll/fix/", meeting_votes.freeze, "roll_freeze"),
    _page("meetings/<public_id:public_id>/votes/", meeting_votes.votes, "meeting_votes"),
    _page(
        "meetings/<public_id:public_id>/votes/<public_id:contest_id>/handover/",
        meeting_votes.handover_file,
        "handover_file",
    ),
    _page(
        "meetings/<public_id:public_id>/votes/<public_id:contest_id>/return/", meeting_votes.take_back, "return_upload"
    ),
    _page("meetings/<public_id:public_id>/votes/<public_id:contest_id>/promise/", meeting_votes.news, "promise_news"),
    _page(
        "meetings/<public_id:public_id>/challenges/<public_id:challenge_id>/", meeting_votes.answer, "challenge_answer"
    ),
    _page("mail/", mails.index, "mails"),
    _page("mail/<slug:public_id>/", mails.show, "mail"),
    _page("jobs/", jobs.index, "jobs"),
    _page("jobs/<slug:public_id>/", jobs.show, "job"),
    _page("jobs/<slug:public_id>/progress/", jobs.progress, "job_progress"),
    _page("jobs/<slug:public_id>/pause/", jobs.pause, "job_pause"),
    _page("jobs/<slug:public_id>/resume/", jobs.resume, "job_resume"),
    _page("jobs/<slug:public_id>/cancel/", jobs.cancel, "job_cancel"),
    _page("jobs/<slug:public_id>/again/", jobs.again, "job_again"),
    _page("payments/", books.payments, "payments"),
    _page("payments/events/<slug:event_id>/again/", books.event_again, "event_again"),
    _page("payments/events/<slug:event_id>/dismiss/", books.event_dismiss, "event_dismiss"),
    _page("payments/refunds/<slug:refund_id>/again/", refunds.again, "refund_again"),
    _page("payments/refunds/<slug:refund_id>/settle/", refunds.settle, "refund_settle"),
    _page("ideas/", ideas.index, "ideas"),
    _page("ideas.csv", ideas.as_csv, "ideas_csv"),
    _page("ideas/call/", ideas.new_call, "call_new"),
    _page("ideas/<slug:public_id>/", ideas.show, "idea"),
    _page("meetings/<public_id:public_id>/chair/", chair.chair, "chair"),
    _page("meetings/<public_id:public_id>/chair/live/", chair.live, "chair_live"),
    _page("meetings/<public_id:public_id>/chair/open/", chair.open_meeting, "chair_open"),
    _page("meetings/<public_id:public_id>/chair/end/", chair.end, "chair_end"),
    _page("meetings/<public_id:public_id>/chair/<public_id:item_id>/<slug:act>/", chair.act, "chair_act"),
    _page("trail/", books.trail, "trail"),
    _page("trail.csv", books.trail_csv, "trail_csv"),
    _page("books/", books.index, "books"),
    _page("books/prove/", books.prove, "prove"),
]
