import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.books import append_only

AFTER_DECLARATION = """
CREATE FUNCTION ballots_published_after_declaration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM ballots_contest WHERE id = NEW.contest_id) <> 'declared' THEN
        PERFORM ballots_refuse('publication_after_declaration');
    END IF;
    RETURN NEW;
END $$
"""
TRIGGER = (
    "CREATE TRIGGER publication_after_declaration BEFORE INSERT ON ballots_publication FOR EACH ROW "
    "EXECUTE FUNCTION ballots_published_after_declaration()"
)


class Migration(migrations.Migration):

    dependencies = [
        ('ballots', '0002_laws'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bundle_sha256', models.CharField(max_length=64)),
                ('bundle_bytes', models.PositiveBigIntegerField()),
                ('csv_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('blt_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('sums_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('made_at', models.DateTimeField()),
                ('contest', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='publication', to='ballots.contest')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('sums_sha256', ''), models.Q(('csv_sha256', ''), _negated=True), models.Q(('blt_sha256', ''), _negated=True)), models.Q(models.Q(('sums_sha256', ''), _negated=True), ('blt_sha256', ''), ('csv_sha256', '')), _connector='OR'), name='publication_of_papers_or_of_sums')],
            },
        ),
        migrations.RunSQL([AFTER_DECLARATION, TRIGGER]),
        *append_only("ballots_publication"),
    ]
