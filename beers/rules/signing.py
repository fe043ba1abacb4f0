"""How an author's name stands under an idea."""

from accounts.rules.names import is_family_first


def shown_name(full_name: str, given_name: str, language: str, *, short: str) -> str:
    """Return the full name, the given name, or the given name with the first letter of the family name.

    ``short`` is "full", "given" or "short". The family name stands first in Vietnamese names: Nguyễn Thị Ánh Tuyết is
    "Tuyết N." and Agnes Whitlock is "Agnes W."
    """
    words = full_name.split()
    if short == "full" or len(words) < 2:
        return full_name
    given = given_name or full_name
    if short == "given":
        return given
    family = words[0] if is_family_first(full_name, language) else words[-1]
    return f"{given} {family[0]}."
