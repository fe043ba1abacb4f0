from django.conf import settings
from django.db import models
from django.db.models import F, Q

from beers.enums import CallKind
from core.ids import PublicIdField


class Call(models.Model):
    """A call for ideas: what is asked, until when, and what is promised to whoever wins."""

    public_id = PublicIdField()
    slug = models.SlugField(unique=True)
    kind = models.CharField(max_length=16, choices=CallKind.choices)
    title = models.CharField(max_length=160)
    title_vi = models.CharField(max_length=160)
    question = models.TextField()
    question_vi = models.TextField()
    promise = models.TextField()
    promise_vi = models.TextField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="call_kind_known", condition=Q(kind__in=CallKind.values)),
            models.CheckConstraint(name="call_closes_after_it_opens", condition=Q(closes_at__gt=F("opens_at"))),
            models.CheckConstraint(
                name="call_says_all_in_both_languages",
                condition=~Q(title="")
                & ~Q(title_vi="")
                & ~Q(question="")
                & ~Q(question_vi="")
                & ~Q(promise="")
                & ~Q(promise_vi=""),
            ),
        ]

    def __str__(self) -> str:
        return self.title
