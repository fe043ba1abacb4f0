"""Every approved payment of a dividend or of royalties stands on lines, and a line begins unreleased and when due.

A line written as released escaped the law that a debt is in one payment only, and was counted as paying all the same:
one entitlement could be paid twice. What royalties announce is paid on its day or later, as dividends are.
"""

from django.conf import settings
from django.db import migrations

BEGINS = [
    """
    CREATE FUNCTION dividends_line_begins_unreleased() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM written WHERE released_at IS NOT NULL) THEN
            PERFORM dividends_refuse('a line is released when its payment ended, not before', TG_ARGV[0]);
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER payout_line_begins_unreleased AFTER INSERT ON dividends_payoutline "
    "REFERENCING NEW TABLE AS written FOR EACH STATEMENT "
    "EXECUTE FUNCTION dividends_line_begins_unreleased('payout_line_begins_unreleased')",
    "CREATE TRIGGER royalty_payout_line_begins_unreleased AFTER INSERT ON dividends_royaltypayoutline "
    "REFERENCING NEW TABLE AS written FOR EACH STATEMENT "
    "EXECUTE FUNCTION dividends_line_begins_unreleased('royalty_payout_line_begins_unreleased')",
]
# The counterpart of what 0005 says of dividends.
WHEN_DUE = [
    f"""
    CREATE FUNCTION dividends_royalty_line_when_due() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT 1 FROM written
            JOIN payments_payout payout ON payout.id = written.payout_id
            JOIN payments_payoutrun run ON run.id = payout.run_id
            JOIN dividends_royaltystatement owed ON owed.id = written.statement_id
            WHERE owed.pay_on > (run.not_before AT TIME ZONE '{settings.TIME_ZONE}')::date) THEN
            PERFORM dividends_refuse('nothing is paid before its day', 'royalty_payout_line_when_due');
        END IF;
        RETURN NULL;
    END $$
    """,  # noqa: S608  our own text
    "CREATE TRIGGER royalty_payout_line_when_due AFTER INSERT ON dividends_royaltypayoutline "
    "REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION dividends_royalty_line_when_due()",
]
# A line adds up to its payment when it is written (0002, 0003); here it must be there, and of the run's own kind.
APPROVED = [
    """
    CREATE FUNCTION dividends_run_stands_on_lines() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT 1 FROM payments_payout payout
            LEFT JOIN (SELECT DISTINCT payout_id FROM dividends_payoutline WHERE released_at IS NULL) dividend
                ON dividend.payout_id = payout.id
            LEFT JOIN (SELECT DISTINCT payout_id FROM dividends_royaltypayoutline WHERE released_at IS NULL) royalty
                ON royalty.payout_id = payout.id
            WHERE payout.run_id = NEW.id AND payout.state = 'ready'
              AND (dividend.payout_id IS NULL, royalty.payout_id IS NULL)
                  IS DISTINCT FROM (NEW.purpose <> 'dividend', NEW.purpose <> 'royalty')) THEN
            PERFORM dividends_refuse('a payment pays what its party is owed, and nothing else', 'run_stands_on_lines');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER run_stands_on_lines BEFORE UPDATE ON payments_payoutrun "
    "FOR EACH ROW WHEN (OLD.approved_at IS NULL AND NEW.approved_at IS NOT NULL) "
    "EXECUTE FUNCTION dividends_run_stands_on_lines()",
]
UNDO = [
    "DROP TRIGGER run_stands_on_lines ON payments_payoutrun",
    "DROP FUNCTION dividends_run_stands_on_lines()",
    "DROP TRIGGER royalty_payout_line_when_due ON dividends_royaltypayoutline",
    "DROP FUNCTION dividends_royalty_line_when_due()",
    "DROP TRIGGER royalty_payout_line_begins_unreleased ON dividends_royaltypayoutline",
    "DROP TRIGGER payout_line_begins_unreleased ON dividends_payoutline",
    "DROP FUNCTION dividends_line_begins_unreleased()",
]


class Migration(migrations.Migration):
    dependencies = [("dividends", "0006_entitlement_is_its_sum"), ("payments", "0010_run_is_its_rows")]

    operations = [migrations.RunSQL([*BEGINS, *WHEN_DUE, *APPROVED], UNDO)]
