"""An approved run is exactly its rows: their number, their sum and their hash with the bank details then in force.

Only the service compared them so far. The hash is written here once, `payments.queries.payout_runs.rows_sha256` asks
this function. The law looks at the moment of approval, whatever state comes with it.
"""

from django.db import migrations

LAW = [
    # The details in force now, not those of the row: whoever changed theirs since the run was prepared changes the hash.
    r"""
    CREATE FUNCTION payments_run_sha256(asked bigint) RETURNS text LANGUAGE sql STABLE AS $$
        SELECT encode(sha256(convert_to(COALESCE(string_agg(
            concat_ws('|', payout.public_id, payout.party_id, COALESCE(mandate.id, 0), payout.amount_minor,
                      payout.currency, payout.reference), E'\n' ORDER BY payout.id), ''), 'UTF8')), 'hex')
        FROM payments_payout payout
        LEFT JOIN payments_bankmandate mandate ON mandate.party_id = payout.party_id AND mandate.ended_at IS NULL
        WHERE payout.run_id = asked
    $$
    """,
    """
    CREATE FUNCTION payments_run_is_its_rows() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE rows record;
    BEGIN
        SELECT count(*) AS payouts, sum(amount_minor) AS total INTO rows FROM payments_payout WHERE run_id = NEW.id;
        IF (rows.payouts, rows.total) IS DISTINCT FROM (NEW.payouts_count, NEW.total_minor)
           OR payments_run_sha256(NEW.id) <> NEW.rows_sha256 THEN
            PERFORM payments_refuse('what is approved are the rows that were read', 'run_is_its_rows');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER run_is_its_rows BEFORE UPDATE ON payments_payoutrun "
    "FOR EACH ROW WHEN (OLD.approved_at IS NULL AND NEW.approved_at IS NOT NULL) "
    "EXECUTE FUNCTION payments_run_is_its_rows()",
]
UNDO = [
    "DROP TRIGGER run_is_its_rows ON payments_payoutrun",
    "DROP FUNCTION payments_run_is_its_rows()",
    "DROP FUNCTION payments_run_sha256(bigint)",
]


class Migration(migrations.Migration):
    dependencies = [("payments", "0009_bank_details_wait")]

    operations = [migrations.RunSQL(LAW, UNDO)]
