"""What the database itself refuses: see the constraint each exception names."""

from django.db import migrations

from core.books import append_only, never_deleted

REFUSE = """
CREATE FUNCTION dividends_refuse(what text, law text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', what USING ERRCODE = 'check_violation', CONSTRAINT = law;
END $$
"""
RECOMMENDATION = [
    """
    CREATE FUNCTION dividends_recommended_before_the_vote() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM ballots_contest contest WHERE contest.id = NEW.contest_id
            AND contest.method = 'resolution' AND contest.opened_at IS NULL;
        IF NOT FOUND THEN
            PERFORM dividends_refuse('directors recommend before the members vote on the resolution',
                                     'recommendation_before_the_vote');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER recommended_before_the_vote BEFORE INSERT ON dividends_recommendation "
    "FOR EACH ROW EXECUTE FUNCTION dividends_recommended_before_the_vote()",
]
# Final dividend: the members declare by ordinary resolution, never above what the directors recommend (model articles
# for public companies, SI 2008/3229 Sch. 3, para. 70).
DECLARATION = [
    """
    CREATE FUNCTION dividends_declared_by_the_members() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE recommended dividends_recommendation%ROWTYPE;
    BEGIN
        SELECT * INTO recommended FROM dividends_recommendation WHERE id = NEW.recommendation_id;
        IF NEW.share_class_id <> recommended.share_class_id OR NEW.currency <> recommended.currency
           OR (NEW.rate_minor IS NULL) <> (recommended.rate_minor IS NULL)
           OR NEW.rate_minor > recommended.rate_minor OR NEW.pot_minor > recommended.pot_minor THEN
            PERFORM dividends_refuse('a dividend is never above the recommendation', 'declaration_within_recommendation');
        END IF;
        IF NOT EXISTS (
            SELECT 1 FROM ballots_contest contest JOIN ballots_count tally ON tally.contest_id = contest.id
            WHERE contest.id = recommended.contest_id AND contest.state = 'declared'
              AND tally.result -> 'passed' = 'true'::jsonb) THEN
            PERFORM dividends_refuse('only a carried resolution declares a final dividend',
                                     'declaration_by_carried_resolution');
        END IF;
        IF NOT EXISTS (SELECT 1 FROM dividends_relevantaccounts accounts
                       WHERE accounts.id = NEW.accounts_id AND accounts.currency = NEW.currency) THEN
            PERFORM dividends_refuse('the accounts are in another currency', 'declaration_accounts_same_currency');
        END IF;
        IF NEW.state <> 'proposed' THEN
            PERFORM dividends_refuse('a declaration begins as a proposal', 'declaration_begins_proposed');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER declared_by_the_members BEFORE INSERT ON dividends_declaration "
    "FOR EACH ROW EXECUTE FUNCTION dividends_declared_by_the_members()",
    """
    CREATE FUNCTION dividends_declaration_keeps_its_terms() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE sums record;
            written text[] := ARRAY['state', 'dropped_at', 'dropped_by_id', 'drop_reason', 'computed_at',
                'computed_by_id', 'entry_id', 'holders_count', 'shares_total', 'exact_total', 'gross_total_minor',
                'withheld_total_minor', 'net_total_minor', 'residue_minor', 'residue_fraction', 'reserves_minor',
                'snapshot_sha256', 'statements_issued_at', 'statements_issued_by_id', 'statements_job_id'];
    BEGIN
        IF (to_jsonb(NEW) - written) <> (to_jsonb(OLD) - written) THEN
            PERFORM dividends_refuse('the terms of a declaration never change', 'declaration_terms_never_change');
        END IF;
        IF OLD.state = 'proposed' AND NEW.state = 'computed' THEN
            SELECT count(*) AS holders, sum(shares) AS shares, sum(gross_minor) AS gross, sum(withheld_minor) AS withheld,
                   sum(exact_minor) AS exact
            INTO sums FROM dividends_entitlement WHERE declaration_id = NEW.id;
            IF (NEW.holders_count, NEW.shares_total, NEW.gross_total_minor, NEW.withheld_total_minor)
               IS DISTINCT FROM (sums.holders, sums.shares, sums.gross, sums.withheld) THEN
                PERFORM dividends_refuse('the totals are not those of the entitlements', 'declaration_totals_true');
            END IF;
            IF NEW.pot_minor IS NOT NULL AND NEW.pot_minor <> sums.gross THEN
                PERFORM dividends_refuse('a pot is shared out to the last penny', 'declaration_pot_shared_out');
            END IF;
        ELSIF NEW.state <> OLD.state AND NOT (OLD.state = 'proposed' AND NEW.state = 'dropped') THEN
            PERFORM dividends_refuse('a declaration only goes forward', 'declaration_goes_forward');
        ELSIF (to_jsonb(NEW) - ARRAY['state', 'dropped_at', 'dropped_by_id', 'drop_reason', 'statements_issued_at',
                   'statements_issued_by_id', 'statements_job_id'])
           <> (to_jsonb(OLD) - ARRAY['state', 'dropped_at', 'dropped_by_id', 'drop_reason', 'statements_issued_at',
                   'statements_issued_by_id', 'statements_job_id'])
           OR OLD.statements_issued_at IS NOT NULL
              AND (NEW.statements_issued_at, NEW.statements_issued_by_id, NEW.statements_job_id)
                  IS DISTINCT FROM (OLD.statements_issued_at, OLD.statements_issued_by_id, OLD.statements_job_id) THEN
            PERFORM dividends_refuse('what was computed and issued stands', 'declaration_figures_stand');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER declaration_keeps_its_terms BEFORE UPDATE ON dividends_declaration "
    "FOR EACH ROW EXECUTE FUNCTION dividends_declaration_keeps_its_terms()",
]
# A running database checks a million rows once, not one by one: statement triggers with a transition table.
ENTITLEMENT = [
    """
    CREATE FUNCTION dividends_entitled_before_the_totals() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM dividends_declaration declaration
                   WHERE declaration.id IN (SELECT DISTINCT declaration_id FROM written)
                     AND declaration.state <> 'proposed') THEN
            PERFORM dividends_refuse('entitlements are fixed once', 'entitlement_before_the_totals');
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER entitlement_before_the_totals AFTER INSERT ON dividends_entitlement "
    "REFERENCING NEW TABLE AS written "
    "FOR EACH STATEMENT EXECUTE FUNCTION dividends_entitled_before_the_totals()",
]
LINE = [
    """
    CREATE FUNCTION dividends_lines_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT 1 FROM payments_payout payout
            JOIN dividends_payoutline line ON line.payout_id = payout.id
            JOIN dividends_entitlement owed ON owed.id = line.entitlement_id
            JOIN dividends_declaration declaration ON declaration.id = owed.declaration_id
            WHERE payout.id IN (SELECT payout_id FROM written)
            GROUP BY payout.id
            HAVING sum(owed.net_minor) <> payout.amount_minor OR bool_or(owed.party_id <> payout.party_id)
                OR bool_or(declaration.currency <> payout.currency OR declaration.state <> 'computed')
                OR bool_or(payout.state <> 'ready')) THEN
            PERFORM dividends_refuse('a payout is the sum of what its party is owed', 'payout_line_adds_up');
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER payout_line_adds_up AFTER INSERT ON dividends_payoutline REFERENCING NEW TABLE AS written "
    "FOR EACH STATEMENT EXECUTE FUNCTION dividends_lines_add_up()",
    """
    CREATE FUNCTION dividends_line_is_released_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.entitlement_id, NEW.payout_id) IS DISTINCT FROM (OLD.entitlement_id, OLD.payout_id)
           OR OLD.released_at IS NOT NULL THEN
            PERFORM dividends_refuse('a line is released once and never changed', 'payout_line_released_once');
        END IF;
        IF NEW.released_at IS NOT NULL AND EXISTS (
            SELECT 1 FROM payments_payout payout WHERE payout.id = NEW.payout_id
            AND payout.state NOT IN ('failed', 'returned', 'held', 'cancelled')) THEN
            PERFORM dividends_refuse('what is on its way is not owed again', 'payout_line_released_after_the_end');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER payout_line_is_released_once BEFORE UPDATE ON dividends_payoutline "
    "FOR EACH ROW EXECUTE FUNCTION dividends_line_is_released_once()",
]
TAX = [
    """
    CREATE FUNCTION dividends_rule_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (to_jsonb(NEW) - 'valid_to') <> (to_jsonb(OLD) - 'valid_to') OR OLD.valid_to IS NOT NULL THEN
            PERFORM dividends_refuse('a rule of withholding never changes, it only ends', 'withholding_rule_stands');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER withholding_rule_ends_once BEFORE UPDATE ON dividends_withholdingrule "
    "FOR EACH ROW EXECUTE FUNCTION dividends_rule_ends_once()",
    """
    CREATE FUNCTION dividends_document_stands() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (to_jsonb(NEW) - ARRAY['refused_at', 'refused_by_id']) <> (to_jsonb(OLD) - ARRAY['refused_at', 'refused_by_id'])
           OR OLD.refused_at IS NOT NULL THEN
            PERFORM dividends_refuse('a tax document never changes, it is only refused', 'tax_document_stands');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER tax_document_stands BEFORE UPDATE ON dividends_taxdocument "
    "FOR EACH ROW EXECUTE FUNCTION dividends_document_stands()",
]


class Migration(migrations.Migration):
    dependencies = [
        ("dividends", "0001_declarations_entitlements_statements"),
        ("ballots", "0005_no_paths"),
        ("payments", "0004_bank_mandates_and_payouts"),
    ]
    operations = [
        migrations.RunSQL([REFUSE, *RECOMMENDATION, *DECLARATION, *ENTITLEMENT, *LINE, *TAX]),
        *append_only("dividends_relevantaccounts"),
        *append_only("dividends_recommendation"),
        *never_deleted("dividends_declaration"),
        *append_only("dividends_entitlement"),
        *never_deleted("dividends_payoutline"),
        *never_deleted("dividends_withholdingrule"),
        *never_deleted("dividends_taxdocument"),
        *append_only("dividends_statement"),
        *append_only("dividends_statementfile"),
    ]
