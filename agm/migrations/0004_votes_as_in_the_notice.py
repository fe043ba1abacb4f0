"""What members were given notice of is what they vote on, and its scrutineer opens the envelopes."""

from django.db import migrations

MOVES = "ARRAY['state', 'roll_id', 'scrutineer_id', 'frozen_at', 'rules', 'rules_sha256']"
CONTEST = f"""
CREATE FUNCTION agm_contest_as_in_its_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(OLD) - {MOVES}) IS DISTINCT FROM (to_jsonb(NEW) - {MOVES}) AND EXISTS (
        SELECT FROM agm_agendaitem item JOIN agm_meeting meeting ON meeting.id = item.meeting_id
        WHERE item.contest_id = NEW.id AND meeting.state <> 'draft') THEN
        RAISE EXCEPTION 'a contest cannot change after the notice of its meeting'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'contest_as_in_its_notice';
    END IF;
    RETURN NEW;
END $$
"""
OPTION = """
CREATE FUNCTION agm_options_as_in_their_notice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN touched := OLD.contest_id; ELSE touched := NEW.contest_id; END IF;
    IF EXISTS (SELECT FROM agm_agendaitem item JOIN agm_meeting meeting ON meeting.id = item.meeting_id
               WHERE item.contest_id = touched AND meeting.state <> 'draft') THEN
        RAISE EXCEPTION 'the options of a contest cannot change after the notice of its meeting'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'contest_as_in_its_notice';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$
"""
SCRUTINEER = """
CREATE FUNCTION agm_scrutineer_as_in_the_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the scrutineer of a meeting stands in its notice'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'meeting_scrutineer_stands';
END $$
"""
TRIGGERS = [
    # Only what is still a draft: later the rules are frozen by the contest's own law.
    "CREATE TRIGGER contest_as_in_its_notice BEFORE UPDATE ON ballots_contest FOR EACH ROW "
    "WHEN (OLD.state = 'draft') EXECUTE FUNCTION agm_contest_as_in_its_notice()",
    "CREATE TRIGGER options_stand_as_in_their_notice BEFORE INSERT OR UPDATE OR DELETE ON ballots_option FOR EACH ROW "
    "EXECUTE FUNCTION agm_options_as_in_their_notice()",
    "CREATE TRIGGER meeting_scrutineer_stands BEFORE UPDATE ON agm_meeting FOR EACH ROW "
    "WHEN (OLD.state <> 'draft' AND OLD.scrutineer_id IS DISTINCT FROM NEW.scrutineer_id) "
    "EXECUTE FUNCTION agm_scrutineer_as_in_the_notice()",
]


class Migration(migrations.Migration):
    dependencies = [("agm", "0003_notice_address"), ("ballots", "0004_box_laws")]
    operations = [migrations.RunSQL([CONTEST, OPTION, SCRUTINEER, *TRIGGERS])]
