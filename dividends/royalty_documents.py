"""What the PDF of a royalty statement says."""

from fractions import Fraction
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from beers.rules.glass import DARK_GROUNDS, Ground, ground_of
from core.languages import localised
from core.money import format_minor
from dividends.documents import issuer_context, one_page
from dividends.enums import RoyaltyWay
from dividends.models import RoyaltyStatement
from dividends.queries.royalty_sum import royalty_sum
from dividends.queries.royalty_words import (
    days_shown,
    fraction_shown,
    royalty_next,
    royalty_sentence,
)
from dividends.queries.statement_words import country_name, percent
from dividends.queries.statements import check_url
from dividends.rules.glass_drawing import INK, PAPER, glass_svg
from dividends.rules.jar import FULL, jar

# The grounds of static/css/tokens.css, for the one drawing that is no page.
COLOURS = {
    Ground.STRAW: "#F5D76E",
    Ground.GOLD: "#EDB51F",
    Ground.AMBER: "#C9701A",
    Ground.COPPER: "#A1470F",
    Ground.STOUT: "#24130D",
}


def royalty_pdf(statement: RoyaltyStatement) -> bytes:
    """Return the statement as PDF/UA in the creator's language, from what is stored; the same row, the same bytes.

    ``statement`` should come from `dividends.queries.royalties.whole_royalty_statements`. Raises what
    `core.pdf.render_pdf` raises.
    """
    ground = _ground(statement)
    line = PAPER if ground in DARK_GROUNDS else INK
    return one_page(
        template="dividends/pdf/royalty_statement.html",
        context={"sheet": royalty_context(statement), "ground": ground.value},
        language=statement.language,
        drawings={"jar.svg": glass_svg(_level(statement), COLOURS[ground], line=line)},
    )


def royalty_context(statement: RoyaltyStatement) -> dict[str, Any]:
    """Return everything the statement shows, in the creator's language; nothing is looked up by the template."""
    with translation.override(statement.language):
        return {
            **issuer_context(),
            "kind": _("Creator's statement"),
            "number": str(statement),
            "issued_on": statement.issued_on,
            "sentence": royalty_sentence(statement),
            "next": royalty_next(statement),
            "jar_words": _balance_words(statement),
            "names": [statement.party.display_name],
            "creator": _creator(statement),
            "lines": royalty_sum(statement),
            "what": _what(statement),
            "how": _how(statement),
            "check_code": statement.check_code,
            "check_url": check_url(statement.check_code),
            "facts_sha256": statement.facts_sha256,
        }


def _ground(statement: RoyaltyStatement) -> Ground:
    """The colour of the beer; a beer without a recipe is printed in gold, as every other paper of the house."""
    recipe = statement.agreement.beer.recipe
    return ground_of(recipe.ebc) if recipe else Ground.GOLD


def _level(statement: RoyaltyStatement) -> int:
    if statement.paid_minor:
        return FULL
    kept = max(0, statement.closing_minor)
    return jar(kept, minimum_minor=statement.agreement.minimum_minor).level_permille


def _balance_words(statement: RoyaltyStatement) -> str:
    if statement.paid_minor:
        return _("All of it is to be paid; nothing is carried.")
    if statement.way == RoyaltyWay.KEPT:
        minimum = format_minor(statement.agreement.minimum_minor, statement.currency, statement.language)
        return _("Paid from %(minimum)s on.") % {"minimum": minimum}
    return ""


def _creator(statement: RoyaltyStatement) -> str:
    idea = statement.agreement.adoption.proposal
    words = _("made the recipe “%(idea)s”") if idea.recipe_id else _("found the name “%(idea)s”")
    made = words % {"idea": idea.text}
    country = country_name(statement.country) if statement.country else ""
    return f"{made} · {country}" if country else made


def _what(statement: RoyaltyStatement) -> list[tuple[str, str]]:
    """What was sold and promised, as pairs of words and fact."""
    agreement = statement.agreement
    return [
        (_("Beer"), statement.beer_name),
        (_("Period"), days_shown(statement.period_from, statement.period_to)),
        (_("Agreement"), f"{agreement.reference}, {days_shown(agreement.valid_from, agreement.valid_to)}"),
        (_("Base"), localised(agreement, "base")),
    ]


def _how(statement: RoyaltyStatement) -> list[tuple[str, str]]:
    """Rate, part and payment, as pairs of words and fact."""
    fraction = Fraction(statement.numerator, statement.denominator)
    facts = [
        (_("Rate"), percent(statement.rate_ppm)),
        (_("Your part"), fraction_shown(fraction)),
        (
            _("Smallest payment"),
            format_minor(statement.agreement.minimum_minor, statement.currency, statement.language),
        ),
    ]
    if statement.paid_minor:
        facts.append((_("Payment date"), date_format(statement.pay_on, "DATE_FORMAT")))
    if statement.ending and statement.way == RoyaltyWay.BANK:
        facts.append((_("Method"), _("Bank transfer to the account ••••%(ending)s") % {"ending": statement.ending}))
    return facts
