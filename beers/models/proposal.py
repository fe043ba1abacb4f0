from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from accounts.enums import Language
from beers.enums import ProposalState
from core.ids import PublicIdField

OPEN, MERGED = ProposalState.OPEN, ProposalState.MERGED
UNANSWERED = Q(state=OPEN, answered_at=None, answered_by=None, answer_reason="", answer_reason_vi="")
ANSWERED = (
    ~Q(state=OPEN)
    & Q(answered_at__isnull=False, answered_by__isnull=False)
    & ~Q(answer_reason="")
    & ~Q(answer_reason_vi="")
)


class Proposal(models.Model):
    """One idea for a call, under its author's name; without an author it is the house's own.

    ``text`` is the name that is proposed, or the name of the recipe. ``normalised`` is what likeness is looked for in
    (`beers.rules.wording.likeness_key`). That the kind fits the call, and what an idea may be merged into, is kept by
    triggers.
    """

    public_id = PublicIdField()
    call = models.ForeignKey("beers.Call", on_delete=models.PROTECT, related_name="proposals")
    author = models.ForeignKey("accounts.Party", null=True, on_delete=models.PROTECT, related_name="proposals")
    author_shown = models.CharField(max_length=300, blank=True, default="")
    text = models.CharField(max_length=60)
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.ENGLISH)
    normalised = models.CharField(max_length=240)
    recipe = models.OneToOneField(
        "beers.Recipe", null=True, blank=True, on_delete=models.PROTECT, related_name="proposal"
    )
    state = models.CharField(max_length=16, choices=ProposalState.choices, default=OPEN)
    answer_reason = models.TextField(blank=True, default="")
    answer_reason_vi = models.TextField(blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    proposed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("call", Lower("text"), name="proposal_said_once_per_call"),
            models.CheckConstraint(name="proposal_state_known", condition=Q(state__in=ProposalState.values)),
            models.CheckConstraint(name="proposal_has_words", condition=~Q(text="") & ~Q(normalised="")),
            models.CheckConstraint(
                name="proposal_author_is_named",
                condition=Q(author=None, author_shown="") | (Q(author__isnull=False) & ~Q(author_shown="")),
            ),
            models.CheckConstraint(name="proposal_answered_with_reason_date_and_name", condition=UNANSWERED | ANSWERED),
            models.CheckConstraint(
                name="proposal_merged_into_another",
                condition=(Q(state=MERGED, merged_into__isnull=False) & ~Q(merged_into=F("id")))
                | (~Q(state=MERGED) & Q(merged_into=None)),
            ),
        ]
        indexes = [
            GinIndex(fields=["normalised"], name="proposal_by_likeness", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["call", "state", "id"], name="proposal_by_call"),
        ]

    def __str__(self) -> str:
        return self.text


class Support(models.Model):
    """One person stands behind one idea of somebody else; it can be taken back while the call is open."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="supports")
    party = models.ForeignKey("accounts.Party", on_delete=models.PROTECT, related_name="supports")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "party"], name="support_once_per_person")]

    def __str__(self) -> str:
        return f"{self.party_id} for {self.proposal_id}"


class Adoption(models.Model):
    """The winner of a ballot, by the contest's reference; the author stays named. Written once."""

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="adoption")
    contest_reference = models.CharField(max_length=64)
    adopted_at = models.DateTimeField()
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contest_reference"], name="adoption_once_per_contest"),
            models.CheckConstraint(name="adoption_names_its_contest", condition=~Q(contest_reference="")),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} by {self.contest_reference}"
