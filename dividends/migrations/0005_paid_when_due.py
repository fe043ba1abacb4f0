"""Nothing is paid before its day: a line may only stand in a run that begins on the dividend's payment day or later."""

from django.conf import settings
from django.db import migrations

ADD_UP = f"""
CREATE OR REPLACE FUNCTION dividends_lines_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
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
    IF EXISTS (
        SELECT 1 FROM written
        JOIN payments_payout payout ON payout.id = written.payout_id
        JOIN payments_payoutrun run ON run.id = payout.run_id
        JOIN dividends_entitlement owed ON owed.id = written.entitlement_id
        JOIN dividends_declaration declaration ON declaration.id = owed.declaration_id
        WHERE declaration.pay_on > (run.not_before AT TIME ZONE '{settings.TIME_ZONE}')::date) THEN
        PERFORM dividends_refuse('nothing is paid before its day', 'payout_line_when_due');
    END IF;
    RETURN NULL;
END $$
"""  # noqa: S608  our own text


class Migration(migrations.Migration):
    dependencies = [("dividends", "0004_recommended_before_notice")]
    operations = [migrations.RunSQL(ADD_UP)]
