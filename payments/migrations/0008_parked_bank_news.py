"""What the bank told and nobody could write waits as a row for a person, who closes it once and says how.

Before, it stood in the audit trail alone and there for ever; what is there stays there. What still differs is met again
by the nightly reconciliation and becomes a row.
"""

import core.ids
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.books import never_deleted

LAW = [
    """
    CREATE FUNCTION payments_parked_news_begins_open() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.closed_at IS NOT NULL THEN
            PERFORM payments_refuse('what the bank told is dealt with after it is read', 'parked_news_begins_open');
        END IF;
        IF NEW.payout_id IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM payments_payout payout
               WHERE payout.id = NEW.payout_id AND payout.public_id = NEW.said_payout_id) THEN
            PERFORM payments_refuse('the bank named another payment', 'parked_news_of_the_payout_named');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER parked_news_begins_open BEFORE INSERT ON payments_parkednews "
    "FOR EACH ROW EXECUTE FUNCTION payments_parked_news_begins_open()",
    """
    CREATE FUNCTION payments_parked_news_closes_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (to_jsonb(NEW) - ARRAY['closed_at', 'closed_by_id', 'closed_note'])
           <> (to_jsonb(OLD) - ARRAY['closed_at', 'closed_by_id', 'closed_note']) THEN
            PERFORM payments_refuse('what the bank told never changes', 'parked_news_facts_never_change');
        END IF;
        IF OLD.closed_at IS NOT NULL AND (NEW.closed_at, NEW.closed_by_id, NEW.closed_note)
           IS DISTINCT FROM (OLD.closed_at, OLD.closed_by_id, OLD.closed_note) THEN
            PERFORM payments_refuse('what was dealt with is dealt with once', 'parked_news_closes_once');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER parked_news_closes_once BEFORE UPDATE ON payments_parkednews "
    "FOR EACH ROW EXECUTE FUNCTION payments_parked_news_closes_once()",
]


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0007_payout_facts_stand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ParkedNews",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    core.ids.PublicIdField(default=core.ids.new_public_id, editable=False, max_length=22, unique=True),
                ),
                ("route", models.CharField(max_length=8)),
                ("said_payout_id", models.CharField(max_length=255)),
                ("said_provider_id", models.CharField(max_length=255)),
                ("said_amount_minor", models.BigIntegerField()),
                ("said_currency", models.CharField(max_length=16)),
                ("said_status", models.CharField(max_length=16)),
                ("said_reason", models.CharField(blank=True, max_length=64)),
                ("said_at", models.DateTimeField()),
                ("our_state", models.CharField(blank=True, max_length=12)),
                (
                    "differing",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), size=None),
                ),
                ("mistake", models.CharField(blank=True, max_length=64)),
                ("parked_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_note", models.CharField(blank=True, default="", max_length=300)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "payout",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parked_news",
                        to="payments.payout",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at__isnull", True)), fields=["-id"], name="parked_news_open"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=(
                            "route",
                            "differing",
                            "mistake",
                            "said_payout_id",
                            "said_provider_id",
                            "said_amount_minor",
                            "said_currency",
                            "said_status",
                            "said_reason",
                        ),
                        name="parked_news_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mistake", ""), models.Q(("differing", []), _negated=True)),
                            models.Q(models.Q(("mistake", ""), _negated=True), ("differing", [])),
                            _connector="OR",
                        ),
                        name="parked_news_says_what_kept_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("our_state", ""), ("payout__isnull", True)),
                            models.Q(("payout__isnull", False), models.Q(("our_state", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="parked_news_payout_stood_somewhere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("closed_by__isnull", True), ("closed_note", "")),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                                models.Q(("closed_note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="parked_news_closed_by_somebody_who_says_how",
                    ),
                ],
            },
        ),
        migrations.RunSQL(LAW),
        *never_deleted("payments_parkednews"),
    ]
