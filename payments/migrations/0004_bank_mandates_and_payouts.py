"""Bank details, payment runs and payouts, and what the database itself refuses: see the constraint each exception names."""

import core.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.books import never_deleted

MANDATE = [
    """
    CREATE FUNCTION payments_mandate_keeps_its_facts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (to_jsonb(NEW) - ARRAY['ended_at', 'ended_how', 'stop_token_sha256'])
           <> (to_jsonb(OLD) - ARRAY['ended_at', 'ended_how', 'stop_token_sha256']) THEN
            PERFORM payments_refuse('bank details never change: new ones are a new row', 'mandate_facts_never_change');
        END IF;
        IF OLD.ended_at IS NOT NULL AND (NEW.ended_at, NEW.ended_how) IS DISTINCT FROM (OLD.ended_at, OLD.ended_how)
           OR OLD.ended_at IS NULL AND OLD.stop_token_sha256 IS DISTINCT FROM NEW.stop_token_sha256 THEN
            PERFORM payments_refuse('bank details that ended stay ended', 'mandate_ends_once');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER mandate_keeps_its_facts BEFORE UPDATE ON payments_bankmandate "
    "FOR EACH ROW EXECUTE FUNCTION payments_mandate_keeps_its_facts()",
]
RUN = [
    """
    CREATE FUNCTION payments_run_rank(state text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
        SELECT CASE state WHEN 'draft' THEN 0 WHEN 'approved' THEN 1 WHEN 'paying' THEN 2 WHEN 'done' THEN 3
                          WHEN 'cancelled' THEN 3 END
    $$
    """,
    """
    CREATE FUNCTION payments_run_keeps_its_terms() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.public_id, NEW.purpose, NEW.reference, NEW.currency, NEW.route, NEW.rows_sha256, NEW.payouts_count,
            NEW.total_minor, NEW.not_before, NEW.prepared_at, NEW.prepared_by_id)
           IS DISTINCT FROM
           (OLD.public_id, OLD.purpose, OLD.reference, OLD.currency, OLD.route, OLD.rows_sha256, OLD.payouts_count,
            OLD.total_minor, OLD.not_before, OLD.prepared_at, OLD.prepared_by_id) THEN
            PERFORM payments_refuse('the terms of a payment run never change', 'run_terms_never_change');
        END IF;
        IF OLD.approved_at IS NOT NULL
           AND (NEW.approved_at, NEW.approved_by_id) IS DISTINCT FROM (OLD.approved_at, OLD.approved_by_id) THEN
            PERFORM payments_refuse('an approval stands', 'run_approval_stands');
        END IF;
        IF NEW.state <> OLD.state AND payments_run_rank(NEW.state) <= payments_run_rank(OLD.state) THEN
            PERFORM payments_refuse('a payment run only goes forward', 'run_goes_forward');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER run_keeps_its_terms BEFORE UPDATE ON payments_payoutrun "
    "FOR EACH ROW EXECUTE FUNCTION payments_run_keeps_its_terms()",
    """
    CREATE FUNCTION payments_run_begins_as_draft() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.state <> 'draft' THEN
            PERFORM payments_refuse('a payment run begins as a draft', 'run_begins_as_draft');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER run_begins_as_draft BEFORE INSERT ON payments_payoutrun "
    "FOR EACH ROW EXECUTE FUNCTION payments_run_begins_as_draft()",
]
PAYOUT = [
    """
    CREATE FUNCTION payments_payouts_come_with_the_draft() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM written JOIN payments_payoutrun run ON run.id = written.run_id
                   WHERE run.state <> 'draft' OR run.currency <> written.currency) THEN
            PERFORM payments_refuse('a run takes payments as a draft and in its currency', 'payout_comes_with_the_draft');
        END IF;
        IF EXISTS (SELECT 1 FROM written JOIN payments_bankmandate mandate ON mandate.id = written.mandate_id
                   WHERE mandate.party_id <> written.party_id) THEN
            PERFORM payments_refuse('a payment goes to its own party', 'payout_goes_to_its_party');
        END IF;
        IF EXISTS (SELECT 1 FROM written WHERE state <> 'ready') THEN
            PERFORM payments_refuse('a payment begins ready', 'payout_begins_ready');
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER payout_comes_with_the_draft AFTER INSERT ON payments_payout REFERENCING NEW TABLE AS written "
    "FOR EACH STATEMENT EXECUTE FUNCTION payments_payouts_come_with_the_draft()",
    """
    CREATE FUNCTION payments_payout_way(was text, becomes text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
        SELECT (was, becomes) IN (
            ('ready', 'sending'), ('ready', 'sent'), ('ready', 'held'), ('ready', 'cancelled'),
            ('sending', 'sent'), ('sending', 'failed'), ('sending', 'held'),
            ('sent', 'settled'), ('sent', 'failed'), ('settled', 'returned'))
    $$
    """,
    # Held while sending: only when every attempt is known to have had no effect.
    """
    CREATE FUNCTION payments_payout_keeps_its_terms() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.public_id, NEW.run_id, NEW.party_id, NEW.mandate_id, NEW.reference, NEW.amount_minor, NEW.currency)
           IS DISTINCT FROM
           (OLD.public_id, OLD.run_id, OLD.party_id, OLD.mandate_id, OLD.reference, OLD.amount_minor, OLD.currency) THEN
            PERFORM payments_refuse('the terms of a payment never change', 'payout_terms_never_change');
        END IF;
        IF (OLD.provider_id IS NOT NULL AND NEW.provider_id IS DISTINCT FROM OLD.provider_id)
           OR (OLD.sent_at IS NOT NULL AND NEW.sent_at IS DISTINCT FROM OLD.sent_at)
           OR (OLD.settled_at IS NOT NULL AND NEW.settled_at IS DISTINCT FROM OLD.settled_at) THEN
            PERFORM payments_refuse('what the bank told us never changes', 'payout_facts_never_change');
        END IF;
        IF NEW.state <> OLD.state THEN
            IF NOT payments_payout_way(OLD.state, NEW.state) THEN
                PERFORM payments_refuse('a payment only goes forward', 'payout_goes_forward');
            END IF;
            IF NEW.state IN ('sending', 'sent') AND NOT EXISTS (
                SELECT 1 FROM payments_payoutrun run WHERE run.id = NEW.run_id AND run.approved_at IS NOT NULL) THEN
                PERFORM payments_refuse('only an approved run is paid', 'payout_of_an_approved_run');
            END IF;
            IF OLD.state = 'sending' AND NEW.state = 'held' AND EXISTS (
                SELECT 1 FROM payments_payoutattempt attempt WHERE attempt.payout_id = NEW.id
                AND attempt.outcome IN ('open', 'accepted')) THEN
                PERFORM payments_refuse('the bank may have heard of this payment', 'payout_held_unheard');
            END IF;
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER payout_keeps_its_terms BEFORE UPDATE ON payments_payout "
    "FOR EACH ROW EXECUTE FUNCTION payments_payout_keeps_its_terms()",
]
ATTEMPT = [
    """
    CREATE FUNCTION payments_payout_attempt_keeps_its_key() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.payout_id, NEW.key, NEW.started_at) IS DISTINCT FROM (OLD.payout_id, OLD.key, OLD.started_at)
           OR OLD.outcome <> 'open' THEN
            PERFORM payments_refuse('an attempt that ended stands', 'payout_attempt_stands');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER payout_attempt_keeps_its_key BEFORE UPDATE ON payments_payoutattempt "
    "FOR EACH ROW EXECUTE FUNCTION payments_payout_attempt_keeps_its_key()",
]


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_user_name'),
        ('core', '0003_books'),
        ('payments', '0003_failed_refunds_are_settled'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PayoutNews',
            fields=[
                ('route', models.CharField(max_length=8, primary_key=True, serialize=False)),
                ('read_until', models.BigIntegerField(default=0)),
                ('claimed_until', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='BankMandate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.ids.PublicIdField(default=core.ids.new_public_id, editable=False, max_length=22, unique=True)),
                ('scheme', models.CharField(choices=[('uk', 'sort code and account number'), ('iban', 'IBAN')], max_length=8)),
                ('country', models.CharField(max_length=2)),
                ('holder_name', models.CharField(max_length=140)),
                ('sealed', models.TextField()),
                ('ending', models.CharField(max_length=4)),
                ('fingerprint', models.CharField(max_length=64)),
                ('given_at', models.DateTimeField()),
                ('usable_from', models.DateTimeField()),
                ('stop_token_sha256', models.CharField(max_length=64, null=True, unique=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_how', models.CharField(blank=True, choices=[('replaced', 'replaced by new details'), ('withdrawn', 'taken back'), ('not_me', 'not given by the holder')], default='', max_length=12)),
                ('given_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bank_mandates', to='accounts.party')),
                ('restores', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='restored_as', to='payments.bankmandate')),
            ],
        ),
        migrations.CreateModel(
            name='Payout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.ids.PublicIdField(default=core.ids.new_public_id, editable=False, max_length=22, unique=True)),
                ('reference', models.CharField(max_length=18)),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('state', models.CharField(choices=[('ready', 'waits for its turn'), ('sending', 'being sent'), ('sent', 'sent'), ('settled', 'paid'), ('failed', 'failed'), ('returned', 'came back'), ('held', 'held back'), ('cancelled', 'cancelled')], default='ready', max_length=12)),
                ('reason', models.CharField(blank=True, default='', max_length=64)),
                ('provider_id', models.CharField(max_length=255, null=True, unique=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('mandate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='payments.bankmandate')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='accounts.party')),
            ],
        ),
        migrations.CreateModel(
            name='PayoutAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=255, unique=True)),
                ('outcome', models.CharField(choices=[('open', 'not known yet'), ('accepted', 'accepted'), ('refused', 'refused'), ('server_error', 'the provider failed'), ('abandoned', 'too old to repeat')], default='open', max_length=16)),
                ('detail', models.CharField(blank=True, default='', max_length=300)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('payout', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='payments.payout')),
            ],
        ),
        migrations.CreateModel(
            name='PayoutRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.ids.PublicIdField(default=core.ids.new_public_id, editable=False, max_length=22, unique=True)),
                ('purpose', models.CharField(max_length=64)),
                ('reference', models.CharField(max_length=64)),
                ('title', models.CharField(max_length=160)),
                ('title_vi', models.CharField(max_length=160)),
                ('currency', models.CharField(max_length=3)),
                ('route', models.CharField(choices=[('sandbox', 'sandbox bank'), ('csv', 'file for the bank')], max_length=8)),
                ('state', models.CharField(choices=[('draft', 'waits for approval'), ('approved', 'approved, waits for its day'), ('paying', 'being paid'), ('done', 'done'), ('cancelled', 'cancelled')], default='draft', max_length=12)),
                ('rows_sha256', models.CharField(max_length=64)),
                ('payouts_count', models.PositiveIntegerField()),
                ('total_minor', models.BigIntegerField()),
                ('not_before', models.DateTimeField()),
                ('prepared_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(null=True)),
                ('file_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('file_made_at', models.DateTimeField(null=True)),
                ('handed_over_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('cancel_reason', models.CharField(blank=True, default='', max_length=300)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cancelled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('handed_over_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('job', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payout_run', to='core.job')),
                ('prepared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='payout',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='payments.payoutrun'),
        ),
        migrations.AddIndex(
            model_name='bankmandate',
            index=models.Index(fields=['party', '-given_at'], name='mandate_history'),
        ),
        migrations.AddConstraint(
            model_name='bankmandate',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('party',), name='mandate_one_in_force_per_party'),
        ),
        migrations.AddConstraint(
            model_name='bankmandate',
            constraint=models.CheckConstraint(condition=models.Q(('scheme__in', ['uk', 'iban'])), name='mandate_scheme_known'),
        ),
        migrations.AddConstraint(
            model_name='bankmandate',
            constraint=models.CheckConstraint(condition=models.Q(('country__regex', '^[A-Z]{2}$')), name='mandate_country_is_iso_3166'),
        ),
        migrations.AddConstraint(
            model_name='bankmandate',
            constraint=models.CheckConstraint(condition=models.Q(('ending__regex', '^[A-Z0-9]{4}$')), name='mandate_ending_is_short'),
        ),
        migrations.AddConstraint(
            model_name='bankmandate',
            constraint=models.CheckConstraint(condition=models.Q(('fingerprint__regex', '^[0-9a-f]{64}$')), name='mandate_fingerprint_is_sha256'),
        ),
        migrations.AddConstraint(
            model_name='bankmandate',
            constraint=models.CheckConstraint(condition=models.Q(('holder_name', ''), _negated=True), name='mandate_names_its_holder'),
        ),
        migrations.AddConstraint(
            model_name='bankmandate',
            constraint=models.CheckConstraint(condition=models.Q(('usable_from__gte', models.F('given_at'))), name='mandate_usable_not_before_given'),
        ),
        migrations.AddConstraint(
            model_name='bankmandate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_how', '')), models.Q(('ended_at__isnull', False), ('ended_how__in', ['replaced', 'withdrawn', 'not_me'])), _connector='OR'), name='mandate_ended_says_how'),
        ),
        migrations.AddConstraint(
            model_name='payoutattempt',
            constraint=models.UniqueConstraint(condition=models.Q(('outcome', 'open')), fields=('payout',), name='payout_attempt_one_open'),
        ),
        migrations.AddConstraint(
            model_name='payoutattempt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('outcome', 'open')), models.Q(models.Q(('outcome', 'open'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='payout_attempt_ended_when_known'),
        ),
        migrations.AddIndex(
            model_name='payoutrun',
            index=models.Index(fields=['purpose', 'reference'], name='run_reference'),
        ),
        migrations.AddConstraint(
            model_name='payoutrun',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by', models.F('prepared_by')), _negated=True), name='run_approved_by_another'),
        ),
        migrations.AddConstraint(
            model_name='payoutrun',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'approved', 'paying', 'done', 'cancelled'])), name='run_state_known'),
        ),
        migrations.AddConstraint(
            model_name='payoutrun',
            constraint=models.CheckConstraint(condition=models.Q(('route__in', ['sandbox', 'csv'])), name='run_route_known'),
        ),
        migrations.AddConstraint(
            model_name='payoutrun',
            constraint=models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='run_currency_is_code'),
        ),
        migrations.AddConstraint(
            model_name='payoutrun',
            constraint=models.CheckConstraint(condition=models.Q(('payouts_count__gt', 0), ('total_minor__gt', 0)), name='run_pays_somebody'),
        ),
        migrations.AddConstraint(
            model_name='payoutrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', True), ('approved_by__isnull', True), ('state', 'draft')), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), ('state__in', ['approved', 'paying', 'done'])), ('state', 'cancelled'), _connector='OR'), name='run_approved_at_and_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='payoutrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['paying', 'done']), _negated=True), ('job__isnull', False), _connector='OR'), name='run_paying_has_a_job'),
        ),
        migrations.AddConstraint(
            model_name='payoutrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('finished_at__isnull', True)), _connector='OR'), name='run_finished_when_done'),
        ),
        migrations.AddConstraint(
            model_name='payoutrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at__isnull', False), ('state', 'cancelled'), models.Q(('cancel_reason', ''), _negated=True)), models.Q(models.Q(('state', 'cancelled'), _negated=True), ('cancel_reason', ''), ('cancelled_at__isnull', True)), _connector='OR'), name='run_cancelled_says_why'),
        ),
        migrations.AddConstraint(
            model_name='payoutrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('file_made_at__isnull', True), ('file_sha256', '')), models.Q(models.Q(('file_sha256', ''), _negated=True), ('file_made_at__isnull', False)), _connector='OR'), name='run_file_made_at_a_moment'),
        ),
        migrations.AddConstraint(
            model_name='payoutrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('handed_over_at__isnull', True), ('handed_over_by__isnull', True)), models.Q(('handed_over_at__isnull', False), ('handed_over_by__isnull', False), ('route', 'csv'), models.Q(('file_sha256', ''), _negated=True)), _connector='OR'), name='run_handed_over_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='payoutrun',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('purpose', 'currency'), name='run_one_draft_per_purpose'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(fields=['party', '-id'], name='payout_of_party'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(fields=['run', 'state'], name='payout_by_state'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(condition=models.Q(('state', 'sending')), fields=['id'], name='payout_sending'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='payout_amount_positive'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='payout_currency_is_code'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['ready', 'sending', 'sent', 'settled', 'failed', 'returned', 'held', 'cancelled'])), name='payout_state_known'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.UniqueConstraint(fields=('run', 'party'), name='payout_once_per_run_and_party'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state__in', ['sent', 'settled', 'returned'])), ('state', 'failed'), models.Q(('sent_at__isnull', True), ('state__in', ['ready', 'sending', 'held', 'cancelled'])), _connector='OR'), name='payout_sent_at_when_sent'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', False), ('state', 'settled')), ('state', 'returned'), models.Q(models.Q(('state__in', ['settled', 'returned']), _negated=True), ('settled_at__isnull', True)), _connector='OR'), name='payout_settled_at_when_settled'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ['failed', 'returned', 'held', 'cancelled']), models.Q(('reason', ''), _negated=True)), models.Q(('ended_at__isnull', True), ('reason', ''), ('state__in', ['ready', 'sending', 'sent', 'settled'])), _connector='OR'), name='payout_ended_says_why'),
        ),
        migrations.RunSQL(MANDATE + RUN + PAYOUT + ATTEMPT),
        *never_deleted("payments_bankmandate"),
        *never_deleted("payments_payoutrun"),
        *never_deleted("payments_payout"),
        *never_deleted("payments_payoutattempt"),
    ]
