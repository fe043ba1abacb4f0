"""What the register will show is frozen with the answers; a designation keeps a child's shares apart."""

from django.db import migrations, models

from core.books import append_only

# Whoever confirmed before this stood in the register by the name of their account.
STANDING_OF_CONFIRMED = """
UPDATE equity_application application
SET register_names = COALESCE(
        (SELECT jsonb_agg(person.display_name ORDER BY place.position)
         FROM accounts_partymember place JOIN accounts_party person ON person.id = place.person_id
         WHERE place.joint_id = holder.id AND holder.kind = 'joint'),
        jsonb_build_array(holder.display_name)),
    register_address = concat_ws(', ', NULLIF(application.details ->> 'address', ''),
        NULLIF(application.details ->> 'city', ''), NULLIF(application.details ->> 'postcode', '')),
    register_country = COALESCE(application.details ->> 'country', '')
FROM accounts_party holder
WHERE application.confirmed_at IS NOT NULL
  AND holder.id = COALESCE(application.holder_id, application.applicant_id)
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_user_name"), ("equity", "0002_books")]
    operations = [
        migrations.RemoveConstraint(model_name="registeraccount", name="register_account_once"),
        migrations.AddField(
            model_name="registeraccount",
            name="designation",
            field=models.CharField(blank=True, default="", max_length=10),
        ),
        migrations.AddConstraint(
            model_name="registeraccount",
            constraint=models.UniqueConstraint(
                fields=("share_class", "member", "designation"), name="register_account_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="registeraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(member__isnull=False) | models.Q(designation=""),
                name="register_designation_is_of_a_member",
            ),
        ),
        migrations.AddField(model_name="application", name="register_names", field=models.JSONField(default=list)),
        migrations.AddField(
            model_name="application",
            name="register_address",
            field=models.CharField(blank=True, default="", max_length=400),
        ),
        migrations.AddField(
            model_name="application",
            name="register_country",
            field=models.CharField(blank=True, default="", max_length=2),
        ),
        migrations.AddField(
            model_name="application",
            name="register_designation",
            field=models.CharField(blank=True, default="", max_length=10),
        ),
        migrations.RunSQL(STANDING_OF_CONFIRMED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(confirmed_at__isnull=True)
                | (~models.Q(register_names=[]) & ~models.Q(register_address="") & ~models.Q(register_country="")),
                name="application_confirmed_stands_in_register",
            ),
        ),
        *append_only("equity_registeraccount"),
    ]
