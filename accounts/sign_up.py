"""What somebody typed to sign up, kept in their session until the mailed code proves the address."""

from django.http import HttpRequest

SESSION_KEY = "sign_up"


def remember_sign_up(request: HttpRequest, *, email: str, name: str, language: str) -> None:
    """Keep what was typed in this browser."""
    request.session[SESSION_KEY] = {"email": email, "name": name, "language": language}


def typed_at_sign_up(request: HttpRequest, email: str) -> dict[str, str]:
    """Return name and language typed in this browser with that address, once; empty when there were none."""
    typed = request.session.pop(SESSION_KEY, {})
    if typed.get("email") != email:
        return {}
    return {"name": typed["name"], "language": typed["language"]}
