"""A failed refund is sent again, or settled another way, once; neither is ever taken back."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


LAW = [
    """
    CREATE FUNCTION payments_refund_settled_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.again_of_id IS DISTINCT FROM OLD.again_of_id
           OR (OLD.settled_at IS NOT NULL AND (NEW.settled_at, NEW.settled_by_id, NEW.settled_note)
               IS DISTINCT FROM (OLD.settled_at, OLD.settled_by_id, OLD.settled_note)) THEN
            PERFORM payments_refuse('a refund is settled once', 'refund_settled_once');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER refund_settled_once BEFORE UPDATE ON payments_refund "
    "FOR EACH ROW EXECUTE FUNCTION payments_refund_settled_once()",
]
UNDO = [
    "DROP TRIGGER refund_settled_once ON payments_refund",
    "DROP FUNCTION payments_refund_settled_once()",
]


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0002_laws"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="refund",
            name="again_of",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="again", to="payments.refund"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="settled_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="refund",
            name="settled_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="settled_note",
            field=models.CharField(blank=True, default="", max_length=300),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_at__isnull", True), ("settled_by__isnull", True), ("settled_note", "")),
                    models.Q(
                        ("settled_at__isnull", False),
                        ("settled_by__isnull", False),
                        ("state", "failed"),
                        models.Q(("settled_note", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="refund_settled_failed_and_says_how",
            ),
        ),
        migrations.RunSQL(LAW, UNDO),
    ]
