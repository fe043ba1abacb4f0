"""Words of the room, with the names people read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Method(models.TextChoices):
    """How a contest is counted; each more would be one more way to be accused of choosing the winner."""

    RESOLUTION = "resolution", _("For, against or withheld")
    APPROVAL = "approval", _("Approval: as many as you like")
    IRV = "irv", _("Ranking: instant runoff")
    PLURALITY = "plurality", _("One choice")
    SCOTTISH_STV = "scottish-stv", _("Ranking: single transferable vote (Scotland)")
    SCHULZE = "schulze", _("Ranking: Schulze")


class Majority(models.TextChoices):
    """What a resolution needs (Companies Act 2006 s.282, s.283)."""

    ORDINARY = "ordinary", _("Ordinary resolution: more for than against")
    SPECIAL = "special", _("Special resolution: at least 75 % for")


class Weighting(models.TextChoices):
    """What a paper weighs."""

    MEMBER = "member", _("one member, one vote")
    SHARE = "share", _("one share, one vote")


class Secrecy(models.TextChoices):
    """Whether the scrutineer learns whose paper it is."""

    SECRET = "secret", _("secret")
    NAMED = "named", _("known to the scrutineer")


class PromiseKind(models.TextChoices):
    """What the company owes the outcome."""

    BINDING = "binding", _("The winner will be made")
    ADVICE = "advice", _("Advice to the board")


class ContestState(models.TextChoices):
    """The way of a contest; it only goes forward."""

    DRAFT = "draft", _("being prepared")
    FROZEN = "frozen", _("rules fixed, not open yet")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed, envelopes sealed")
    OPENED = "opened", _("envelopes opened")
    COUNTED = "counted", _("counted")
    DECLARED = "declared", _("declared")


class PromiseState(models.TextChoices):
    """How a promise fares."""

    UNDER_WAY = "under_way", _("under way")
    KEPT = "kept", _("kept")
    LATE = "late", _("late")
    BROKEN = "broken", _("not kept")
