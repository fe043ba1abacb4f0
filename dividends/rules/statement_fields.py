"""Which facts of a dividend statement its hash binds, and in which order."""

from datetime import date
from decimal import Decimal

from dividends.rules.scale import DECIMALS


def statement_fields(
    *,
    company_number: str,
    number: int,
    member_number: int,
    class_code: str,
    shares: int,
    exact_minor: Decimal,
    gross_minor: int,
    withheld_minor: int,
    net_minor: int,
    issued_on: date,
) -> tuple[str, ...]:
    """Return the fields for `statement_facts.facts_sha256`: amounts in minor units, the exact one with twelve decimals.

    Neither name nor address is among them: the hash stands on a public page, and who guesses a name must not be able
    to try it there.
    """
    return (
        company_number,
        str(number),
        str(member_number),
        class_code,
        str(shares),
        f"{exact_minor:.{DECIMALS}f}",
        str(gross_minor),
        str(withheld_minor),
        str(net_minor),
        issued_on.isoformat(),
    )
