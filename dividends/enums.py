"""Words of the room, with the names people read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountsKind(models.TextChoices):
    """Which accounts justify a distribution (Companies Act 2006 ss.836 to 839)."""

    ANNUAL = "annual", _("annual accounts")
    INTERIM = "interim", _("interim accounts")
    INITIAL = "initial", _("initial accounts")


class DeclarationState(models.TextChoices):
    """The way of a declaration; it only goes forward."""

    PROPOSED = "proposed", _("proposed")
    COMPUTED = "computed", _("entitlements fixed")
    DROPPED = "dropped", _("dropped")


class Rounding(models.TextChoices):
    """What happens to the part of a penny: see dividends.rules.allocation."""

    FLOOR = "floor", _("rounded down, the rest stays with the company")
    CARRY = "carry", _("rounded down, the fraction is carried to the next dividend")
    LARGEST_REMAINDER = (
        "largest_remainder",
        _("the whole sum is shared out, the largest fractions get the last pennies"),
    )


class Basis(models.TextChoices):
    """Why a rate of withholding applies."""

    STATUTORY = "statutory", _("by statute")
    TREATY = "treaty", _("by treaty, with a document")


class HolderKind(models.TextChoices):
    """Whom a rule of withholding is about; joint holders are persons."""

    ANY = "", _("anybody")
    PERSON = "person", _("persons")
    ORGANISATION = "organisation", _("organisations")


class Income(models.TextChoices):
    """What is paid: a dividend and a royalty are taxed under different heads."""

    DIVIDEND = "dividend", _("dividend")
    ROYALTY = "royalty", _("royalty")


class Way(models.TextChoices):
    """What becomes of a dividend at the day its statement is issued."""

    BANK = "bank", _("goes to the bank account")
    WAITING = "waiting", _("waits for bank details")
    HELD = "held", _("waits until new bank details may be used")
    JAR = "jar", _("stays in the penny jar")
    NOTHING = "nothing", _("less than the smallest coin")
