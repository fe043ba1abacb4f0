"""What became of a run and of a payout stands, and only a payout that is being sent is attempted.

The first laws kept terms, states and what the bank told; the titles a director read, a run's job, file and end, the
reason why a payout ended, and the secret of a mailed link could still be rewritten by whoever reached the tables.
"""

from django.db import migrations

MANDATE = """
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
RUN = [
    """
    CREATE FUNCTION payments_run_keeps_its_facts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.title, NEW.title_vi) IS DISTINCT FROM (OLD.title, OLD.title_vi)
           OR OLD.job_id IS NOT NULL AND NEW.job_id IS DISTINCT FROM OLD.job_id
           OR OLD.file_made_at IS NOT NULL
              AND (NEW.file_sha256, NEW.file_made_at) IS DISTINCT FROM (OLD.file_sha256, OLD.file_made_at)
           OR OLD.handed_over_at IS NOT NULL AND (NEW.handed_over_at, NEW.handed_over_by_id)
              IS DISTINCT FROM (OLD.handed_over_at, OLD.handed_over_by_id)
           OR OLD.finished_at IS NOT NULL AND NEW.finished_at IS DISTINCT FROM OLD.finished_at
           OR OLD.cancelled_at IS NOT NULL AND (NEW.cancelled_at, NEW.cancelled_by_id, NEW.cancel_reason)
              IS DISTINCT FROM (OLD.cancelled_at, OLD.cancelled_by_id, OLD.cancel_reason) THEN
            PERFORM payments_refuse('what became of a payment run stands', 'run_facts_never_change');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER run_keeps_its_facts BEFORE UPDATE ON payments_payoutrun "
    "FOR EACH ROW EXECUTE FUNCTION payments_run_keeps_its_facts()",
]
PAYOUT = [
    """
    CREATE FUNCTION payments_payout_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.ended_at IS NOT NULL AND (NEW.ended_at, NEW.reason) IS DISTINCT FROM (OLD.ended_at, OLD.reason) THEN
            PERFORM payments_refuse('why a payment ended never changes', 'payout_facts_never_change');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER payout_ends_once BEFORE UPDATE ON payments_payout "
    "FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION payments_payout_ends_once()",
]
# The last line against paying what was cancelled or held: before every call an attempt is written, and here it fails.
ATTEMPT = [
    """
    CREATE FUNCTION payments_attempt_of_one_being_sent() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT 1 FROM payments_payout payout WHERE payout.id = NEW.payout_id AND payout.state = 'sending')
        THEN
            PERFORM payments_refuse('only a payment that is being sent is attempted', 'payout_attempt_of_one_being_sent');
        END IF;
        IF NEW.outcome <> 'open' THEN
            PERFORM payments_refuse('an attempt begins open', 'payout_attempt_begins_open');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER payout_attempt_of_one_being_sent BEFORE INSERT ON payments_payoutattempt "
    "FOR EACH ROW EXECUTE FUNCTION payments_attempt_of_one_being_sent()",
]


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_bank_answers")]

    operations = [migrations.RunSQL([MANDATE, *RUN, *PAYOUT, *ATTEMPT])]
