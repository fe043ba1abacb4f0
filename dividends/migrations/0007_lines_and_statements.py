"""Lines begin unreleased; statements state their own payout."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("dividends", "0006_entitlement_is_its_sum")]

    operations: ClassVar = []
