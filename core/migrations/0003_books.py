from django.db import migrations

from core.books import append_only, never_deleted


class Migration(migrations.Migration):
    dependencies = [("core", "0002_jobs_audit_mail")]
    operations = [
        *append_only("core_auditrecord"),
        *append_only("core_jobfailure"),
        *never_deleted("core_job"),
        *never_deleted("core_jobchunk"),
        *never_deleted("core_outgoingmail"),
    ]
