"""Words of the room, with the names people read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CompanyProfile(models.TextChoices):
    """Which rules of the Companies Act 2006 bind: the switch before all others."""

    PRIVATE = "private", _("private company")
    UNLISTED_PLC = "unlisted_plc", _("unlisted public company")
    QUOTED = "quoted", _("quoted company")
    TRADED = "traded", _("traded company")


class PartOfUk(models.TextChoices):
    """Where the company is registered: it decides what a working day is (s.1173)."""

    ENGLAND_WALES = "england_wales", _("England and Wales")
    SCOTLAND = "scotland", _("Scotland")
    NORTHERN_IRELAND = "northern_ireland", _("Northern Ireland")


class MeetingKind(models.TextChoices):
    """An annual general meeting needs longer notice of a plc."""

    ANNUAL = "annual", _("annual general meeting")
    GENERAL = "general", _("general meeting")


class MeetingState(models.TextChoices):
    """The way of a meeting; it only goes forward."""

    DRAFT = "draft", _("being prepared")
    NOTICED = "noticed", _("notice given")
    IN_SESSION = "in_session", _("in session")
    ENDED = "ended", _("ended")


class ItemKind(models.TextChoices):
    """What an agenda item asks of the members."""

    INFORMATION = "information", _("to hear")
    RESOLUTION = "resolution", _("a resolution")
    RECIPES = "recipes", _("a recipe ballot")
    NAMES = "names", _("a name ballot")


class Channel(models.TextChoices):
    """How a member receives notice (Companies Act 2006 Sch. 5)."""

    EMAIL = "email", _("e-mail")
    PAPER = "paper", _("paper")
