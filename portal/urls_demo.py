"""The demo's own pages; not part of any other installation."""

from django.urls import path

from portal.views import demo, demo_faults

app_name = "demo"
urlpatterns = [
    path("", demo.people, name="people"),
    path("clock/", demo.move_clock, name="clock"),
    path("clock/stop/", demo.go_to, name="stop"),
    path("votes/", demo.members_vote, name="votes"),
    path("faults/", demo_faults.fault_log, name="faults"),
    path("faults/pull/", demo_faults.pull, name="pull"),
    path("faults/back/", demo_faults.put_back, name="put_back"),
    path("mail/", demo.mails, name="mails"),
    path("mail/<public_id:public_id>/", demo.mail, name="mail"),
    path("mail/<public_id:public_id>/<int:number>/", demo.attachment, name="attachment"),
]
