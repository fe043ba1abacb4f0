"""Law as data: a profile comes from a file of the repository, once, and its words never change under a version."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import audit
from core.transactions import needs_transaction
from equity.models import JurisdictionProfile, ProfileText
from equity.rules.profile_file import ProfileRefused, joined, problems_of

if TYPE_CHECKING:
    from accounts.models import User

FOLDER = Path(__file__).resolve().parent.parent / "profiles"


class ProfileChanged(ValueError):
    """The file says something else than the profile that stands: a new figure is a new profile, new words a version."""


@needs_transaction
def load_profile(*, code: str, by: "User | None", at: datetime) -> JurisdictionProfile:
    """Return the profile of that code as its file says, writing what is not there yet: profile, texts, new versions.

    Raises `ProfileRefused` with every reason when the file is not complete, `ProfileChanged` when a figure or the
    words of a version differ from those that offers already stand on.
    """
    content = _content(code)
    problems = problems_of(content, code=code)
    if problems:
        raise ProfileRefused(problems)
    profile, created = JurisdictionProfile.objects.get_or_create(code=code, defaults=_facts(content))
    _refuse_difference(code, _facts(content), profile)
    standing = {(text.kind, text.version): text for text in profile.texts.all()}
    new = []
    for words in map(_words, content["texts"]):
        text = standing.get((words["kind"], words["version"]))
        if text is None:
            new.append(ProfileText(profile=profile, **words))
        else:
            _refuse_difference(f"{code} {text}", words, text)
    ProfileText.objects.bulk_create(new)
    if created or new:
        audit.record(by=by, at=at, verb="profile_loaded", subject=profile, texts=[str(text) for text in new])
    return profile


def _content(code: str) -> Any:
    if not code.isidentifier():  # the code becomes part of a path
        raise FileNotFoundError(code)
    return json.loads((FOLDER / f"{code}.json").read_text(encoding="utf-8"))


def _facts(content: Mapping[str, Any]) -> dict[str, Any]:
    facts = content["facts"]
    until = content.get("valid_until")
    return {
        "name": content["name"],
        "valid_from": date.fromisoformat(content["valid_from"]),
        "valid_until": date.fromisoformat(until) if until else None,
        "source": "\n".join(_source_line(name, fact) for name, fact in facts.items()),
        **{name: fact["value"] for name, fact in facts.items()},
    }


def _source_line(name: str, fact: Mapping[str, Any]) -> str:
    doubt = "" if fact["confirmed"] else " [unconfirmed]"
    return f"{name} = {fact['value']}, since {fact['since']}: {fact['source']}{doubt}"


def _words(text: Mapping[str, Any]) -> dict[str, Any]:
    pairs = {f"{name}{ending}": joined(text[f"{name}{ending}"]) for name in ("title", "body") for ending in ("", "_vi")}
    return {name: text[name] for name in ("kind", "version", "position")} | pairs | {"options": text["options"]}


def _refuse_difference(what: str, wanted: Mapping[str, Any], row: JurisdictionProfile | ProfileText) -> None:
    differing = [name for name, value in wanted.items() if getattr(row, name) != value]
    if differing:
        raise ProfileChanged(f"{what}: {', '.join(differing)}")
