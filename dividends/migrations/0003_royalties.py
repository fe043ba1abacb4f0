"""Royalties: what creators are promised, what was sold, what it earned them; and what the database refuses."""

import core.ids
import dividends.models.royalty
import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

from core.books import append_only, never_deleted

# A proposal is agreed by somebody else on exactly its terms; afterwards only an open end may close, by a successor.
AGREEMENT = [
    """
    CREATE FUNCTION dividends_agreement_begins() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.state <> 'proposed' THEN
            PERFORM dividends_refuse('an agreement begins as a proposal', 'agreement_begins_proposed');
        END IF;
        PERFORM 1 FROM dividends_soldbeer beer WHERE beer.id = NEW.beer_id AND beer.currency = NEW.currency;
        IF NOT FOUND THEN
            PERFORM dividends_refuse('the beer is sold in another currency', 'agreement_currency_of_its_beer');
        END IF;
        PERFORM 1 FROM beers_adoption adoption JOIN beers_proposal idea ON idea.id = adoption.proposal_id
        WHERE adoption.id = NEW.adoption_id AND idea.author_id IS NOT NULL;
        IF NOT FOUND THEN
            PERFORM dividends_refuse('the idea is the house''s own', 'agreement_is_about_somebodys_idea');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER agreement_begins BEFORE INSERT ON dividends_royaltyagreement "
    "FOR EACH ROW EXECUTE FUNCTION dividends_agreement_begins()",
    """
    CREATE FUNCTION dividends_agreement_keeps_its_terms() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE decided text[] := ARRAY['state', 'approved_at', 'approved_by_id', 'dropped_at', 'dropped_by_id',
                                    'drop_reason'];
    BEGIN
        IF OLD.state = 'approved' AND NEW.state = 'approved' AND OLD.valid_to IS NULL AND NEW.valid_to IS NOT NULL
           AND (to_jsonb(NEW) - 'valid_to') = (to_jsonb(OLD) - 'valid_to') THEN
            IF EXISTS (SELECT 1 FROM dividends_royaltyline line JOIN dividends_salesreport report
                       ON report.id = line.report_id
                       WHERE line.agreement_id = NEW.id AND report.period_to > NEW.valid_to) THEN
                PERFORM dividends_refuse('it has earned of later sales', 'agreement_ends_after_its_sales');
            END IF;
            RETURN NEW;
        END IF;
        IF (to_jsonb(NEW) - decided) <> (to_jsonb(OLD) - decided) OR OLD.state <> 'proposed' THEN
            PERFORM dividends_refuse('the terms of an agreement never change', 'agreement_terms_never_change');
        END IF;
        IF NEW.state = 'approved' AND NOT EXISTS (SELECT 1 FROM dividends_royaltyshare share
                                                  WHERE share.agreement_id = NEW.id) THEN
            PERFORM dividends_refuse('nobody shares in it', 'royalty_shares_make_a_whole');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER agreement_keeps_its_terms BEFORE UPDATE ON dividends_royaltyagreement "
    "FOR EACH ROW EXECUTE FUNCTION dividends_agreement_keeps_its_terms()",
    """
    CREATE FUNCTION dividends_shares_make_a_whole() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE share record; agreement bigint; multiple numeric; total numeric;
    BEGIN
        FOR agreement IN SELECT DISTINCT agreement_id FROM written LOOP
            IF NOT EXISTS (SELECT 1 FROM dividends_royaltyagreement WHERE id = agreement AND state = 'proposed') THEN
                PERFORM dividends_refuse('who shares is agreed with the rest', 'royalty_shares_of_a_proposal');
            END IF;
            multiple := 1;
            FOR share IN SELECT denominator FROM dividends_royaltyshare WHERE agreement_id = agreement LOOP
                multiple := lcm(multiple, share.denominator::numeric);
            END LOOP;
            SELECT sum(numerator::numeric * (multiple / denominator::numeric)) INTO total
            FROM dividends_royaltyshare WHERE agreement_id = agreement;
            IF total <> multiple THEN
                PERFORM dividends_refuse('the fractions do not add up to 1', 'royalty_shares_make_a_whole');
            END IF;
        END LOOP;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER royalty_shares_make_a_whole AFTER INSERT ON dividends_royaltyshare REFERENCING NEW TABLE AS written "
    "FOR EACH STATEMENT EXECUTE FUNCTION dividends_shares_make_a_whole()",
]
REPORT = [
    """
    CREATE FUNCTION dividends_report_begins() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.state <> 'entered' THEN
            PERFORM dividends_refuse('a second person approves', 'report_begins_entered');
        END IF;
        PERFORM 1 FROM dividends_soldbeer beer WHERE beer.id = NEW.beer_id AND beer.currency = NEW.currency;
        IF NOT FOUND THEN
            PERFORM dividends_refuse('the beer is sold in another currency', 'report_currency_of_its_beer');
        END IF;
        IF NEW.corrects_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM dividends_salesreport first WHERE first.id = NEW.corrects_id AND first.kind = 'sales'
            AND first.state = 'approved' AND first.beer_id = NEW.beer_id
            AND (first.period_from, first.period_to) = (NEW.period_from, NEW.period_to)) THEN
            PERFORM dividends_refuse('it corrects no approved sales of its period', 'report_corrects_its_period');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER report_begins BEFORE INSERT ON dividends_salesreport "
    "FOR EACH ROW EXECUTE FUNCTION dividends_report_begins()",
    """
    CREATE FUNCTION dividends_report_stands() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE decided text[] := ARRAY['state', 'approved_at', 'approved_by_id', 'dropped_at', 'dropped_by_id',
                                    'drop_reason', 'net_minor'];
    BEGIN
        IF (to_jsonb(NEW) - decided) <> (to_jsonb(OLD) - decided) OR OLD.state <> 'entered' THEN
            PERFORM dividends_refuse('a figure of sales never changes; a correction is a new one', 'report_stands');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER report_stands BEFORE UPDATE ON dividends_salesreport "
    "FOR EACH ROW EXECUTE FUNCTION dividends_report_stands()",
]
# The row of totals cannot break: each line begins where the one before it ended, and earns what the rate says.
EARNED = [
    """
    ALTER TABLE dividends_royaltyline ADD CONSTRAINT royalty_line_earns_its_rate CHECK (
        earned_minor = floor(net_after_minor::numeric * rate_ppm / 1000000)
                     - floor(net_before_minor::numeric * rate_ppm / 1000000))
    """,
    """
    CREATE FUNCTION dividends_line_follows() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE agreement dividends_royaltyagreement%ROWTYPE; report dividends_salesreport%ROWTYPE;
            previous dividends_royaltyline%ROWTYPE;
    BEGIN
        SELECT * INTO agreement FROM dividends_royaltyagreement WHERE id = NEW.agreement_id;
        SELECT * INTO report FROM dividends_salesreport WHERE id = NEW.report_id;
        IF agreement.state <> 'approved' OR report.state <> 'approved' OR report.beer_id <> agreement.beer_id
           OR report.period_from < agreement.valid_from OR report.period_to > agreement.valid_to
           OR NEW.rate_ppm <> agreement.rate_ppm THEN
            PERFORM dividends_refuse('these sales earn nothing under this agreement', 'royalty_line_under_its_agreement');
        END IF;
        SELECT * INTO previous FROM dividends_royaltyline WHERE agreement_id = NEW.agreement_id
        ORDER BY position DESC LIMIT 1;
        IF NEW.position <> COALESCE(previous.position, 0) + 1
           OR NEW.net_before_minor <> COALESCE(previous.net_after_minor, 0)
           OR NEW.net_after_minor - NEW.net_before_minor <> report.net_minor THEN
            PERFORM dividends_refuse('the line does not follow the one before it', 'royalty_line_follows');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER royalty_line_follows BEFORE INSERT ON dividends_royaltyline "
    "FOR EACH ROW EXECUTE FUNCTION dividends_line_follows()",
    """
    CREATE FUNCTION dividends_parts_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT 1 FROM dividends_royaltyline line
            WHERE line.id IN (SELECT line_id FROM written)
              AND (line.earned_minor <> (SELECT sum(amount_minor) FROM dividends_royaltypart WHERE line_id = line.id)
                OR EXISTS (SELECT share.party_id FROM dividends_royaltyshare share
                           WHERE share.agreement_id = line.agreement_id
                           EXCEPT SELECT part.party_id FROM dividends_royaltypart part WHERE part.line_id = line.id)
                OR EXISTS (SELECT part.party_id FROM dividends_royaltypart part WHERE part.line_id = line.id
                           EXCEPT SELECT share.party_id FROM dividends_royaltyshare share
                           WHERE share.agreement_id = line.agreement_id))) THEN
            PERFORM dividends_refuse('the parts are not the whole', 'royalty_parts_add_up');
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER royalty_parts_add_up AFTER INSERT ON dividends_royaltypart REFERENCING NEW TABLE AS written "
    "FOR EACH STATEMENT EXECUTE FUNCTION dividends_parts_add_up()",
]
STATEMENT = [
    """
    CREATE FUNCTION dividends_royalty_statement_is_true() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE before dividends_royaltystatement%ROWTYPE; sums record; agreement dividends_royaltyagreement%ROWTYPE;
    BEGIN
        SELECT * INTO agreement FROM dividends_royaltyagreement WHERE id = NEW.agreement_id;
        SELECT * INTO before FROM dividends_royaltystatement
        WHERE agreement_id = NEW.agreement_id AND party_id = NEW.party_id ORDER BY last_position DESC LIMIT 1;
        IF NEW.previous_id IS DISTINCT FROM before.id OR NEW.opening_minor <> COALESCE(before.closing_minor, 0)
           OR NEW.first_position <> COALESCE(before.last_position, 0) + 1
           OR NEW.period_from <> COALESCE(before.period_to, agreement.valid_from) THEN
            PERFORM dividends_refuse('it does not open where the last one closed', 'royalty_statement_follows');
        END IF;
        SELECT count(*) AS lines, sum(report.units) AS units, sum(report.units_returned) AS units_returned,
               sum(report.gross_minor) AS gross, sum(report.returns_minor) AS returns,
               sum(report.discounts_minor) AS discounts, sum(report.tax_minor) AS tax,
               sum(line.earned_minor) AS earned, sum(part.amount_minor) AS part, max(report.period_to) AS sold_until
        INTO sums FROM dividends_royaltyline line JOIN dividends_salesreport report ON report.id = line.report_id
        JOIN dividends_royaltypart part ON part.line_id = line.id AND part.party_id = NEW.party_id
        WHERE line.agreement_id = NEW.agreement_id AND line.position BETWEEN NEW.first_position AND NEW.last_position;
        IF (NEW.last_position - NEW.first_position + 1, NEW.units, NEW.units_returned, NEW.gross_minor,
            NEW.returns_minor, NEW.discounts_minor, NEW.tax_minor, NEW.earned_minor, NEW.part_minor)
           IS DISTINCT FROM (sums.lines, sums.units, sums.units_returned, sums.gross, sums.returns, sums.discounts,
                             sums.tax, sums.earned, sums.part)
           OR sums.sold_until > NEW.period_to OR NEW.currency <> agreement.currency
           OR NEW.rate_ppm <> agreement.rate_ppm
           OR NOT EXISTS (SELECT 1 FROM dividends_royaltyshare share WHERE share.agreement_id = NEW.agreement_id
                          AND share.party_id = NEW.party_id AND share.numerator = NEW.numerator
                          AND share.denominator = NEW.denominator)
           OR NOT EXISTS (SELECT 1 FROM dividends_royaltyround issue WHERE issue.id = NEW.round_id
                          AND (issue.currency, issue.period_to, issue.pay_on, issue.issued_on)
                            = (NEW.currency, NEW.period_to, NEW.pay_on, NEW.issued_on)) THEN
            PERFORM dividends_refuse('its figures are not those of the sales', 'royalty_statement_is_true');
        END IF;
        IF NEW.paid_minor > 0 AND NOT EXISTS (
            SELECT 1 FROM dividends_withholdingrule rule WHERE rule.id = NEW.withholding_rule_id
            AND rule.income = 'royalty' AND rule.rate_ppm = NEW.withheld_ppm
            AND NEW.withheld_minor = floor((NEW.opening_minor + NEW.part_minor)::numeric * rule.rate_ppm / 1000000 + 0.5))
        THEN
            PERFORM dividends_refuse('the tax is not what the rule says', 'royalty_statement_withholds_by_rule');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER royalty_statement_is_true BEFORE INSERT ON dividends_royaltystatement "
    "FOR EACH ROW EXECUTE FUNCTION dividends_royalty_statement_is_true()",
]
LINE = [
    """
    CREATE FUNCTION dividends_royalty_payout_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT 1 FROM payments_payout payout JOIN payments_payoutrun run ON run.id = payout.run_id
            JOIN dividends_royaltypayoutline line ON line.payout_id = payout.id
            JOIN dividends_royaltystatement owed ON owed.id = line.statement_id
            WHERE payout.id IN (SELECT payout_id FROM written)
            GROUP BY payout.id
            HAVING sum(owed.paid_minor) <> payout.amount_minor OR bool_or(owed.party_id <> payout.party_id)
                OR bool_or(owed.currency <> payout.currency) OR bool_or(payout.state <> 'ready')
                OR bool_or(run.purpose <> 'royalty')) THEN
            PERFORM dividends_refuse('a payout is the sum of what its party is owed', 'royalty_payout_adds_up');
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER royalty_payout_adds_up AFTER INSERT ON dividends_royaltypayoutline "
    "REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION dividends_royalty_payout_adds_up()",
    """
    CREATE FUNCTION dividends_royalty_line_is_released_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.statement_id, NEW.payout_id) IS DISTINCT FROM (OLD.statement_id, OLD.payout_id)
           OR OLD.released_at IS NOT NULL THEN
            PERFORM dividends_refuse('a line is released once and never changed', 'royalty_payout_line_released_once');
        END IF;
        IF NEW.released_at IS NOT NULL AND EXISTS (
            SELECT 1 FROM payments_payout payout WHERE payout.id = NEW.payout_id
            AND payout.state NOT IN ('failed', 'returned', 'held', 'cancelled')) THEN
            PERFORM dividends_refuse('what is on its way is not owed again', 'royalty_payout_line_released_after_the_end');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER royalty_payout_line_is_released_once BEFORE UPDATE ON dividends_royaltypayoutline "
    "FOR EACH ROW EXECUTE FUNCTION dividends_royalty_line_is_released_once()",
]
BEER = [
    """
    CREATE FUNCTION dividends_sold_beer_keeps_its_sku() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (to_jsonb(NEW) - 'name') <> (to_jsonb(OLD) - 'name') THEN
            PERFORM dividends_refuse('what a beer is counted by never changes', 'sold_beer_keeps_its_sku');
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER sold_beer_keeps_its_sku BEFORE UPDATE ON dividends_soldbeer "
    "FOR EACH ROW EXECUTE FUNCTION dividends_sold_beer_keeps_its_sku()",
]


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_user_name'),
        ('beers', '0002_laws'),
        ('core', '0003_books'),
        ('dividends', '0002_laws'),
        ('ledger', '0002_books'),
        ('payments', '0004_bank_mandates_and_payouts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name='RoyaltyAgreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.ids.PublicIdField(default=core.ids.new_public_id, editable=False, max_length=22, unique=True)),
                ('currency', models.CharField(max_length=3)),
                ('base', models.CharField(max_length=300)),
                ('base_vi', models.CharField(max_length=300)),
                ('rate_ppm', models.PositiveIntegerField()),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('minimum_minor', models.BigIntegerField()),
                ('reference', models.CharField(max_length=120)),
                ('terms_sha256', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('proposed', 'waits for a director'), ('approved', 'in force'), ('dropped', 'laid aside')], default='proposed', max_length=12)),
                ('made_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(null=True)),
                ('dropped_at', models.DateTimeField(null=True)),
                ('drop_reason', models.CharField(blank=True, default='', max_length=300)),
                ('adoption', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='royalty_agreements', to='beers.adoption')),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dropped_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='RoyaltyRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.ids.PublicIdField(default=core.ids.new_public_id, editable=False, max_length=22, unique=True)),
                ('currency', models.CharField(max_length=3)),
                ('period_to', models.DateField()),
                ('pay_on', models.DateField()),
                ('issued_on', models.DateField()),
                ('issued_at', models.DateTimeField()),
                ('statements_count', models.PositiveIntegerField()),
                ('paid_total_minor', models.BigIntegerField()),
                ('withheld_total_minor', models.BigIntegerField()),
                ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('job', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='royalty_round', to='core.job')),
            ],
        ),
        migrations.CreateModel(
            name='RoyaltyShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('numerator', models.PositiveIntegerField()),
                ('denominator', models.PositiveIntegerField()),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='dividends.royaltyagreement')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='royalty_shares', to='accounts.party')),
            ],
        ),
        migrations.CreateModel(
            name='RoyaltyStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.ids.PublicIdField(default=core.ids.new_public_id, editable=False, max_length=22, unique=True)),
                ('check_code', core.ids.PublicIdField(default=core.ids.new_public_id, editable=False, max_length=22, unique=True)),
                ('number', models.PositiveIntegerField(unique=True)),
                ('beer_name', models.CharField(max_length=60)),
                ('period_from', models.DateField()),
                ('period_to', models.DateField()),
                ('first_position', models.PositiveIntegerField()),
                ('last_position', models.PositiveIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('opening_minor', models.BigIntegerField()),
                ('units', models.BigIntegerField()),
                ('units_returned', models.BigIntegerField()),
                ('gross_minor', models.BigIntegerField()),
                ('returns_minor', models.BigIntegerField()),
                ('discounts_minor', models.BigIntegerField()),
                ('tax_minor', models.BigIntegerField()),
                ('net_minor', models.BigIntegerField()),
                ('rate_ppm', models.PositiveIntegerField()),
                ('earned_minor', models.BigIntegerField()),
                ('numerator', models.PositiveIntegerField()),
                ('denominator', models.PositiveIntegerField()),
                ('part_minor', models.BigIntegerField()),
                ('country', models.CharField(blank=True, default='', max_length=2)),
                ('withheld_ppm', models.PositiveIntegerField(default=0)),
                ('withheld_minor', models.BigIntegerField()),
                ('paid_minor', models.BigIntegerField()),
                ('closing_minor', models.BigIntegerField()),
                ('way', models.CharField(choices=[('bank', 'goes to the bank account'), ('waiting', 'waits for bank details'), ('held', 'waits until new bank details may be used'), ('kept', 'carried to the next statement, being below the minimum'), ('owed', 'carried to the next statement and never asked back'), ('nothing', 'nothing to pay')], max_length=8)),
                ('ending', models.CharField(blank=True, default='', max_length=4)),
                ('pay_on', models.DateField()),
                ('language', models.CharField(max_length=2)),
                ('issued_on', models.DateField()),
                ('issued_at', models.DateTimeField()),
                ('facts_sha256', models.CharField(max_length=64)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='dividends.royaltyagreement')),
                ('entry', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='royalty_statements', to='accounts.party')),
                ('previous', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='next', to='dividends.royaltystatement')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='dividends.royaltyround')),
                ('withholding_rule', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dividends.withholdingrule')),
            ],
        ),
        migrations.CreateModel(
            name='RoyaltyPayoutLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('released_at', models.DateTimeField(null=True)),
                ('payout', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='royalty_lines', to='payments.payout')),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payout_lines', to='dividends.royaltystatement')),
            ],
        ),
        migrations.CreateModel(
            name='RoyaltyStatementFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64)),
                ('size_bytes', models.PositiveIntegerField()),
                ('made_at', models.DateTimeField()),
                ('statement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='file', to='dividends.royaltystatement')),
            ],
        ),
        migrations.CreateModel(
            name='SalesReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.ids.PublicIdField(default=core.ids.new_public_id, editable=False, max_length=22, unique=True)),
                ('kind', models.CharField(choices=[('sales', 'sales of a period'), ('returns', 'beer that came back later'), ('correction', 'correction of a figure')], max_length=12)),
                ('period_from', models.DateField()),
                ('period_to', models.DateField()),
                ('currency', models.CharField(max_length=3)),
                ('units', models.BigIntegerField()),
                ('units_returned', models.BigIntegerField()),
                ('gross_minor', models.BigIntegerField()),
                ('returns_minor', models.BigIntegerField()),
                ('discounts_minor', models.BigIntegerField()),
                ('tax_minor', models.BigIntegerField()),
                ('net_minor', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('gross_minor'), '-', models.F('returns_minor')), '-', models.F('discounts_minor')), '-', models.F('tax_minor')), output_field=models.BigIntegerField())),
                ('note', models.CharField(blank=True, default='', max_length=300)),
                ('content_sha256', models.CharField(max_length=64)),
                ('source_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('source_row', models.PositiveIntegerField(null=True)),
                ('state', models.CharField(choices=[('entered', 'waits for a second person'), ('approved', 'approved'), ('dropped', 'laid aside')], default='entered', max_length=12)),
                ('entered_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(null=True)),
                ('dropped_at', models.DateTimeField(null=True)),
                ('drop_reason', models.CharField(blank=True, default='', max_length=300)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('corrects', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='dividends.salesreport')),
                ('dropped_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='RoyaltyLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('rate_ppm', models.PositiveIntegerField()),
                ('net_before_minor', models.BigIntegerField()),
                ('net_after_minor', models.BigIntegerField()),
                ('earned_minor', models.BigIntegerField()),
                ('accrued_at', models.DateTimeField()),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='dividends.royaltyagreement')),
                ('entry', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='royalty_lines', to='dividends.salesreport')),
            ],
        ),
        migrations.CreateModel(
            name='SoldBeer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', core.ids.PublicIdField(default=core.ids.new_public_id, editable=False, max_length=22, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('sku', models.CharField(max_length=32)),
                ('currency', models.CharField(max_length=3)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recipe', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='beers.recipe')),
            ],
        ),
        migrations.AddField(
            model_name='salesreport',
            name='beer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='dividends.soldbeer'),
        ),
        migrations.AddField(
            model_name='royaltyagreement',
            name='beer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='dividends.soldbeer'),
        ),
        migrations.CreateModel(
            name='RoyaltyPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_minor', models.BigIntegerField()),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='dividends.royaltyline')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='royalty_parts', to='accounts.party')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('line', 'party'), name='royalty_part_once_per_creator')],
            },
        ),
        migrations.AddConstraint(
            model_name='royaltyround',
            constraint=models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='royalty_round_currency_is_code'),
        ),
        migrations.AddConstraint(
            model_name='royaltyround',
            constraint=models.CheckConstraint(condition=models.Q(('statements_count__gt', 0)), name='royalty_round_issues_something'),
        ),
        migrations.AddConstraint(
            model_name='royaltyround',
            constraint=models.CheckConstraint(condition=models.Q(('pay_on__gte', models.F('issued_on'))), name='royalty_round_pays_after_it_is_issued'),
        ),
        migrations.AddConstraint(
            model_name='royaltyshare',
            constraint=models.UniqueConstraint(fields=('agreement', 'party'), name='royalty_share_once_per_creator'),
        ),
        migrations.AddConstraint(
            model_name='royaltyshare',
            constraint=models.UniqueConstraint(fields=('agreement', 'position'), name='royalty_share_in_order'),
        ),
        migrations.AddConstraint(
            model_name='royaltyshare',
            constraint=models.CheckConstraint(condition=models.Q(('denominator__lte', 1000000), ('numerator__gt', 0), ('numerator__lte', models.F('denominator'))), name='royalty_share_is_a_fraction'),
        ),
        migrations.AddConstraint(
            model_name='royaltyshare',
            constraint=models.CheckConstraint(condition=models.Q(('position__gte', 1), ('position__lte', 16)), name='royalty_share_of_few'),
        ),
        migrations.AddIndex(
            model_name='royaltystatement',
            index=models.Index(fields=['party', '-id'], name='royalty_statement_of_party'),
        ),
        migrations.AddConstraint(
            model_name='royaltystatement',
            constraint=models.UniqueConstraint(fields=('agreement', 'party', 'first_position'), name='royalty_statement_covers_sales_once'),
        ),
        migrations.AddConstraint(
            model_name='royaltystatement',
            constraint=models.CheckConstraint(condition=models.Q(('number__gt', 0)), name='royalty_statement_number_positive'),
        ),
        migrations.AddConstraint(
            model_name='royaltystatement',
            constraint=models.CheckConstraint(condition=models.Q(('closing_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('opening_minor'), '+', models.F('part_minor')), '-', models.F('withheld_minor')), '-', models.F('paid_minor'))), ('net_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('gross_minor'), '-', models.F('returns_minor')), '-', models.F('discounts_minor')), '-', models.F('tax_minor')))), name='royalty_statement_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='royaltystatement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('paid_minor', 0), ('withheld_minor', 0)), models.Q(('closing_minor', 0), ('country__regex', '^[A-Z]{2}$'), ('paid_minor__gt', 0), ('withheld_minor__gte', 0), ('withholding_rule__isnull', False)), _connector='OR'), name='royalty_statement_pays_all_or_nothing'),
        ),
        migrations.AddConstraint(
            model_name='royaltystatement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('paid_minor__gt', 0), ('way__in', ['bank', 'waiting', 'held'])), models.Q(('closing_minor__gt', 0), ('paid_minor', 0), ('way', 'kept')), models.Q(('closing_minor__lt', 0), ('paid_minor', 0), ('way', 'owed')), models.Q(('closing_minor', 0), ('paid_minor', 0), ('way', 'nothing')), _connector='OR'), name='royalty_statement_way_fits_its_sum'),
        ),
        migrations.AddConstraint(
            model_name='royaltystatement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('entry__isnull', True), ('withheld_minor', 0)), models.Q(('entry__isnull', False), ('withheld_minor__gt', 0)), _connector='OR'), name='royalty_statement_booked_when_withheld'),
        ),
        migrations.AddConstraint(
            model_name='royaltystatement',
            constraint=models.CheckConstraint(condition=models.Q(('first_position__lte', models.F('last_position')), ('period_from__lte', models.F('period_to'))), name='royalty_statement_period_runs_forward'),
        ),
        migrations.AddConstraint(
            model_name='royaltystatement',
            constraint=models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$'), ('facts_sha256__regex', '^[0-9a-f]{64}$')), name='royalty_statement_is_hashed'),
        ),
        migrations.AddConstraint(
            model_name='royaltypayoutline',
            constraint=models.UniqueConstraint(condition=models.Q(('released_at__isnull', True)), fields=('statement',), name='royalty_payout_pays_once'),
        ),
        migrations.AddConstraint(
            model_name='royaltypayoutline',
            constraint=models.UniqueConstraint(fields=('payout', 'statement'), name='royalty_payout_line_once'),
        ),
        migrations.AddConstraint(
            model_name='royaltyline',
            constraint=models.UniqueConstraint(fields=('agreement', 'report'), name='royalty_line_once_per_report'),
        ),
        migrations.AddConstraint(
            model_name='royaltyline',
            constraint=models.UniqueConstraint(fields=('agreement', 'position'), name='royalty_line_in_order'),
        ),
        migrations.AddConstraint(
            model_name='royaltyline',
            constraint=models.CheckConstraint(condition=models.Q(('net_after_minor__gte', 0), ('net_before_minor__gte', 0), ('position__gt', 0)), name='royalty_line_never_below_nil'),
        ),
        migrations.AddConstraint(
            model_name='soldbeer',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='sold_beer_named_once'),
        ),
        migrations.AddConstraint(
            model_name='soldbeer',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('sku'), name='sold_beer_sku_once'),
        ),
        migrations.AddConstraint(
            model_name='soldbeer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('sku', ''), _negated=True)), name='sold_beer_has_name_and_sku'),
        ),
        migrations.AddConstraint(
            model_name='soldbeer',
            constraint=models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='sold_beer_currency_is_code'),
        ),
        migrations.AddIndex(
            model_name='salesreport',
            index=models.Index(fields=['beer', 'period_from'], name='report_of_beer'),
        ),
        migrations.AddConstraint(
            model_name='salesreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'entered'), ('approved_at__isnull', True), ('approved_by__isnull', True), ('drop_reason', ''), ('dropped_at__isnull', True), ('dropped_by__isnull', True)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), ('state', 'approved'), ('drop_reason', ''), ('dropped_at__isnull', True), ('dropped_by__isnull', True)), models.Q(('state', 'dropped'), ('approved_at__isnull', True), ('approved_by__isnull', True), ('dropped_at__isnull', False), ('dropped_by__isnull', False), models.Q(('drop_reason', ''), _negated=True)), _connector='OR'), name='report_decided_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='salesreport',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by', models.F('entered_by')), _negated=True), name='report_approved_by_another'),
        ),
        migrations.AddConstraint(
            model_name='salesreport',
            constraint=models.CheckConstraint(condition=models.Q(('period_from__lt', models.F('period_to'))), name='report_period_runs_forward'),
        ),
        migrations.AddConstraint(
            model_name='salesreport',
            constraint=models.CheckConstraint(condition=models.Q(('content_sha256__regex', '^[0-9a-f]{64}$')), name='report_is_hashed'),
        ),
        migrations.AddConstraint(
            model_name='salesreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('corrects__isnull', True), ('discounts_minor__gte', 0), ('gross_minor__gte', 0), ('kind', 'sales'), ('returns_minor__gte', 0), ('tax_minor__gte', 0), ('units__gte', 0), ('units_returned__gte', 0)), models.Q(('corrects__isnull', False), ('discounts_minor__lte', 0), ('gross_minor', 0), ('kind', 'returns'), ('returns_minor__gt', 0), ('tax_minor__lte', 0), ('units', 0), ('units_returned__gte', 0)), models.Q(('corrects__isnull', False), ('kind', 'correction'), models.Q(('note', ''), _negated=True)), _connector='OR'), name='report_figures_fit_its_kind'),
        ),
        migrations.AddConstraint(
            model_name='salesreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('source_row__isnull', True), ('source_sha256', '')), models.Q(('source_row__gt', 0), ('source_sha256__regex', '^[0-9a-f]{64}$')), _connector='OR'), name='report_source_names_its_row'),
        ),
        migrations.AddConstraint(
            model_name='salesreport',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('kind', 'sales'), models.Q(('state', 'dropped'), _negated=True)), expressions=[(models.F('beer'), '='), (dividends.models.royalty.DateRange('period_from', 'period_to'), '&&')], name='report_sales_said_once'),
        ),
        migrations.AddConstraint(
            model_name='salesreport',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'dropped'), _negated=True), fields=('content_sha256',), name='report_not_entered_twice'),
        ),
        migrations.AddConstraint(
            model_name='royaltyagreement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'proposed'), ('approved_at__isnull', True), ('approved_by__isnull', True), ('drop_reason', ''), ('dropped_at__isnull', True), ('dropped_by__isnull', True)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), ('state', 'approved'), ('drop_reason', ''), ('dropped_at__isnull', True), ('dropped_by__isnull', True)), models.Q(('state', 'dropped'), ('approved_at__isnull', True), ('approved_by__isnull', True), ('dropped_at__isnull', False), ('dropped_by__isnull', False), models.Q(('drop_reason', ''), _negated=True)), _connector='OR'), name='agreement_decided_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='royaltyagreement',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by', models.F('made_by')), _negated=True), name='agreement_approved_by_another'),
        ),
        migrations.AddConstraint(
            model_name='royaltyagreement',
            constraint=models.CheckConstraint(condition=models.Q(('rate_ppm__gt', 0), ('rate_ppm__lte', 1000000)), name='agreement_rate_within_all'),
        ),
        migrations.AddConstraint(
            model_name='royaltyagreement',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='agreement_runs_forward'),
        ),
        migrations.AddConstraint(
            model_name='royaltyagreement',
            constraint=models.CheckConstraint(condition=models.Q(('minimum_minor__gte', 0)), name='agreement_minimum_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='royaltyagreement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('base', ''), _negated=True), models.Q(('base_vi', ''), _negated=True), models.Q(('reference', ''), _negated=True), ('terms_sha256__regex', '^[0-9a-f]{64}$')), name='agreement_says_its_base_and_reference'),
        ),
        migrations.AddConstraint(
            model_name='royaltyagreement',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state', 'approved')), expressions=[(models.F('adoption'), '='), (dividends.models.royalty.DateRange('valid_from', 'valid_to'), '&&')], name='agreement_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='royaltyagreement',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('adoption',), name='agreement_one_proposal_waits'),
        ),
        migrations.RunSQL([*AGREEMENT, *REPORT, *EARNED, *STATEMENT, *LINE, *BEER]),
        *never_deleted("dividends_soldbeer"),
        *never_deleted("dividends_royaltyagreement"),
        *append_only("dividends_royaltyshare"),
        *never_deleted("dividends_salesreport"),
        *append_only("dividends_royaltyline"),
        *append_only("dividends_royaltypart"),
        *append_only("dividends_royaltyround"),
        *append_only("dividends_royaltystatement"),
        *append_only("dividends_royaltystatementfile"),
        *never_deleted("dividends_royaltypayoutline"),
    ]
