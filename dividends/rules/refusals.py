"""What the rules of a dividend or a royalty refuse: a code for the sentence, and the values it needs."""

from enum import StrEnum


class Code(StrEnum):
    """Every reason for which a figure or a document is refused; beside it its values."""

    # Figures of an allocation
    FIGURE_NOT_EXACT = "figure_not_exact"  # more than 12 decimals of a minor unit, no number, or too large
    RATE_NOT_POSITIVE = "rate_not_positive"
    POT_NOT_POSITIVE = "pot_not_positive"
    RATE_OR_POT = "rate_or_pot"  # exactly one of the two
    ROUNDING_NEEDS_POT = "rounding_needs_pot"
    ROUNDING_NEEDS_RATE = "rounding_needs_rate"
    NO_SHARES = "no_shares"
    SHARES_NEGATIVE = "shares_negative"  # key
    BROUGHT_NOT_A_FRACTION = "brought_not_a_fraction"  # key
    HOLDER_TWICE = "holder_twice"
    # Withholding
    NO_WITHHOLDING_RULE = "no_withholding_rule"  # issuer_country, holder_country, holder_kind, on
    WITHHOLDING_RULES_CLASH = "withholding_rules_clash"  # the same values
    TAX_RATE_OUT_OF_RANGE = "tax_rate_out_of_range"
    TREATY_WITHOUT_EVIDENCE = "treaty_without_evidence"
    RULE_NEVER_VALID = "rule_never_valid"
    AMOUNT_NEGATIVE = "amount_negative"
    # Relevant accounts
    ACCOUNTS_NOT_YET_MADE_UP = "accounts_not_yet_made_up"
    ACCOUNTS_NOT_PROPERLY_PREPARED = "accounts_not_properly_prepared"
    ACCOUNTS_NOT_CIRCULATED = "accounts_not_circulated"
    ACCOUNTS_NOT_AUDITED = "accounts_not_audited"
    ACCOUNTS_QUALIFIED_WITHOUT_STATEMENT = "accounts_qualified_without_statement"
    ACCOUNTS_STATEMENT_NOT_SHOWN = "accounts_statement_not_shown"
    ACCOUNTS_NOT_SIGNED = "accounts_not_signed"
    ACCOUNTS_NOT_DELIVERED = "accounts_not_delivered"
    INTERIM_WITHOUT_ANNUAL = "interim_without_annual"
    INITIAL_DESPITE_ANNUAL = "initial_despite_annual"
    # Royalties
    PORTIONS_NOT_WHOLE = "portions_not_whole"  # sum
    PORTION_NOT_POSITIVE = "portion_not_positive"  # key
    SALES_NEGATIVE = "sales_negative"
    RETURNED_ABOVE_SOLD = "returned_above_sold"  # rate_ppm, net_minor
    # Statements
    FIELD_HAS_SEPARATOR = "field_has_separator"  # position
    NO_FIELDS = "no_fields"
    SUM_DOES_NOT_ADD_UP = "sum_does_not_add_up"  # step


class RuleBroken(ValueError):
    """A figure breaks a rule; ``code`` says which, ``values`` are what a sentence about it needs."""

    def __init__(self, code: Code, **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(code.value)
