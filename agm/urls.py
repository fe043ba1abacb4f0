"""Addresses of a meeting: what members and the public see of it."""

from django.urls import path

from agm.views import hall, meeting, notice, vote

app_name = "agm"
urlpatterns = [
    path("vote/", vote.now, name="vote_now"),
    path("vote/qr/<str:token>.svg", vote.receipt_qr, name="receipt_qr"),
    path("meeting/<slug:slug>/", meeting.meeting, name="meeting"),
    path("meeting/<slug:slug>/notice.pdf", notice.notice_pdf, name="notice_pdf"),
    path("meeting/<slug:slug>/calendar.ics", notice.calendar, name="calendar"),
    path("meeting/<slug:slug>/live/", meeting.live, name="live"),
    path("meeting/<slug:slug>/vote/<public_id:public_id>/", vote.paper, name="vote"),
    path("meeting/<slug:slug>/hall/", hall.hall, name="hall"),
    path("meeting/<slug:slug>/hall/stage/", hall.stage, name="hall_stage"),
]
