"""What the members resolved is what is declared, an entitlement is its shares times the rate, and the book says so too.

Until now only services kept this. What is written for a million holders is read once, set by set.
"""

from django.conf import settings
from django.db import migrations

# No more than that is the law declared_by_the_members. That the resolution names the amount recommended, and no other,
# dividends.services.declarations reads in its text.
RESOLVED = [
    """
    CREATE FUNCTION dividends_declared_as_resolved() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM dividends_recommendation resolved WHERE resolved.id = NEW.recommendation_id
                   AND (NEW.rate_minor < resolved.rate_minor OR NEW.pot_minor < resolved.pot_minor)) THEN
            PERFORM dividends_refuse('a dividend is what the members resolved', 'declaration_as_resolved');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER declared_as_resolved BEFORE INSERT ON dividends_declaration "
    "FOR EACH ROW EXECUTE FUNCTION dividends_declared_as_resolved()",
]
NOT_RESOLVED = [
    "DROP TRIGGER declared_as_resolved ON dividends_declaration",
    "DROP FUNCTION dividends_declared_as_resolved()",
]
# Of a pot the share is known only when all are written: see the totals. Tax: half a unit upwards.
SUM = [
    """
    CREATE FUNCTION dividends_entitlement_is_its_sum() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT 1 FROM written owed
            JOIN dividends_declaration declaration ON declaration.id = owed.declaration_id
            JOIN dividends_withholdingrule rule ON rule.id = owed.withholding_rule_id
            WHERE owed.withheld_ppm <> rule.rate_ppm
               OR owed.withheld_minor <> div(2 * owed.gross_minor::numeric * owed.withheld_ppm + 1000000, 2000000)
               OR CASE declaration.rounding
                  WHEN 'floor' THEN owed.exact_minor <> owed.shares * declaration.rate_minor
                      OR owed.gross_minor <> floor(owed.exact_minor) OR owed.carried_fraction <> owed.brought_fraction
                  WHEN 'carry' THEN owed.exact_minor <> owed.shares * declaration.rate_minor
                      OR owed.gross_minor + owed.carried_fraction <> owed.exact_minor + owed.brought_fraction
                  ELSE owed.exact_minor > declaration.pot_minor OR abs(owed.gross_minor - owed.exact_minor) >= 1
                      OR owed.carried_fraction <> owed.brought_fraction END) THEN
            PERFORM dividends_refuse('an entitlement is its shares times the rate', 'entitlement_is_its_sum');
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER entitlement_is_its_sum AFTER INSERT ON dividends_entitlement REFERENCING NEW TABLE AS written "
    "FOR EACH STATEMENT EXECUTE FUNCTION dividends_entitlement_is_its_sum()",
]
NO_SUM = [
    "DROP TRIGGER entitlement_is_its_sum ON dividends_entitlement",
    "DROP FUNCTION dividends_entitlement_is_its_sum()",
]
TOTALS = [
    """
    CREATE FUNCTION dividends_totals_are_the_sums() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE sums record;
    BEGIN
        SELECT sum(shares) AS shares, COALESCE(NEW.pot_minor, sum(exact_minor)) AS exact,
               sum(brought_fraction - gross_minor - carried_fraction) AS rest
        INTO sums FROM dividends_entitlement WHERE declaration_id = NEW.id;
        IF NEW.exact_total <> sums.exact OR NEW.residue_minor + NEW.residue_fraction <> sums.exact + sums.rest THEN
            PERFORM dividends_refuse('the totals are not those of the entitlements', 'declaration_totals_true');
        END IF;
        IF NEW.pot_minor IS NOT NULL AND EXISTS (
            SELECT 1 FROM dividends_entitlement WHERE declaration_id = NEW.id
            AND (shares * NEW.pot_minor::numeric - exact_minor * sums.shares < 0
                 OR shares * NEW.pot_minor::numeric - exact_minor * sums.shares >= sums.shares * 0.000000000001)) THEN
            PERFORM dividends_refuse('an entitlement is its part of the pot', 'entitlement_is_its_sum');
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER computed_adds_up AFTER UPDATE ON dividends_declaration "
    "FOR EACH ROW WHEN (OLD.state = 'proposed' AND NEW.state = 'computed') "
    "EXECUTE FUNCTION dividends_totals_are_the_sums()",
]
NO_TOTALS = [
    "DROP TRIGGER computed_adds_up ON dividends_declaration",
    "DROP FUNCTION dividends_totals_are_the_sums()",
]
# What goes to and from the fractions owed to all holders: see dividends.services.entitlements, CHANGE.
BOOKED = [
    """
    CREATE FUNCTION dividends_computed_is_booked() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE booked record;
            earlier numeric;
            change numeric := 0;
    BEGIN
        IF NEW.rounding = 'carry' THEN
            SELECT COALESCE(sum(exact_total - gross_total_minor), 0) INTO earlier FROM dividends_declaration
            WHERE currency = NEW.currency AND rounding = 'carry' AND state = 'computed' AND id <> NEW.id;
            change := floor(earlier + NEW.exact_total - NEW.gross_total_minor) - floor(earlier);
        END IF;
        SELECT COALESCE(sum(amount) FILTER (WHERE what = 'dividend_payable'), 0) AS net,
               COALESCE(sum(amount) FILTER (WHERE what = 'withholding_payable'), 0) AS withheld,
               COALESCE(sum(amount) FILTER (WHERE what = 'dividend_rounding'), 0) AS residue,
               COALESCE(sum(amount) FILTER (WHERE what = 'dividend_fractions'), 0) AS change,
               COALESCE(bool_and(what IN ('dividend_payable', 'withholding_payable', 'dividend_rounding',
                                          'dividend_fractions')), false) AS known
        INTO booked FROM (
            SELECT CASE WHEN debit.code = 'retained_earnings:' || NEW.currency
                        THEN split_part(credit.code, ':' || NEW.currency, 1)
                        WHEN debit.code = 'dividend_fractions:' || NEW.currency
                         AND credit.code = 'retained_earnings:' || NEW.currency THEN 'dividend_fractions'
                        ELSE '' END AS what,
                   CASE WHEN debit.code = 'dividend_fractions:' || NEW.currency
                        THEN -movement.amount_minor ELSE movement.amount_minor END AS amount
            FROM ledger_movement movement
            JOIN ledger_account debit ON debit.id = movement.debit_id
            JOIN ledger_account credit ON credit.id = movement.credit_id
            WHERE movement.entry_id = NEW.entry_id
        ) moved;
        IF NOT booked.known
           OR (booked.net, booked.withheld, booked.residue, booked.change)
              <> (NEW.net_total_minor, NEW.withheld_total_minor, NEW.residue_minor, change)
           OR NOT EXISTS (SELECT 1 FROM ledger_entry entry
                          WHERE entry.id = NEW.entry_id AND entry.source = NEW.public_id) THEN
            PERFORM dividends_refuse('the entry is not that of the dividend', 'declaration_booked_as_computed');
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER computed_is_booked AFTER UPDATE ON dividends_declaration "
    "FOR EACH ROW WHEN (OLD.state = 'proposed' AND NEW.state = 'computed') "
    "EXECUTE FUNCTION dividends_computed_is_booked()",
]
NOT_BOOKED = [
    "DROP TRIGGER computed_is_booked ON dividends_declaration",
    "DROP FUNCTION dividends_computed_is_booked()",
]
# Companies Act 2006 ss.830, 831 and 840, as dividends.queries.reserves.
RESERVES = [
    f"""
    CREATE FUNCTION dividends_reserves_by_the_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE figures dividends_relevantaccounts%ROWTYPE;
            taken numeric;
            free numeric;
    BEGIN
        SELECT * INTO figures FROM dividends_relevantaccounts WHERE id = NEW.accounts_id;
        SELECT COALESCE(sum(GREATEST(trunc(earlier.exact_total), earlier.gross_total_minor + earlier.residue_minor)), 0)
        INTO taken FROM dividends_declaration earlier
        JOIN dividends_recommendation recommended ON recommended.id = earlier.recommendation_id
        JOIN ballots_contest contest ON contest.id = recommended.contest_id
        WHERE earlier.id <> NEW.id AND earlier.state = 'computed' AND earlier.currency = NEW.currency
          AND (earlier.accounts_id = NEW.accounts_id OR contest.declared_at >=
               (figures.made_up_to + 1)::timestamp AT TIME ZONE '{settings.TIME_ZONE}');
        free := figures.realised_profits_minor - figures.realised_losses_minor;
        IF EXISTS (SELECT 1 FROM equity_company WHERE kind = 'plc') THEN
            free := LEAST(free, figures.net_assets_minor - figures.called_up_capital_minor
                                - figures.undistributable_minor);
        END IF;
        IF NEW.reserves_minor > GREATEST(free - taken, 0) THEN
            PERFORM dividends_refuse('by the accounts there is less to distribute', 'declaration_reserves_by_accounts');
        END IF;
        RETURN NULL;
    END $$
    """,  # noqa: S608  our own text
    "CREATE TRIGGER computed_reserves_by_the_accounts AFTER UPDATE ON dividends_declaration "
    "FOR EACH ROW WHEN (OLD.state = 'proposed' AND NEW.state = 'computed') "
    "EXECUTE FUNCTION dividends_reserves_by_the_accounts()",
]
NO_RESERVES = [
    "DROP TRIGGER computed_reserves_by_the_accounts ON dividends_declaration",
    "DROP FUNCTION dividends_reserves_by_the_accounts()",
]


class Migration(migrations.Migration):
    dependencies = [
        ("dividends", "0005_paid_when_due"),
        ("equity", "0001_company_offers_register"),
        ("ledger", "0001_accounts_entries_movements"),
    ]
    operations = [
        migrations.RunSQL(RESOLVED, NOT_RESOLVED),
        migrations.RunSQL(SUM, NO_SUM),
        migrations.RunSQL(TOTALS, NO_TOTALS),
        migrations.RunSQL(BOOKED, NOT_BOOKED),
        migrations.RunSQL(RESERVES, NO_RESERVES),
    ]
