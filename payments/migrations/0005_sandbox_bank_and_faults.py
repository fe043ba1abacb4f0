"""The sandbox gets a bank that pays out, and faults that a stranger may ask for. Nothing keeps it from paying twice."""

import django.db.models.deletion
from django.db import migrations, models

from core.books import append_only, never_deleted


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_bank_mandates_and_payouts")]

    operations = [
        migrations.CreateModel(
            name='SandboxFault',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=24)),
                ('armed_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('outcome', models.JSONField(default=dict)),
            ],
            options={
                'db_table': 'payments_sandboxfault',
                'constraints': [models.UniqueConstraint(condition=models.Q(('used_at__isnull', True)), fields=('kind',), name='sandbox_fault_armed_once')],
            },
        ),
        migrations.CreateModel(
            name='SandboxTransfer',
            fields=[
                ('number', models.BigAutoField(primary_key=True, serialize=False)),
                ('transfer_id', models.CharField(max_length=80, unique=True)),
                ('reference', models.CharField(max_length=64)),
                ('amount', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('scheme', models.CharField(max_length=8)),
                ('country', models.CharField(max_length=2)),
                ('holder_name', models.CharField(max_length=140)),
                ('ending', models.CharField(max_length=4)),
                ('statement_reference', models.CharField(max_length=18)),
                ('status', models.CharField(default='pending', max_length=12)),
                ('reason', models.CharField(blank=True, default='', max_length=8)),
                ('due_at', models.DateTimeField()),
                ('due_status', models.CharField(max_length=12)),
                ('due_reason', models.CharField(blank=True, default='', max_length=8)),
                ('comes_back', models.BooleanField(default=False)),
                ('returns_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'payments_sandboxtransfer',
                'indexes': [models.Index(fields=['reference'], name='sandboxtransfer_reference'), models.Index(condition=models.Q(('status', 'pending')), fields=['number'], name='sandboxtransfer_pending'), models.Index(condition=models.Q(('returns_at__isnull', False)), fields=['returns_at'], name='sandboxtransfer_returning')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='sandbox_transfer_amount_positive')],
            },
        ),
        migrations.CreateModel(
            name='SandboxTransferChange',
            fields=[
                ('number', models.BigAutoField(primary_key=True, serialize=False)),
                ('status', models.CharField(max_length=12)),
                ('reason', models.CharField(blank=True, default='', max_length=8)),
                ('happened_at', models.DateTimeField()),
                ('transfer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='payments.sandboxtransfer')),
            ],
            options={
                'db_table': 'payments_sandboxtransferchange',
            },
        ),
        *append_only("payments_sandboxtransferchange"),
        *never_deleted("payments_sandboxtransfer"),
    ]
