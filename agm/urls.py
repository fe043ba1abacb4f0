"""Addresses of a meeting: what members and the public see of it."""

from django.urls import path

from agm.views import hall, meeting, notice, result_files, results, vote

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
    path("meeting/<slug:slug>/results/", results.results, name="results"),
    path("meeting/<slug:slug>/results/resolutions.csv", results.resolutions_csv, name="resolutions_csv"),
    path("meeting/<slug:slug>/results/<public_id:public_id>/", results.result, name="result"),
    path("meeting/<slug:slug>/results/<public_id:public_id>/find/", results.find, name="result_find"),
    path("meeting/<slug:slug>/results/<public_id:public_id>/challenge/", results.challenge, name="result_challenge"),
    path("meeting/<slug:slug>/results/<public_id:public_id>/papers.csv", result_files.papers_csv, name="papers_csv"),
    path("meeting/<slug:slug>/results/<public_id:public_id>/papers.blt", result_files.papers_blt, name="papers_blt"),
    path("meeting/<slug:slug>/results/<public_id:public_id>/bundle.zip", result_files.bundle, name="bundle"),
]
