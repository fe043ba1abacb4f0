"""Details that were replaced or taken back can still be said to be somebody else's."""

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


class Migration(migrations.Migration):
    dependencies: ClassVar = [("payments", "0008_parked_bank_news")]

    operations: ClassVar = [migrations.RunSQL(FACTS, FACTS_BEFORE)]
