"""What the database itself refuses: see the constraint each exception names."""

from django.db import migrations

from core.books import append_only, never_deleted

REFUSE = """
CREATE FUNCTION payments_refuse(what text, law text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', what USING ERRCODE = 'check_violation', CONSTRAINT = law;
END $$
"""
PAYMENT = [
    """
    CREATE FUNCTION payments_state_rank(state text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
        SELECT CASE state WHEN 'created' THEN 0 WHEN 'processing' THEN 1 WHEN 'failed' THEN 2 WHEN 'expired' THEN 2
                          WHEN 'succeeded' THEN 3 WHEN 'refunded' THEN 4 END
    $$
    """,
    """
    CREATE FUNCTION payments_payment_keeps_its_terms() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (to_jsonb(NEW) - ARRAY['state', 'provider_session_id', 'provider_intent_id', 'checkout_url',
                'failure_reason', 'next_check_at', 'processing_at', 'succeeded_at', 'refunded_at', 'failed_at',
                'expired_at'])
           <> (to_jsonb(OLD) - ARRAY['state', 'provider_session_id', 'provider_intent_id', 'checkout_url',
                'failure_reason', 'next_check_at', 'processing_at', 'succeeded_at', 'refunded_at', 'failed_at',
                'expired_at']) THEN
            PERFORM payments_refuse('the terms of a payment never change', 'payment_terms_never_change');
        END IF;
        IF (OLD.provider_session_id IS NOT NULL AND NEW.provider_session_id IS DISTINCT FROM OLD.provider_session_id)
           OR (OLD.provider_intent_id IS NOT NULL AND NEW.provider_intent_id IS DISTINCT FROM OLD.provider_intent_id)
           OR (OLD.succeeded_at IS NOT NULL AND NEW.succeeded_at IS DISTINCT FROM OLD.succeeded_at) THEN
            PERFORM payments_refuse('what the provider told us never changes', 'payment_facts_never_change');
        END IF;
        IF NEW.state <> OLD.state AND payments_state_rank(NEW.state) <= payments_state_rank(OLD.state) THEN
            PERFORM payments_refuse('a payment only goes forward', 'payment_goes_forward');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER payment_keeps_its_terms BEFORE UPDATE ON payments_payment "
    "FOR EACH ROW EXECUTE FUNCTION payments_payment_keeps_its_terms()",
]
REFUND = [
    """
    CREATE FUNCTION payments_refund_keeps_its_terms() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.public_id, NEW.payment_id, NEW.key, NEW.amount_minor, NEW.reason, NEW.requested_by_id, NEW.requested_at)
           IS DISTINCT FROM
           (OLD.public_id, OLD.payment_id, OLD.key, OLD.amount_minor, OLD.reason, OLD.requested_by_id, OLD.requested_at)
        THEN
            PERFORM payments_refuse('the terms of a refund never change', 'refund_terms_never_change');
        END IF;
        IF OLD.provider_refund_id IS NOT NULL AND NEW.provider_refund_id IS DISTINCT FROM OLD.provider_refund_id THEN
            PERFORM payments_refuse('what the provider told us never changes', 'refund_facts_never_change');
        END IF;
        IF NEW.state <> OLD.state AND (OLD.state IN ('succeeded', 'failed') OR NEW.state = 'requested') THEN
            PERFORM payments_refuse('a refund only goes forward', 'refund_goes_forward');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER refund_keeps_its_terms BEFORE UPDATE ON payments_refund "
    "FOR EACH ROW EXECUTE FUNCTION payments_refund_keeps_its_terms()",
    # Locks the payments first: without it two refunds written at once would not see each other.
    """
    CREATE FUNCTION payments_refunds_within_payment() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM payments_payment WHERE id IN (SELECT payment_id FROM written)
        ORDER BY id FOR NO KEY UPDATE;
        IF EXISTS (SELECT 1 FROM payments_payment payment WHERE payment.id IN (SELECT payment_id FROM written)
                   AND payment.succeeded_at IS NULL) THEN
            PERFORM payments_refuse('only what was paid can be paid back', 'refund_of_paid_payment');
        END IF;
        IF EXISTS (
            SELECT 1 FROM payments_payment payment
            WHERE payment.id IN (SELECT payment_id FROM written)
              AND payment.amount_minor < (SELECT SUM(refund.amount_minor) FROM payments_refund refund
                                          WHERE refund.payment_id = payment.id AND refund.state <> 'failed')) THEN
            PERFORM payments_refuse('more would be paid back than was paid', 'refund_sum_within_payment');
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER refunds_within_payment_insert AFTER INSERT ON payments_refund "
    "REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION payments_refunds_within_payment()",
    "CREATE TRIGGER refunds_within_payment_update AFTER UPDATE ON payments_refund "
    "REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION payments_refunds_within_payment()",
]
ATTEMPT = [
    """
    CREATE FUNCTION payments_attempt_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.payment_id, NEW.refund_id, NEW.key, NEW.started_at)
           IS DISTINCT FROM (OLD.payment_id, OLD.refund_id, OLD.key, OLD.started_at) OR OLD.outcome <> 'open' THEN
            PERFORM payments_refuse('an attempt is written once and ends once', 'attempt_ends_once');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER attempt_ends_once BEFORE UPDATE ON payments_paymentattempt "
    "FOR EACH ROW EXECUTE FUNCTION payments_attempt_ends_once()",
]
EVENT = [
    """
    CREATE FUNCTION payments_event_keeps_its_facts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.event_id, NEW.type, NEW.object_id, NEW.livemode, NEW.payload, NEW.created_at, NEW.received_at)
           IS DISTINCT FROM
           (OLD.event_id, OLD.type, OLD.object_id, OLD.livemode, OLD.payload, OLD.created_at, OLD.received_at)
           OR OLD.processed_at IS NOT NULL THEN
            PERFORM payments_refuse('an event stays as it came and is processed once', 'event_facts_never_change');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER event_keeps_its_facts BEFORE UPDATE ON payments_providerevent "
    "FOR EACH ROW EXECUTE FUNCTION payments_event_keeps_its_facts()",
]
UNDO = [
    "DROP TRIGGER event_keeps_its_facts ON payments_providerevent",
    "DROP FUNCTION payments_event_keeps_its_facts()",
    "DROP TRIGGER attempt_ends_once ON payments_paymentattempt",
    "DROP FUNCTION payments_attempt_ends_once()",
    "DROP TRIGGER refunds_within_payment_insert ON payments_refund",
    "DROP TRIGGER refunds_within_payment_update ON payments_refund",
    "DROP FUNCTION payments_refunds_within_payment()",
    "DROP TRIGGER refund_keeps_its_terms ON payments_refund",
    "DROP FUNCTION payments_refund_keeps_its_terms()",
    "DROP TRIGGER payment_keeps_its_terms ON payments_payment",
    "DROP FUNCTION payments_payment_keeps_its_terms()",
    "DROP FUNCTION payments_state_rank(text)",
    "DROP FUNCTION payments_refuse(text, text)",
]


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_payments_and_sandbox"), ("core", "0001_roles_and_clock")]
    operations = [
        migrations.RunSQL([REFUSE, *PAYMENT, *REFUND, *ATTEMPT, *EVENT], UNDO),
        *never_deleted("payments_payment"),
        *never_deleted("payments_refund"),
        *never_deleted("payments_paymentattempt"),
        *never_deleted("payments_providerevent"),
        *append_only("payments_sandboxevent"),
        *append_only("payments_sandboxrequest"),
    ]
