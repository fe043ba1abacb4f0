"""Other bank details wait seven days, and replaced ones can still be said to be somebody else's."""

from typing import ClassVar

from django.db import migrations

FACTS = """
CREATE OR REPLACE FUNCTION payments_mandate_keeps_its_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - ARRAY['ended_at', 'ended_how', 'stop_token_sha256'])
       <> (to_jsonb(OLD) - ARRAY['ended_at', 'ended_how', 'stop_token_sha256']) THEN
        PERFORM payments_refuse('bank details never change: new ones are a new row', 'mandate_facts_never_change');
    END IF;
    -- The mailed link works for its whole time, also when other details came: its secret stays.
    IF OLD.stop_token_sha256 IS DISTINCT FROM NEW.stop_token_sha256 THEN
        PERFORM payments_refuse('the secret of a mailed link stands', 'mandate_ends_once');
    END IF;
    -- When they ended stands. How: the mailed link of replaced details still says that their holder never gave them.
    IF OLD.ended_at IS NOT NULL AND (NEW.ended_at, NEW.ended_how) IS DISTINCT FROM (OLD.ended_at, OLD.ended_how)
       AND NOT (NEW.ended_at IS NOT DISTINCT FROM OLD.ended_at AND OLD.ended_how IN ('replaced', 'withdrawn')
                AND NEW.ended_how = 'not_me') THEN
        PERFORM payments_refuse('bank details that ended stay ended', 'mandate_ends_once');
    END IF;
    RETURN NEW;
END $$
"""
FACTS_BEFORE = """
CREATE OR REPLACE FUNCTION payments_mandate_keeps_its_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - ARRAY['ended_at', 'ended_how', 'stop_token_sha256'])
       <> (to_jsonb(OLD) - ARRAY['ended_at', 'ended_how', 'stop_token_sha256']) THEN
        PERFORM payments_refuse('bank details never change: new ones are a new row', 'mandate_facts_never_change');
    END IF;
    -- The secret of the mailed link: never another one, and forgotten only when nothing is paid there any more.
    IF OLD.stop_token_sha256 IS DISTINCT FROM NEW.stop_token_sha256
       AND (OLD.ended_at IS NULL OR NEW.stop_token_sha256 IS NOT NULL)
       OR OLD.ended_at IS NOT NULL AND (NEW.ended_at, NEW.ended_how) IS DISTINCT FROM (OLD.ended_at, OLD.ended_how) THEN
        PERFORM payments_refuse('bank details that ended stay ended', 'mandate_ends_once');
    END IF;
    RETURN NEW;
END $$
"""
WAIT = [
    """
    CREATE FUNCTION payments_mandate_waits() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        before payments_bankmandate;
    BEGIN
        SELECT * INTO before FROM payments_bankmandate WHERE party_id = NEW.party_id AND id <> NEW.id
        ORDER BY id DESC LIMIT 1;
        IF NEW.restores_id IS NOT NULL THEN
            IF NOT EXISTS (
                   SELECT 1 FROM payments_bankmandate earlier WHERE earlier.id = NEW.restores_id
                   AND earlier.party_id = NEW.party_id AND earlier.fingerprint = NEW.fingerprint
                   AND earlier.ended_how = 'replaced' AND earlier.ended_at >= earlier.usable_from)
               OR EXISTS (
                   SELECT 1 FROM payments_bankmandate earlier WHERE earlier.party_id = NEW.party_id
                   AND earlier.fingerprint = NEW.fingerprint AND earlier.ended_how = 'not_me') THEN
                PERFORM payments_refuse('only an account that was paid to and never stopped comes back',
                                        'mandate_restores_its_own');
            END IF;
        ELSIF before.id IS NOT NULL
              AND NOT (before.fingerprint = NEW.fingerprint AND before.ended_how = 'replaced'
                       AND NEW.usable_from >= before.usable_from)
              AND NEW.usable_from < NEW.given_at + interval '168 hours' THEN
            PERFORM payments_refuse('bank details after others wait seven days', 'mandate_waits');
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER mandate_waits AFTER INSERT ON payments_bankmandate "
    "FOR EACH ROW EXECUTE FUNCTION payments_mandate_waits()",
]
WAIT_UNDO = [
    "DROP TRIGGER mandate_waits ON payments_bankmandate",
    "DROP FUNCTION payments_mandate_waits",
]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("payments", "0008_parked_bank_news")]

    operations: ClassVar = [migrations.RunSQL([FACTS, *WAIT], [*WAIT_UNDO, FACTS_BEFORE])]
