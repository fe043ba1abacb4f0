from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from beers.rules.glass import Bitterness, Ground, Strength


class CallKind(TextChoices):
    """What members are asked for."""

    NAME = "name", _("a name")
    RECIPE = "recipe", _("a recipe")


class Origin(TextChoices):
    """Whose recipe it is."""

    HOUSE = "house", _("the house")
    MEMBER = "member", _("a member")


class ProposalState(TextChoices):
    """What staff answered; every state but ``open`` has a reason, a date and a name behind it."""

    OPEN = "open", _("not answered yet")
    SHORTLISTED = "shortlisted", _("on the shortlist")
    DECLINED = "declined", _("declined")
    MERGED = "merged", _("taken together with another")


class NamedAs(TextChoices):
    """How an author wishes to stand under an idea. Free text would let anybody sign as somebody else."""

    FULL = "full", _("my full name")
    SHORT = "short", _("my given name and the first letter of my family name")
    GIVEN = "given", _("my given name only")


class YeastKind(TextChoices):
    """What ferments; the codes are BeerJSON's."""

    ALE = "ale", _("ale yeast")
    LAGER = "lager", _("lager yeast")
    KVEIK = "kveik", _("kveik")
    BRETT = "brett", _("Brettanomyces")
    LACTO = "lacto", _("lactic bacteria")
    MIXED = "mixed-culture", _("mixed culture")


GROUND_WORDS = {
    Ground.STRAW: _("straw"),
    Ground.GOLD: _("gold"),
    Ground.AMBER: _("amber"),
    Ground.COPPER: _("copper"),
    Ground.STOUT: _("black"),
}
STRENGTH_WORDS = {
    Strength.VERY_LIGHT: _("very light"),
    Strength.LIGHT: _("light"),
    Strength.MEDIUM: _("medium strong"),
    Strength.STRONG: _("strong"),
    Strength.VERY_STRONG: _("very strong"),
}
BITTERNESS_WORDS = {
    Bitterness.SOFT: _("hardly bitter"),
    Bitterness.GENTLE: _("gently bitter"),
    Bitterness.CLEAR: _("clearly bitter"),
    Bitterness.BITTER: _("bitter"),
    Bitterness.VERY_BITTER: _("very bitter"),
}
