"""An approved run is exactly its rows."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("payments", "0009_bank_details_wait")]

    operations: ClassVar = []
