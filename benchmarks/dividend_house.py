"""A register of a million members for the benchmark of dividends, written by SQL, and a dividend its members declared.

Imported after ``django.setup()``, as the owner of the database. Holdings are those of a crowd: many of two shares, few
of hundreds. One member in twenty lives abroad, four in five gave bank details.
"""

from datetime import timedelta
from decimal import Decimal

from django.db import connection

from core import clock
from core.ids import RANDOM_ID
from core.transactions import atomic
from dividends.models import Declaration
from dividends.services.paying import prepare_dividend_run
from payments.services.payout_runs import approve_run
from tests.factories.dividends import Dividend, make_dividend, next_dividend
from tests.factories.people import make_staff

RATE_MINOR = Decimal("1.2345")
SHARES = "(ARRAY[1, 2, 2, 2, 4, 4, 6, 8, 10, 20, 40, 100, 546])[1 + number %% 13]"
COUNTRY = "(ARRAY['VN', 'DE', 'US', 'IE'])[1 + number / 20 %% 4]"
# The factory's own member is number 1; the others follow. Names of parties tell which they are.
REGISTER = [
    f"""INSERT INTO accounts_party (public_id, kind, display_name, given_name, forename, surname, organisation_number,
                                    name_search, name_sort, language, created_at)
        SELECT {RANDOM_ID}, 'person', 'Member Number ' || number, 'Member', '', '', '', 'number ' || number,
               'number ' || number, 'en', %(began)s FROM generate_series(2, %(members)s) number""",  # noqa: S608  our own text
    f"""INSERT INTO accounts_privatecontact (party_id, email, phone, country)
        SELECT party.id, '', '', CASE WHEN number %% 20 = 0 THEN {COUNTRY} ELSE 'GB' END
        FROM (SELECT id, substr(name_sort, 8)::integer AS number FROM accounts_party
              WHERE name_sort LIKE 'number %%') party""",  # noqa: S608  our own text
    f"""INSERT INTO equity_member (public_id, number, party_id, entered_at)
        SELECT {RANDOM_ID}, substr(name_sort, 8)::integer, id, %(began)s FROM accounts_party
        WHERE name_sort LIKE 'number %%'""",  # noqa: S608  our own text
    """INSERT INTO equity_memberparticulars (member_id, names, name_sort, service_address, country, effective_on,
                                             entered_at)
        SELECT id, jsonb_build_array('Member Number ' || number), 'number ' || number, '1 Lock Lane', 'GB',
               %(began)s::date, %(began)s FROM equity_member WHERE number > 1""",
    """INSERT INTO equity_registeraccount (share_class_id, member_id, designation)
        SELECT %(share_class)s, id, '' FROM equity_member WHERE number > 1""",
    """INSERT INTO equity_registerbatch (sequence, kind, reference, entered_at, entries_count, previous_sha256, sha256)
        SELECT max(sequence) + 1, 'allotment', 'a benchmark', %(began)s, %(members)s - 1,
               (SELECT last_sha256 FROM equity_registerhead), encode(sha256('a benchmark'), 'hex')
        FROM equity_registerbatch""",
    f"""INSERT INTO equity_registerentry (batch_id, line, from_account_id, to_account_id, quantity, effective_on,
                                          paid_minor)
        SELECT (SELECT id FROM equity_registerbatch WHERE reference = 'a benchmark'), number,
               (SELECT id FROM equity_registeraccount WHERE member_id IS NULL AND share_class_id = %(share_class)s),
               account.id, {SHARES}, %(began)s::date, 0
        FROM equity_member member JOIN equity_registeraccount account ON account.member_id = member.id
        WHERE number > 1""",  # noqa: S608  our own text
    """INSERT INTO payments_bankmandate (public_id, party_id, scheme, country, holder_name, sealed, ending, fingerprint,
                                         given_at, usable_from, ended_how)
        SELECT member.public_id, member.party_id, 'uk', 'GB', 'Member', 'x', '4471', repeat('0', 64), %(began)s,
               %(began)s, '' FROM equity_member member WHERE number > 1 AND number %% 5 > 0""",
    "ANALYZE",
]


def prepare(members: int) -> Dividend:
    """Write the register and a carried resolution, and propose the dividend on it."""
    dividend = make_dividend(step="carried", holdings=(4,), rate_minor=RATE_MINOR)
    values = {"members": members, "share_class": dividend.share_class.pk, "began": clock.now() - timedelta(days=50)}
    for statement in REGISTER:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
    return dividend


def approve_a_payment(declaration: Declaration) -> None:
    """Draft and approve the payment of everybody who can be paid, so that statements say where the money goes."""
    with atomic():
        run = prepare_dividend_run(declaration=declaration, route="csv", by=make_staff("finance"), at=clock.now())
    with atomic():
        approve_run(run=run, sha256=run.rows_sha256, by=make_staff("director"), at=clock.now())


def another(dividend: Dividend) -> Declaration:
    """Propose a second dividend for the same holders."""
    declaration = next_dividend(dividend, step="proposed", rate_minor=RATE_MINOR).declaration
    if declaration is None:
        raise LookupError("nothing was proposed")
    return declaration
