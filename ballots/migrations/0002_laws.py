"""What a ballot may never do, said to PostgreSQL itself.

Note [Door]: every vote holds the contest's advisory lock shared until it is committed, and closing takes it alone. So
nobody waits for another voter, and once a contest is closed no vote is still on its way: what was in the box is what
is handed over. The moment of closing is taken behind the door too, so no vote in the box is later than it.
"""

from django.db import migrations

from core.books import append_only, never_deleted

BOOKS = [
    "ballots_roll",
    "ballots_rollentry",
    "ballots_scrutineer",
    "ballots_checkpoint",
    "ballots_handover",
    "ballots_opening",
    "ballots_paper",
    "ballots_namedvote",
    "ballots_spoiledenvelope",
    "ballots_count",
    "ballots_promisenews",
]
NEVER_DELETED = ["ballots_envelope", "ballots_logleaf", "ballots_challenge"]

REFUSE = """
CREATE FUNCTION ballots_refuse(law text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'refused by the law of ballots: %', law USING ERRCODE = 'check_violation', CONSTRAINT = law;
END $$
"""
# The class number of the advisory lock is arbitrary, and the same everywhere.
DOOR = """
CREATE FUNCTION ballots_door() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 20260626'
"""
CONTEST_WAY = """
CREATE FUNCTION ballots_contest_goes_forward() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    way CONSTANT text[] := ARRAY['draft', 'frozen', 'open', 'closed', 'opened', 'counted', 'declared'];
    moves CONSTANT text[] := ARRAY['state', 'opened_at', 'opened_by_id', 'closes_at', 'closed_at', 'closed_by_id',
        'taken_in_at', 'counted_at', 'declared_at', 'declared_by_id', 'revealed_rounds'];
    step integer := array_position(way, NEW.state::text) - array_position(way, OLD.state::text);
BEGIN
    IF step NOT IN (0, 1) THEN
        PERFORM ballots_refuse('contest_goes_forward_step_by_step');
    END IF;
    IF OLD.state <> 'draft' AND (to_jsonb(OLD) - moves) IS DISTINCT FROM (to_jsonb(NEW) - moves) THEN
        PERFORM ballots_refuse('contest_rules_frozen');
    END IF;
    IF OLD.closed_at IS NOT NULL AND (OLD.closes_at, OLD.closed_at) IS DISTINCT FROM (NEW.closes_at, NEW.closed_at) THEN
        PERFORM ballots_refuse('contest_closing_stands');
    END IF;
    IF NEW.revealed_rounds < OLD.revealed_rounds THEN
        PERFORM ballots_refuse('contest_reveals_forward');
    END IF;
    IF OLD.state = 'open' AND NEW.state = 'closed' THEN
        PERFORM pg_advisory_xact_lock(ballots_door(), NEW.id::integer);
        NEW.closed_at := kilderkin_now();
        NEW.closes_at := LEAST(OLD.closes_at, NEW.closed_at);
    END IF;
    RETURN NEW;
END $$
"""
CONTEST_BORN = """
CREATE FUNCTION ballots_contest_born_or_dropped_as_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ballots_refuse('contest_born_or_dropped_as_draft');
    RETURN NULL;
END $$
"""
OPTIONS = """
CREATE FUNCTION ballots_options_are_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN touched := OLD.contest_id; ELSE touched := NEW.contest_id; END IF;
    IF (SELECT state FROM ballots_contest WHERE id = touched) <> 'draft' THEN
        PERFORM ballots_refuse('contest_options_frozen');
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$
"""
# The moment is the database's, taken behind the door: a vote sent at the closing second is in or out by this alone.
ENVELOPE = """
CREATE FUNCTION ballots_envelope_within_opening() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE contest record;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(ballots_door(), NEW.contest_id::integer);
    SELECT state, roll_id, opened_at, closes_at INTO contest FROM ballots_contest WHERE id = NEW.contest_id;
    NEW.received_at := kilderkin_now();
    IF contest.state <> 'open' OR NEW.received_at < contest.opened_at
       OR (contest.closes_at IS NOT NULL AND NEW.received_at >= contest.closes_at) THEN
        PERFORM ballots_refuse('envelope_within_opening');
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT FROM ballots_rollentry WHERE id = NEW.entry_id AND roll_id = contest.roll_id) THEN
            PERFORM ballots_refuse('envelope_of_this_roll');
        END IF;
    ELSIF (OLD.contest_id, OLD.entry_id) <> (NEW.contest_id, NEW.entry_id) THEN
        PERFORM ballots_refuse('envelope_stays_where_it_is');
    ELSIF NEW.caster_position > OLD.caster_position THEN
        PERFORM ballots_refuse('envelope_of_the_first_named');
    END IF;
    RETURN NEW;
END $$
"""
LEAF = """
CREATE FUNCTION ballots_leaf_is_placed_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.position IS NOT NULL OR (to_jsonb(OLD) - 'position') IS DISTINCT FROM (to_jsonb(NEW) - 'position') THEN
        PERFORM ballots_refuse('leaf_placed_once');
    END IF;
    RETURN NEW;
END $$
"""
OUT_OF_THE_BOX = """
CREATE FUNCTION ballots_opened_after_the_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added JOIN ballots_contest contest ON contest.id = added.contest_id
               WHERE contest.state <> 'closed') THEN
        PERFORM ballots_refuse('papers_only_after_the_close');
    END IF;
    RETURN NULL;
END $$
"""
NAMED = """
CREATE FUNCTION ballots_named_votes_within_the_roll() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added JOIN ballots_rollentry entry ON entry.id = added.entry_id
               JOIN ballots_contest contest ON contest.id = added.contest_id
               WHERE entry.roll_id <> contest.roll_id
                  OR added.for_votes + added.against_votes + added.withheld_votes > entry.votes) THEN
        PERFORM ballots_refuse('named_votes_within_the_roll');
    END IF;
    RETURN NULL;
END $$
"""
TRIGGERS = [
    "CREATE TRIGGER contest_goes_forward BEFORE UPDATE ON ballots_contest FOR EACH ROW "
    "EXECUTE FUNCTION ballots_contest_goes_forward()",
    "CREATE TRIGGER contest_born_as_draft BEFORE INSERT ON ballots_contest FOR EACH ROW "
    "WHEN (NEW.state <> 'draft') EXECUTE FUNCTION ballots_contest_born_or_dropped_as_draft()",
    "CREATE TRIGGER contest_dropped_as_draft BEFORE DELETE ON ballots_contest FOR EACH ROW "
    "WHEN (OLD.state <> 'draft') EXECUTE FUNCTION ballots_contest_born_or_dropped_as_draft()",
    "CREATE TRIGGER options_frozen BEFORE INSERT OR UPDATE OR DELETE ON ballots_option FOR EACH ROW "
    "EXECUTE FUNCTION ballots_options_are_frozen()",
    "CREATE TRIGGER envelope_within_opening BEFORE INSERT OR UPDATE ON ballots_envelope FOR EACH ROW "
    "EXECUTE FUNCTION ballots_envelope_within_opening()",
    "CREATE TRIGGER leaf_placed_once BEFORE UPDATE ON ballots_logleaf FOR EACH ROW "
    "EXECUTE FUNCTION ballots_leaf_is_placed_once()",
    *(
        f"CREATE TRIGGER {table}_after_the_close AFTER INSERT ON ballots_{table} REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION ballots_opened_after_the_close()"
        for table in ("handover", "paper", "namedvote", "spoiledenvelope", "opening")
    ),
    "CREATE TRIGGER namedvote_within_the_roll AFTER INSERT ON ballots_namedvote REFERENCING NEW TABLE AS added "
    "FOR EACH STATEMENT EXECUTE FUNCTION ballots_named_votes_within_the_roll()",
]


class Migration(migrations.Migration):
    dependencies = [("ballots", "0001_rolls_contests_box"), ("core", "0003_books")]
    operations = [
        migrations.RunSQL(
            [REFUSE, DOOR, CONTEST_WAY, CONTEST_BORN, OPTIONS, ENVELOPE, LEAF, OUT_OF_THE_BOX, NAMED, *TRIGGERS]
        ),
        *(operation for table in BOOKS for operation in append_only(table)),
        *(operation for table in NEVER_DELETED for operation in never_deleted(table)),
    ]
