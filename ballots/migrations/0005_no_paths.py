"""A resolution has no file of its sums any more: members' paths through it would show how neighbours voted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ballots", "0004_box_laws")]
    operations = [
        migrations.RemoveConstraint(model_name="publication", name="publication_of_papers_or_of_sums"),
        migrations.RemoveField(model_name="publication", name="sums_sha256"),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(blt_sha256="", csv_sha256="")
                | models.Q(models.Q(csv_sha256="", _negated=True), models.Q(blt_sha256="", _negated=True)),
                name="publication_of_papers_in_both_forms_or_none",
            ),
        ),
    ]
