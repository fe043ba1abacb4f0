"""What the bank answered, and what the database itself refuses: see the constraint each exception names."""

import core.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.books import append_only, never_deleted

ANSWER = [
    """
    CREATE FUNCTION payments_answers_of_their_run() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM written JOIN payments_bankanswerfile file ON file.id = written.file_id
                   JOIN payments_payout payout ON payout.id = written.payout_id WHERE payout.run_id <> file.run_id) THEN
            PERFORM payments_refuse('an answer is about a payment of its own run', 'answer_of_its_run');
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER answers_of_their_run AFTER INSERT ON payments_bankanswer REFERENCING NEW TABLE AS written "
    "FOR EACH STATEMENT EXECUTE FUNCTION payments_answers_of_their_run()",
    """
    CREATE FUNCTION payments_answers_taken_in_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.taken_in_at IS NOT NULL
           OR (NEW.public_id, NEW.run_id, NEW.name, NEW.sha256, NEW.uploaded_at, NEW.uploaded_by_id)
              IS DISTINCT FROM
              (OLD.public_id, OLD.run_id, OLD.name, OLD.sha256, OLD.uploaded_at, OLD.uploaded_by_id) THEN
            PERFORM payments_refuse('answers are taken in once and never changed', 'answers_taken_in_once');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER answers_taken_in_once BEFORE UPDATE ON payments_bankanswerfile "
    "FOR EACH ROW EXECUTE FUNCTION payments_answers_taken_in_once()",
]


class Migration(migrations.Migration):
    dependencies = [
        ('core', '0003_books'),
        ('payments', '0005_sandbox_bank_and_faults'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BankAnswerFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.ids.PublicIdField(default=core.ids.new_public_id, editable=False, max_length=22, unique=True)),
                ('name', models.CharField(blank=True, default='', max_length=160)),
                ('sha256', models.CharField(blank=True, default='', max_length=64)),
                ('uploaded_at', models.DateTimeField()),
                ('taken_in_at', models.DateTimeField(null=True)),
                ('answers_count', models.PositiveIntegerField(null=True)),
                ('job', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bank_answer_file', to='core.job')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answer_files', to='payments.payoutrun')),
                ('taken_in_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='BankAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField()),
                ('outcome', models.CharField(max_length=8)),
                ('reason', models.CharField(blank=True, default='', max_length=64)),
                ('words', models.CharField(blank=True, default='', max_length=140)),
                ('told_on', models.DateField()),
                ('payout', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bank_answers', to='payments.payout')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='payments.bankanswerfile')),
            ],
        ),
        migrations.AddConstraint(
            model_name='bankanswerfile',
            constraint=models.UniqueConstraint(condition=models.Q(('sha256', ''), _negated=True), fields=('run', 'sha256'), name='answers_uploaded_once_per_run'),
        ),
        migrations.AddConstraint(
            model_name='bankanswerfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answers_count__isnull', True), ('job__isnull', True), ('taken_in_at__isnull', True), ('taken_in_by__isnull', True)), models.Q(('answers_count__gt', 0), ('job__isnull', False), ('taken_in_at__isnull', False), ('taken_in_by__isnull', False)), _connector='OR'), name='answers_taken_in_whole'),
        ),
        migrations.AddConstraint(
            model_name='bankanswer',
            constraint=models.UniqueConstraint(fields=('file', 'payout', 'outcome'), name='answer_once_per_file_and_outcome'),
        ),
        migrations.AddConstraint(
            model_name='bankanswer',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['paid', 'failed', 'returned'])), name='answer_outcome_known'),
        ),
        migrations.AddConstraint(
            model_name='bankanswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'paid'), ('reason', '')), models.Q(models.Q(('outcome', 'paid'), _negated=True), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='answer_says_why_not'),
        ),
        migrations.RunSQL(ANSWER),
        *append_only("payments_bankanswer"),
        *never_deleted("payments_bankanswerfile"),
    ]
