"""Holders say where they want to be paid, change it, and stop a change that was not theirs.

Note [Bank details]: whoever gets into an account wants the money to go elsewhere, so new details wait seven days, in
which nothing is paid; the holder is told at the present address and at the one before, by a mail with a link that stops
them without signing in. Only the first details a party ever gave are usable at once: nobody can take back old ones and
give "first" ones anew. First ones wait, too, in the week after the sign-in was reset or was opened by nothing but the
proof of an address (accounts: Note [Claims]): who reads a mailbox must not be paid at once.

Every link works for as long as its mail says, whatever came after: it also ends what is in force and was given later.
What comes back was proved by time, so nobody can put two false accounts one behind the other and be paid at the first.
"""

import secrets
from datetime import datetime
from typing import NamedTuple

from accounts.models import Party, User
from accounts.queries.parties import users_deciding_for
from accounts.services.sessions import end_sessions
from core import audit
from core.locks import bounded_wait, lock
from core.secrets import fingerprint, seal
from core.transactions import needs_transaction
from payments.enums import MandateEnd
from payments.errors import StopLinkUnknown
from payments.models import BankMandate
from payments.queries.mandates import (
    PURPOSE,
    StopPlan,
    find_restored_by_stop,
    find_stoppable,
    hashed_token,
    is_account_of,
    mandate_of,
    plan_stop,
    usable_from,
)
from payments.rules.bank_details import BankDetails
from payments.services.mandate_mails import tell_about_mandate


class Stopped(NamedTuple):
    """Details that were stopped, and the ones that came back into force, if there were any to trust."""

    mandate: BankMandate
    restored: BankMandate | None


@needs_transaction
def give_mandate(*, party: Party, details: BankDetails, by: User, at: datetime) -> BankMandate:
    """Pay the party to these details from now on, or after seven days: see Note [Bank details].

    The same details again change nothing. The same account under a corrected name waits no longer than it did before.
    The caller has made sure that the user decides for the party and is there (Note [Fresh factor]).
    """
    party = lock(Party.objects.all(), pk=party.pk)
    standing = mandate_of(party.pk)
    if standing is not None:
        at = max(at, standing.given_at)
        if is_account_of(standing, details) and standing.holder_name == details.holder_name:
            return standing
    is_first = not BankMandate.objects.filter(party=party).exists()
    usable = usable_from(party=party, details=details, by=by, at=at)
    if standing is not None:
        _end(standing, MandateEnd.REPLACED, at)
    token = secrets.token_urlsafe(32)
    row = written_mandate(party=party, details=details, by=by, at=at, usable_from=usable, token=token)
    row.save()
    audit.record(
        by=by,
        at=at,
        verb="mandate_given",
        subject=row,
        party=party.public_id,
        ending=row.ending,
        replaces=standing.ending if standing else "",
        usable_from=usable.isoformat(),
    )
    kind = "bank_given" if is_first else "bank_changed"
    tell_about_mandate(kind=kind, party=party, mandate=row, at=at, token=token, earlier=standing)
    return row


@needs_transaction
def withdraw_mandate(*, party: Party, by: User, at: datetime) -> BankMandate | None:
    """Pay the party nowhere from now on; return the details that ended, None when there were none."""
    party = lock(Party.objects.all(), pk=party.pk)
    standing = mandate_of(party.pk)
    if standing is None:
        return None
    at = max(at, standing.given_at)
    _end(standing, MandateEnd.WITHDRAWN, at)
    audit.record(
        by=by, at=at, verb="mandate_withdrawn", subject=standing, party=party.public_id, ending=standing.ending
    )
    tell_about_mandate(kind="bank_withdrawn", party=party, mandate=standing, at=at)
    return standing


@needs_transaction
def stop_by_token(*, token: str, at: datetime) -> Stopped:
    """End details that their holder did not give, by the secret of the mail; raise `StopLinkUnknown`.

    What was given after them ends with them. The details trusted before come back as a new row and are usable at once,
    for they were before: see `plan_stop`. Whoever could have given the false ones is signed out everywhere and has to
    prove anew who they are. The second call with the same secret returns what the first one did.
    """
    found = find_stoppable(token, at=at)
    if found is None:
        raise StopLinkUnknown()
    party = lock(Party.objects.all(), pk=found.party_id)
    found = find_stoppable(token, at=at)
    if found is None:
        raise StopLinkUnknown()
    if found.ended_how == MandateEnd.NOT_ME:
        return Stopped(found, find_restored_by_stop(found))
    plan = plan_stop(found, at=at)
    at = max(at, plan.ends.given_at) if plan.ends else at
    later, restored = plan.later(found), _carry_out(plan, found, at)
    givers = [row.given_by for row in (found, plan.ends) if row is not None and row.given_by is not None]
    for user in {*users_deciding_for(party), *givers}:
        end_sessions(user=user, by=None, at=at)
    also = {"later": later.ending} if later else {}
    audit.record(
        by=None,
        at=at,
        verb="mandate_stopped",
        subject=found,
        party=party.public_id,
        ending=found.ending,
        restored=restored.ending if restored else "",
        **also,
    )
    tell_about_mandate(kind="bank_stopped", party=party, mandate=found, at=at, earlier=restored, later=later)
    return Stopped(found, restored)


def _carry_out(plan: StopPlan, found: BankMandate, at: datetime) -> BankMandate | None:
    """End what the plan ends and return what is in force then; an account that comes back is no false one."""
    if plan.ends is not None:
        is_trusted = plan.trusted is not None and plan.trusted.fingerprint == plan.ends.fingerprint
        _end(plan.ends, MandateEnd.REPLACED if is_trusted else MandateEnd.NOT_ME, at)
    if plan.ends != found:
        found.ended_how = MandateEnd.NOT_ME
        found.save(update_fields=["ended_how"])
    return plan.trusted if plan.stays else _restore(plan.trusted, at)


def written_mandate(
    *,
    party: Party,
    details: BankDetails,
    by: User | None,
    at: datetime,
    usable_from: datetime,
    token: str = "",
    restores: BankMandate | None = None,
) -> BankMandate:
    """Return the row, not saved yet; its numbers are sealed, of the token only the hash is kept."""
    return BankMandate(
        party_id=party.pk,
        scheme=details.scheme.value,
        country=details.country,
        holder_name=details.holder_name,
        sealed=seal(details.numbers, purpose=PURPOSE),
        ending=details.ending,
        fingerprint=fingerprint(details.numbers, purpose=PURPOSE),
        given_at=at,
        given_by=by,
        usable_from=usable_from,
        stop_token_sha256=hashed_token(token) if token else None,
        restores=restores,
    )


def _end(mandate: BankMandate, how: MandateEnd, at: datetime) -> None:
    mandate.ended_at, mandate.ended_how = at, how
    with bounded_wait():  # a payment to them may be about to begin
        mandate.save(update_fields=["ended_at", "ended_how"])


def _restore(trusted: BankMandate | None, at: datetime) -> BankMandate | None:
    if trusted is None:
        return None
    return BankMandate.objects.create(
        party_id=trusted.party_id,
        scheme=trusted.scheme,
        country=trusted.country,
        holder_name=trusted.holder_name,
        sealed=trusted.sealed,
        ending=trusted.ending,
        fingerprint=trusted.fingerprint,
        given_at=at,
        given_by=None,
        usable_from=at,
        restores=trusted,
    )
