"""Two more laws of the box: an envelope is what its hash says, and the log takes leaves only while votes are taken."""

from django.db import migrations

ENVELOPE_HASH = """
ALTER TABLE ballots_envelope ADD CONSTRAINT envelope_is_what_its_hash_says
    CHECK (sha256 = encode(sha256(sealed), 'hex'))
"""
LEAF = """
CREATE FUNCTION ballots_leaf_within_opening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.position IS NOT NULL OR NOT EXISTS (
        SELECT FROM ballots_contest contest WHERE contest.id = NEW.contest_id AND contest.state = 'open') THEN
        PERFORM ballots_refuse('leaf_within_opening');
    END IF;
    RETURN NULL;
END $$
"""
TRIGGERS = [
    # After, not before: a vote that is sent again after the close inserts nothing and still gets its receipt.
    "CREATE TRIGGER leaf_within_opening AFTER INSERT ON ballots_logleaf FOR EACH ROW "
    "EXECUTE FUNCTION ballots_leaf_within_opening()",
    # An envelope whose bytes change without a new leaf would be one that no receipt speaks of.
    """
    CREATE FUNCTION ballots_envelope_is_in_the_log() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM ballots_logleaf leaf
                       WHERE leaf.contest_id = NEW.contest_id AND leaf.sha256 = NEW.sha256) THEN
            PERFORM ballots_refuse('envelope_in_the_log');
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER envelope_in_the_log AFTER INSERT OR UPDATE ON ballots_envelope FOR EACH ROW "
    "EXECUTE FUNCTION ballots_envelope_is_in_the_log()",
]


class Migration(migrations.Migration):
    dependencies = [("ballots", "0003_publication")]
    operations = [migrations.RunSQL([ENVELOPE_HASH, LEAF, *TRIGGERS])]
