from django.conf import settings
from django.db import models
from django.db.models import F, Q

from ballots.enums import ContestState, Majority, Method, PromiseKind, PromiseState, Secrecy, Weighting
from ballots.models.roll import Roll, Scrutineer
from core.ids import PublicIdField

USER = settings.AUTH_USER_MODEL
BEFORE_OPENING = [ContestState.DRAFT, ContestState.FROZEN]
NOT_CLOSED = [*BEFORE_OPENING, ContestState.OPEN]
NOT_OPENED = [*NOT_CLOSED, ContestState.CLOSED]
NOT_COUNTED = [*NOT_OPENED, ContestState.OPENED]


class Contest(models.Model):
    """One question with its rules; once frozen the rules never change, and the state only goes forward.

    Resolutions are named (proxies, splits and representatives demand it) and weighted by share; beer ballots are
    secret. A secret contest weighted by share would show who an unusual holding belongs to: the database refuses it.
    """

    public_id = PublicIdField()
    title = models.CharField(max_length=160)
    title_vi = models.CharField(max_length=160)
    question = models.TextField(max_length=4000)
    question_vi = models.TextField(max_length=4000)
    method = models.CharField(max_length=16, choices=Method.choices)
    majority = models.CharField(max_length=16, choices=Majority.choices, blank=True, default="")
    seats = models.PositiveSmallIntegerField(default=1)
    choices_max = models.PositiveSmallIntegerField()
    weighting = models.CharField(max_length=8, choices=Weighting.choices)
    secrecy = models.CharField(max_length=8, choices=Secrecy.choices)
    promise_kind = models.CharField(max_length=8, choices=PromiseKind.choices, blank=True, default="")
    promise = models.CharField(max_length=400, blank=True, default="")
    promise_vi = models.CharField(max_length=400, blank=True, default="")
    promise_due_on = models.DateField(null=True, blank=True)
    challenge_hours = models.PositiveSmallIntegerField(default=24)
    roll = models.ForeignKey(Roll, null=True, on_delete=models.PROTECT, related_name="contests")
    scrutineer = models.ForeignKey(Scrutineer, null=True, on_delete=models.PROTECT, related_name="contests")
    state = models.CharField(max_length=16, choices=ContestState.choices, default=ContestState.DRAFT)
    prepared_at = models.DateTimeField()
    prepared_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField(null=True)
    rules = models.JSONField(default=dict, blank=True)
    rules_sha256 = models.CharField(max_length=64, blank=True, default="")
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    closes_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    taken_in_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField(null=True)
    declared_at = models.DateTimeField(null=True)
    declared_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    revealed_rounds = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="contest_resolution_is_named_by_share",
                condition=Q(method=Method.RESOLUTION, secrecy=Secrecy.NAMED, weighting=Weighting.SHARE, seats=1)
                | (~Q(method=Method.RESOLUTION) & Q(secrecy=Secrecy.SECRET, weighting=Weighting.MEMBER)),
            ),
            models.CheckConstraint(
                name="contest_majority_is_of_a_resolution",
                condition=Q(method=Method.RESOLUTION, majority__in=Majority.values)
                | (~Q(method=Method.RESOLUTION) & Q(majority="")),
            ),
            models.CheckConstraint(name="contest_fills_a_seat", condition=Q(seats__gte=1, choices_max__gte=1)),
            models.CheckConstraint(
                name="contest_one_winner_unless_stv", condition=Q(seats=1) | Q(method=Method.SCOTTISH_STV)
            ),
            models.CheckConstraint(
                name="contest_promise_whole",
                condition=Q(promise_kind="", promise="", promise_vi="")
                | (Q(promise_kind__in=PromiseKind.values) & ~Q(promise="") & ~Q(promise_vi="")),
            ),
            models.CheckConstraint(
                name="contest_binding_promise_has_a_day",
                condition=~Q(promise_kind=PromiseKind.BINDING) | Q(promise_due_on__isnull=False),
            ),
            models.CheckConstraint(
                name="contest_frozen_with_roll_and_key",
                condition=Q(state=ContestState.DRAFT, frozen_at__isnull=True, roll__isnull=True, rules_sha256="")
                | (
                    ~Q(state=ContestState.DRAFT)
                    & Q(frozen_at__isnull=False, roll__isnull=False, scrutineer__isnull=False)
                    & ~Q(rules_sha256="")
                ),
            ),
            models.CheckConstraint(
                name="contest_opened_at_and_by_somebody",
                condition=Q(state__in=BEFORE_OPENING, opened_at__isnull=True, opened_by__isnull=True)
                | (~Q(state__in=BEFORE_OPENING) & Q(opened_at__isnull=False, opened_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="contest_closed_at_a_moment",
                condition=Q(state__in=NOT_CLOSED, closed_at__isnull=True, closed_by__isnull=True)
                | (~Q(state__in=NOT_CLOSED) & Q(closed_at__isnull=False, closes_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="contest_closes_after_opening",
                condition=Q(closes_at__isnull=True) | Q(opened_at__isnull=False, closes_at__gte=F("opened_at")),
            ),
            models.CheckConstraint(
                name="contest_closed_not_before_its_end",
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("closes_at")),
            ),
            models.CheckConstraint(
                name="contest_opened_papers_have_their_moment",
                condition=Q(state__in=NOT_OPENED, taken_in_at__isnull=True)
                | (~Q(state__in=NOT_OPENED) & Q(taken_in_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="contest_counted_at_a_moment",
                condition=Q(state__in=NOT_COUNTED, counted_at__isnull=True)
                | (~Q(state__in=NOT_COUNTED) & Q(counted_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="contest_declared_at_and_by_somebody",
                condition=(~Q(state=ContestState.DECLARED) & Q(declared_at__isnull=True, declared_by__isnull=True))
                | Q(state=ContestState.DECLARED, declared_at__isnull=False, declared_by__isnull=False),
            ),
            models.CheckConstraint(
                name="contest_reveals_only_what_is_counted",
                condition=Q(revealed_rounds=0) | ~Q(state__in=NOT_COUNTED),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Option(models.Model):
    """What can be chosen. ``reference`` says in the words of another room what it is; here it is opaque."""

    public_id = PublicIdField()
    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=160)
    title_vi = models.CharField(max_length=160, blank=True, default="")
    credit = models.CharField(max_length=160, blank=True, default="")
    reference = models.CharField(max_length=22, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contest", "position"], name="option_position_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["contest", "title"], name="option_title_once"),
            models.UniqueConstraint(
                fields=["contest", "reference"], condition=~Q(reference=""), name="option_reference_once"
            ),
            models.CheckConstraint(name="option_has_a_title", condition=~Q(title="")),
        ]

    def __str__(self) -> str:
        return self.title


class PromiseNews(models.Model):
    """How the promise of a contest fares; each line stays."""

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="promise_news")
    state = models.CharField(max_length=16, choices=PromiseState.choices)
    text = models.CharField(max_length=600)
    text_vi = models.CharField(max_length=600, blank=True, default="")
    at = models.DateTimeField()
    by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="promise_state_known", condition=Q(state__in=PromiseState.values)),
            models.CheckConstraint(name="promise_news_says_something", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"{self.contest_id} {self.state}"


class Challenge(models.Model):
    """A member says within the window that something about the result is wrong; it is answered by name."""

    public_id = PublicIdField()
    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="challenges")
    raised_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    text = models.CharField(max_length=2000)
    answer = models.CharField(max_length=2000, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="challenge_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="challenge_answered_at_and_by_together",
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
