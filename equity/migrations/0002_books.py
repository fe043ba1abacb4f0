"""What the register and an offer may never do, said to PostgreSQL itself."""

from django.db import migrations

from core.books import append_only, never_deleted

BOOKS = [
    "equity_registerbatch",
    "equity_registerentry",
    "equity_lot",
    "equity_lotend",
    "equity_memberparticulars",
    "equity_member",
    "equity_certificate",
    "equity_certificatefile",
    "equity_certificateend",
    "equity_offerdocument",
    "equity_offerapproval",
    "equity_rankingsignature",
    "equity_statementgiven",
    "equity_quizattempt",
    "equity_documentacceptance",
    "equity_allotmentline",
    "equity_jurisdictionprofile",
    "equity_profiletext",
]
NEVER_DELETED = ["equity_offer", "equity_application", "equity_allotmentbatch", "equity_registerhead"]

# An offer cannot open, by whatever way, while it hides who ranks ahead, last year's result, where the money lies or
# what it is for, or without somebody else's approval of it.
PUBLISH_GATE = [
    """
    CREATE FUNCTION equity_offer_opens_behind_gate() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE missing text;
    BEGIN
        SELECT CASE
            WHEN disclosure.id IS NULL OR disclosure.promotion_basis = '' THEN 'offer_open_has_promotion_basis'
            WHEN disclosure.preemption = '' THEN 'offer_open_has_preemption'
            WHEN (SELECT count(*) FROM equity_rankingline WHERE offer_id = NEW.id) = 0 THEN 'offer_open_has_ranking'
            WHEN (SELECT count(DISTINCT signed_by_id) FROM equity_rankingsignature WHERE offer_id = NEW.id) < 2
                THEN 'offer_open_has_ranking_signed_by_two'
            WHEN disclosure.accounts_profit_minor IS NULL OR disclosure.accounts_net_debt_minor IS NULL
                THEN 'offer_open_has_accounts'
            WHEN disclosure.price_basis = '' THEN 'offer_open_has_price_basis'
            WHEN (SELECT count(*) FROM equity_useofmoney WHERE offer_id = NEW.id) = 0 THEN 'offer_open_has_use_of_money'
            WHEN disclosure.money_held = '' THEN 'offer_open_says_where_money_lies'
            WHEN (SELECT count(*) FROM equity_offerdocument WHERE offer_id = NEW.id) = 0 THEN 'offer_open_has_document'
            WHEN (SELECT count(*) FROM equity_offerapproval WHERE offer_id = NEW.id) = 0 THEN 'offer_open_is_approved'
            WHEN (SELECT count(*) FROM equity_offercapacity WHERE offer_id = NEW.id AND cap_shares = NEW.cap_shares) = 0
                THEN 'offer_open_has_capacity'
        END INTO missing
        FROM (SELECT 1) one LEFT JOIN equity_offerdisclosure disclosure ON disclosure.offer_id = NEW.id;
        IF missing IS NOT NULL THEN
            RAISE EXCEPTION 'the offer cannot open: %', missing USING ERRCODE = 'check_violation', CONSTRAINT = missing;
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER offer_opens_behind_gate BEFORE UPDATE ON equity_offer FOR EACH ROW "
    "WHEN (OLD.state = 'draft' AND NEW.state <> 'draft') EXECUTE FUNCTION equity_offer_opens_behind_gate()",
    "CREATE TRIGGER offer_born_as_draft BEFORE INSERT ON equity_offer FOR EACH ROW "
    "WHEN (NEW.state <> 'draft') EXECUTE FUNCTION equity_offer_opens_behind_gate()",
]
# What was approved is what people see until the offer is over.
FROZEN_TERMS = [
    """
    CREATE FUNCTION equity_offer_terms_are_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (to_jsonb(OLD) - ARRAY['state', 'opened_at', 'opened_by_id', 'closed_at'])
           IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['state', 'opened_at', 'opened_by_id', 'closed_at']) THEN
            RAISE EXCEPTION 'the terms of an offer that was opened cannot change'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'offer_terms_frozen_once_open';
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER offer_terms_frozen BEFORE UPDATE ON equity_offer FOR EACH ROW "
    "WHEN (OLD.state <> 'draft') EXECUTE FUNCTION equity_offer_terms_are_frozen()",
    """
    CREATE FUNCTION equity_offer_page_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE touched bigint;
    BEGIN
        IF TG_OP = 'DELETE' THEN touched := OLD.offer_id; ELSE touched := NEW.offer_id; END IF;
        IF (SELECT state FROM equity_offer WHERE id = touched) <> 'draft' THEN
            RAISE EXCEPTION 'the page of an offer that was opened cannot change'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'offer_page_frozen_once_open';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END $$
    """,
    *(
        f"CREATE TRIGGER {table}_frozen BEFORE INSERT OR UPDATE OR DELETE ON equity_{table} FOR EACH ROW "
        "EXECUTE FUNCTION equity_offer_page_is_frozen()"
        for table in ("offerdisclosure", "rankingline", "useofmoney", "offerdocument")
    ),
]


class Migration(migrations.Migration):
    dependencies = [("equity", "0001_company_offers_register"), ("core", "0003_books")]
    operations = [
        migrations.RunSQL(PUBLISH_GATE + FROZEN_TERMS),
        *(operation for table in BOOKS for operation in append_only(table)),
        *(operation for table in NEVER_DELETED for operation in never_deleted(table)),
        migrations.RunSQL(
            [
                "INSERT INTO equity_registerhead (one, last_sequence, last_sha256, last_member_number) "
                "VALUES (true, 0, repeat('0', 64), 0)"
            ]
        ),
    ]
