"""The people of the demo, and what a stranger needs to be one of them. Refused everywhere else.

They sign in through the same forms as everybody; nothing here opens a weaker way. What makes them usable by strangers
is only that their password and codes are shown.
"""

import base64
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings

from accounts.enums import Role
from accounts.errors import NotInTheDemo
from accounts.models import UsedCode, User
from accounts.queries.people import find_user, real_now
from accounts.rules.totp import PERIOD_SECONDS, code_at, counter_at
from accounts.services.people import make_user, register_person
from accounts.services.staff import give_role
from core import clock
from core.models import OutgoingMail
from core.transactions import needs_transaction

PASSWORD = "beer mat and ledger"  # noqa: S105  printed on the demo's own page
CODE_LIFE = timedelta(minutes=10)
HOLDERS = {
    "customer@demo.example": ("Siobhán O’Brien", "en"),
    "holder@demo.example": ("Nguyễn Thị Ánh Tuyết", "vi"),
}
STAFF = {
    "secretary@demo.example": ("Agnes Whitlock", Role.SECRETARY),
    "finance@demo.example": ("Trần Minh Khôi", Role.FINANCE),
    "director@demo.example": ("José Almeida", Role.DIRECTOR),
    "chair@demo.example": ("Margaret Okafor", Role.CHAIR),
    "door@demo.example": ("Tom Brewster", Role.DOOR),
}


@dataclass(frozen=True)
class DemoPerson:
    """What the demo's page shows of somebody. ``password`` is empty for holders, who have none."""

    email: str
    name: str
    roles: tuple[str, ...]
    password: str

    def current_totp_code(self) -> str:
        """Return the app's code that works now and was not used yet; nothing for people without an app."""
        user = find_user(self.email)
        app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
        if user is None or app is None:
            return ""
        now = counter_at(real_now().timestamp())
        used = set(UsedCode.objects.filter(user=user, counter__gte=now - 1).values_list("counter", flat=True))
        unused = [counter for counter in (now, now + 1, now - 1) if counter not in used]
        return code_at(decrypt(app.data["secret"]), unused[0]) if unused else ""

    def latest_email_code(self) -> str:
        """Return the code mailed to them last, while it works; nothing when there is none."""
        since = clock.now() - CODE_LIFE
        mail = OutgoingMail.objects.filter(to=self.email, kind__startswith="account.", queued_at__gt=since)
        latest = mail.order_by("-id").first()
        code = re.search(r"^\d{6}$", latest.text, re.MULTILINE) if latest else None
        return code.group() if code else ""


@needs_transaction
def ensure_demo_people(at: datetime) -> dict[str, User]:
    """Make the demo's people who are not there yet; return all of them by address. Raises `NotInTheDemo`."""
    _refuse_outside_the_demo()
    people = {}
    for email, (name, language) in HOLDERS.items():
        people[email] = find_user(email) or _make_holder(email, name, language, at)
    for email, (name, role) in STAFF.items():
        people[email] = find_user(email) or _make_staff(email, name, role, at)
    return people


def demo_credentials() -> list[DemoPerson]:
    """Return what the demo's page shows, in the order of the journey. Raises `NotInTheDemo`."""
    _refuse_outside_the_demo()
    holders = [DemoPerson(email, name, (), "") for email, (name, _language) in HOLDERS.items()]
    staff = [DemoPerson(email, name, (role.value,), PASSWORD) for email, (name, role) in STAFF.items()]
    return holders + staff


def seconds_until_next_code() -> int:
    """Return for how long the codes shown now stay the current ones."""
    return PERIOD_SECONDS - int(real_now().timestamp()) % PERIOD_SECONDS


def _make_holder(email: str, name: str, language: str, at: datetime) -> User:
    party = register_person(name=name, language=language, email=email, country="GB", by=None, at=at)
    return make_user(email=email, party=party, by=None, at=at)


def _make_staff(email: str, name: str, role: Role, at: datetime) -> User:
    user = make_user(email=email, name=name, party=None, by=None, at=at, password=PASSWORD)
    give_role(user=user, role=role, by=None, at=at)
    secret = base64.b32encode(sha256(f"demo:{email}".encode()).digest()[:20]).decode()
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(secret)})
    return user


def _refuse_outside_the_demo() -> None:
    if not settings.DEMO:
        raise NotInTheDemo()
