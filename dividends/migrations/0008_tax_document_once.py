"""A holder's document is entered once."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("dividends", "0007_lines_and_statements")]

    operations: ClassVar = [
        migrations.AddConstraint(
            model_name="taxdocument",
            constraint=models.UniqueConstraint(
                name="tax_document_once",
                fields=["party", "kind", "valid_from", "valid_until"],
                condition=models.Q(refused_at__isnull=True),
            ),
        ),
    ]
