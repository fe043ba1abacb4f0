"""The money book is append-only, a movement has the currency of both its accounts, closed periods stay closed."""

from django.db import migrations

from core.books import append_only, never_deleted

ONE_CURRENCY = [
    "ALTER TABLE ledger_movement ADD CONSTRAINT movement_debit_same_currency "
    "FOREIGN KEY (debit_id, currency) REFERENCES ledger_account (id, currency)",
    "ALTER TABLE ledger_movement ADD CONSTRAINT movement_credit_same_currency "
    "FOREIGN KEY (credit_id, currency) REFERENCES ledger_account (id, currency)",
]
# Statement-level with a transition table: a third of the price of a row trigger on a bulk insert.
CLOSED_PERIODS = [
    """
    CREATE FUNCTION ledger_period_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM new_entries WHERE effective_on <= (SELECT max(until) FROM ledger_closedperiod)) THEN
            RAISE EXCEPTION 'the books of that day are closed'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_period_open';
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER entry_period_open AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS new_entries "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_period_is_open()",
]


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_accounts_entries_movements"), ("core", "0003_books")]
    operations = [
        migrations.RunSQL(ONE_CURRENCY + CLOSED_PERIODS),
        *append_only("ledger_entry"),
        *append_only("ledger_movement"),
        *append_only("ledger_closedperiod"),
        *never_deleted("ledger_account"),
    ]
