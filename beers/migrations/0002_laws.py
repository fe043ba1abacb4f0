"""What ideas may never do, said to PostgreSQL itself where one row cannot tell."""

from django.db import migrations

from core.books import append_only, never_deleted

FITS_ITS_CALL = [
    """
    CREATE FUNCTION beers_proposal_fits_its_call() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.recipe_id IS NOT NULL) <> (SELECT kind = 'recipe' FROM beers_call WHERE id = NEW.call_id) THEN
            RAISE EXCEPTION 'a call for recipes takes recipes, a call for names takes names'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_fits_its_call';
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER proposal_fits_its_call BEFORE INSERT ON beers_proposal FOR EACH ROW "
    "EXECUTE FUNCTION beers_proposal_fits_its_call()",
]
# Supporters stood behind these words under this name; only the answer may come later, and a winner's answer stands.
ONLY_THE_ANSWER_CHANGES = [
    """
    CREATE FUNCTION beers_proposal_only_the_answer_changes() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE answer text[] := ARRAY['state', 'answer_reason', 'answer_reason_vi', 'answered_at', 'answered_by_id',
                                   'merged_into_id'];
    BEGIN
        IF (to_jsonb(OLD) - answer) IS DISTINCT FROM (to_jsonb(NEW) - answer) THEN
            RAISE EXCEPTION 'only the answer to an idea can change'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_only_the_answer_changes';
        END IF;
        IF EXISTS (SELECT FROM beers_adoption WHERE proposal_id = NEW.id) THEN
            RAISE EXCEPTION 'the answer to an idea that won stands'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_that_won_stands';
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER proposal_only_the_answer_changes BEFORE UPDATE ON beers_proposal FOR EACH ROW "
    "EXECUTE FUNCTION beers_proposal_only_the_answer_changes()",
]
# One step at most from an idea to the one it was taken together with, so that nobody has to follow a chain.
MERGES_ARE_FLAT = [
    """
    CREATE FUNCTION beers_proposal_merges_are_flat() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (
            SELECT FROM beers_proposal
            WHERE id = NEW.merged_into_id AND call_id = NEW.call_id AND state IN ('open', 'shortlisted')
        ) OR EXISTS (SELECT FROM beers_proposal WHERE merged_into_id = NEW.id) THEN
            RAISE EXCEPTION 'an idea joins one that stands, of the same call'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_merges_are_flat';
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER proposal_merges_are_flat BEFORE INSERT OR UPDATE ON beers_proposal FOR EACH ROW "
    "WHEN (NEW.state = 'merged') EXECUTE FUNCTION beers_proposal_merges_are_flat()",
]
SUPPORT = [
    """
    CREATE FUNCTION beers_support_is_of_another_person() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (SELECT kind <> 'person' FROM accounts_party WHERE id = NEW.party_id) THEN
            RAISE EXCEPTION 'only people support ideas'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'support_is_of_a_person';
        END IF;
        IF EXISTS (SELECT FROM beers_proposal WHERE id = NEW.proposal_id AND author_id = NEW.party_id) THEN
            RAISE EXCEPTION 'the author is no supporter'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'support_is_not_the_authors';
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER support_is_of_another_person BEFORE INSERT OR UPDATE ON beers_support FOR EACH ROW "
    "EXECUTE FUNCTION beers_support_is_of_another_person()",
]
ADOPTION = [
    """
    CREATE FUNCTION beers_adoption_is_of_the_shortlist() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (SELECT state <> 'shortlisted' FROM beers_proposal WHERE id = NEW.proposal_id) THEN
            RAISE EXCEPTION 'only what stood on the shortlist can win'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'adoption_is_of_the_shortlist';
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER adoption_is_of_the_shortlist BEFORE INSERT ON beers_adoption FOR EACH ROW "
    "EXECUTE FUNCTION beers_adoption_is_of_the_shortlist()",
]


# JSON is easily written wrong: each list has its size, its rows are objects with a name.
ROWS = [
    """
    ALTER TABLE beers_recipe ADD CONSTRAINT recipe_rows_are_lists CHECK (
        jsonb_typeof(malts) = 'array' AND jsonb_typeof(hops) = 'array' AND jsonb_typeof(yeast) = 'array'
        AND jsonb_path_match(malts, '$.size() >= 1 && $.size() <= 16')
        AND jsonb_path_match(hops, '$.size() >= 0 && $.size() <= 16')
        AND jsonb_path_match(yeast, '$.size() >= 1 && $.size() <= 16')
        AND NOT jsonb_path_exists(jsonb_build_array(malts, hops, yeast), '$[*][*] ? (!exists(@.name))')
    )
    """
]


class Migration(migrations.Migration):
    dependencies = [("beers", "0001_ideas"), ("core", "0003_books")]
    operations = [
        migrations.RunSQL(FITS_ITS_CALL + ONLY_THE_ANSWER_CHANGES + MERGES_ARE_FLAT + SUPPORT + ADOPTION + ROWS),
        *append_only("beers_recipe"),
        *append_only("beers_adoption"),
        *never_deleted("beers_call"),
        *never_deleted("beers_proposal"),
    ]
