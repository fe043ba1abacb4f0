"""An entitlement is its shares times the rate."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("dividends", "0005_paid_when_due")]

    operations: ClassVar = []
