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
    NEXT = "next", _("goes with the next payment run")
    JAR = "jar", _("stays in the penny jar")
    NOTHING = "nothing", _("less than the smallest coin")


class AgreementState(models.TextChoices):
    """The way of a royalty agreement; it only goes forward."""

    PROPOSED = "proposed", _("waits for a director")
    APPROVED = "approved", _("in force")
    DROPPED = "dropped", _("laid aside")


class ReportState(models.TextChoices):
    """The way of a figure of sales; it only goes forward."""

    ENTERED = "entered", _("waits for a second person")
    APPROVED = "approved", _("approved")
    DROPPED = "dropped", _("laid aside")


class ReportKind(models.TextChoices):
    """What a line of sales says. What was sold is said once a period; all else is a new line about that one."""

    SALES = "sales", _("sales of a period")
    RETURNS = "returns", _("beer that came back later")
    CORRECTION = "correction", _("correction of a figure")


class RoyaltyWay(models.TextChoices):
    """What becomes of a royalty on the day its statement is issued."""

    BANK = "bank", _("goes to the bank account")
    WAITING = "waiting", _("waits for bank details")
    HELD = "held", _("waits until new bank details may be used")
    KEPT = "kept", _("carried to the next statement, being below the minimum")
    OWED = "owed", _("carried to the next statement and never asked back")
    NOTHING = "nothing", _("nothing to pay")
