from django.conf import settings
from django.db import models
from django.db.models import F, Q

from agm.enums import Channel, CompanyProfile, ItemKind, MeetingKind, MeetingState, PartOfUk
from core.ids import PublicIdField

USER = settings.AUTH_USER_MODEL
HELD = [MeetingState.IN_SESSION, MeetingState.ENDED]


class Meeting(models.Model):
    """A general meeting: where, when, by which rules, and the moments that follow from them.

    ``notice_clear_days`` is what the articles ask, never less than the law; ``proxy_cutoff_at`` and ``record_at`` are
    saved as computed (agm.rules), so that what the notice said stays what counted. ``qualifying_persons`` is what the
    chair counted when opening (quorum, Companies Act 2006 s.318).
    """

    public_id = PublicIdField()
    slug = models.SlugField(unique=True)
    kind = models.CharField(max_length=8, choices=MeetingKind.choices)
    title = models.CharField(max_length=120)
    title_vi = models.CharField(max_length=120)
    profile = models.CharField(max_length=16, choices=CompanyProfile.choices)
    part_of_uk = models.CharField(max_length=20, choices=PartOfUk.choices)
    place = models.CharField(max_length=160)
    address = models.CharField(max_length=300)
    welcome = models.TextField(max_length=2000, blank=True, default="")
    welcome_vi = models.TextField(max_length=2000, blank=True, default="")
    starts_at = models.DateTimeField()
    notice_clear_days = models.PositiveSmallIntegerField()
    proxy_cutoff_at = models.DateTimeField()
    record_at = models.DateTimeField()
    proxies_to = models.CharField(max_length=300)
    roll = models.OneToOneField("ballots.Roll", null=True, on_delete=models.PROTECT, related_name="meeting")
    scrutineer = models.ForeignKey("ballots.Scrutineer", null=True, on_delete=models.PROTECT, related_name="meetings")
    state = models.CharField(max_length=16, choices=MeetingState.choices, default=MeetingState.DRAFT)
    prepared_at = models.DateTimeField()
    prepared_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    noticed_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    qualifying_persons = models.PositiveIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="meeting_profile_known", condition=Q(profile__in=CompanyProfile.values)),
            models.CheckConstraint(name="meeting_part_of_uk_known", condition=Q(part_of_uk__in=PartOfUk.values)),
            # s.307, s.307A: 14 clear days for any meeting, 21 for the annual one of a plc.
            models.CheckConstraint(
                name="meeting_notice_as_the_law_asks",
                condition=Q(notice_clear_days__gte=21)
                | (Q(notice_clear_days__gte=14, kind=MeetingKind.GENERAL) & ~Q(profile=CompanyProfile.TRADED))
                | Q(notice_clear_days__gte=14, profile=CompanyProfile.PRIVATE),
            ),
            models.CheckConstraint(
                name="meeting_proxies_until_it_starts", condition=Q(proxy_cutoff_at__lte=F("starts_at"))
            ),
            models.CheckConstraint(name="meeting_record_not_after_start", condition=Q(record_at__lte=F("starts_at"))),
            models.CheckConstraint(
                name="meeting_noticed_at_a_moment",
                condition=Q(state=MeetingState.DRAFT, noticed_at__isnull=True)
                | (~Q(state=MeetingState.DRAFT) & Q(noticed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="meeting_held_by_somebody_with_quorum",
                condition=Q(opened_at__isnull=True, opened_by__isnull=True, qualifying_persons__isnull=True)
                & ~Q(state__in=HELD)
                | Q(
                    opened_at__isnull=False,
                    opened_by__isnull=False,
                    qualifying_persons__gte=2,
                    roll__isnull=False,
                    state__in=HELD,
                ),
            ),
            models.CheckConstraint(
                name="meeting_ended_at_and_by_somebody",
                condition=(~Q(state=MeetingState.ENDED) & Q(ended_at__isnull=True, ended_by__isnull=True))
                | Q(state=MeetingState.ENDED, ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AgendaItem(models.Model):
    """One thing on the agenda; what members decide has a contest. ``script`` is what the chair reads out."""

    public_id = PublicIdField()
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=ItemKind.choices)
    title = models.CharField(max_length=160)
    title_vi = models.CharField(max_length=160)
    text = models.TextField(max_length=6000, blank=True, default="")
    text_vi = models.TextField(max_length=6000, blank=True, default="")
    script = models.TextField(max_length=2000, blank=True, default="")
    script_vi = models.TextField(max_length=2000, blank=True, default="")
    contest = models.OneToOneField("ballots.Contest", null=True, on_delete=models.PROTECT, related_name="item")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "position"], name="item_position_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                name="item_that_decides_has_a_contest",
                condition=Q(kind=ItemKind.INFORMATION, contest__isnull=True)
                | (~Q(kind=ItemKind.INFORMATION) & Q(contest__isnull=False)),
            ),
            # s.283(6): a special resolution stands in the notice with its text; we ask it of every resolution.
            models.CheckConstraint(
                name="item_resolution_has_its_text", condition=~Q(kind=ItemKind.RESOLUTION) | ~Q(text="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"


class Notice(models.Model):
    """The notice exactly as it went out; approved by a director who did not prepare it.

    ``given_on`` is the day it is deemed given (s.1147: 48 hours after sending, non-working parts ignored).
    """

    meeting = models.OneToOneField(Meeting, on_delete=models.PROTECT, related_name="notice")
    content_sha256 = models.CharField(max_length=64)
    pdf_sha256 = models.CharField(max_length=64)
    pdf_vi_sha256 = models.CharField(max_length=64)
    prepared_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()
    given_on = models.DateField()
    job = models.ForeignKey("core.Job", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="notice_approved_by_another", condition=~Q(approved_by=F("prepared_by"))),
        ]

    def __str__(self) -> str:
        return f"notice of {self.meeting_id}"


class NoticeDelivery(models.Model):
    """The notice to one member: by e-mail, or on the list for print."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="deliveries")
    party = models.ForeignKey("accounts.Party", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.CharField(max_length=400)
    language = models.CharField(max_length=2)
    mail = models.OneToOneField("core.OutgoingMail", null=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "party"], name="notice_once_per_member"),
            models.CheckConstraint(name="notice_channel_known", condition=Q(channel__in=Channel.values)),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.address}"
