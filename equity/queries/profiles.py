"""The law's words as the profile keeps them."""

from equity.models import JurisdictionProfile, ProfileText

STATEMENTS = ("restricted", "high_net_worth", "self_certified", "certified")


def text_of(profile: JurisdictionProfile, kind: str) -> ProfileText | None:
    """Return the newest version of a text of the profile."""
    return profile.texts.filter(kind=kind).order_by("-version").first()


def statements_of(profile: JurisdictionProfile) -> list[ProfileText]:
    """Return the newest version of each category statement, in the order of the law."""
    newest = profile.texts.filter(kind__in=STATEMENTS).order_by("kind", "-version").distinct("kind")
    return sorted(newest, key=lambda text: STATEMENTS.index(text.kind))


def questions_of(profile: JurisdictionProfile) -> list[ProfileText]:
    """Return the appropriateness questions in their order."""
    return list(profile.texts.filter(kind="quiz").order_by("position"))
