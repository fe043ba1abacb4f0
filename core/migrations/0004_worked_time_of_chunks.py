"""How long was worked on a chunk, in real time: the demo's clock jumps, and a job rests while nobody works on it.

Of chunks that were worked on before nothing is known: what is left of such a job is not estimated by them.
"""

from datetime import timedelta

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0003_books")]
    operations = [
        migrations.AddField("jobchunk", "worked", models.DurationField(default=timedelta(0))),
        migrations.AddConstraint(
            "jobchunk",
            models.CheckConstraint(name="chunk_worked_forward", condition=models.Q(worked__gte=timedelta(0))),
        ),
    ]
