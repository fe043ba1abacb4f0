"""What a meeting may never do, said to PostgreSQL itself: what members were given notice of is what they get."""

from django.db import migrations

from core.books import append_only, never_deleted

MEETING = """
CREATE FUNCTION agm_meeting_goes_forward() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    way CONSTANT text[] := ARRAY['draft', 'noticed', 'in_session', 'ended'];
    moves CONSTANT text[] := ARRAY['state', 'noticed_at', 'roll_id', 'scrutineer_id', 'opened_at', 'opened_by_id',
        'qualifying_persons', 'ended_at', 'ended_by_id'];
    law text;
BEGIN
    law := CASE
        WHEN array_position(way, NEW.state::text) - array_position(way, OLD.state::text) NOT IN (0, 1)
            THEN 'meeting_goes_forward_step_by_step'
        WHEN OLD.state <> 'draft' AND (to_jsonb(OLD) - moves) IS DISTINCT FROM (to_jsonb(NEW) - moves)
            THEN 'meeting_as_in_its_notice'
        WHEN OLD.roll_id IS NOT NULL AND OLD.roll_id IS DISTINCT FROM NEW.roll_id THEN 'meeting_roll_stands'
        WHEN OLD.roll_id IS NOT NULL AND OLD.scrutineer_id IS DISTINCT FROM NEW.scrutineer_id
            THEN 'meeting_scrutineer_stands'
        WHEN OLD.state = 'draft' AND NEW.state = 'noticed'
             AND NOT EXISTS (SELECT FROM agm_notice WHERE meeting_id = NEW.id) THEN 'meeting_noticed_by_a_notice'
        END;
    IF law IS NOT NULL THEN
        RAISE EXCEPTION 'refused by the law of meetings: %', law USING ERRCODE = 'check_violation', CONSTRAINT = law;
    END IF;
    RETURN NEW;
END $$
"""
AGENDA = """
CREATE FUNCTION agm_agenda_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN touched := OLD.meeting_id; ELSE touched := NEW.meeting_id; END IF;
    IF (SELECT state FROM agm_meeting WHERE id = touched) <> 'draft' THEN
        RAISE EXCEPTION 'the agenda of a meeting cannot change after its notice'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agenda_as_in_its_notice';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$
"""
TRIGGERS = [
    "CREATE TRIGGER meeting_goes_forward BEFORE UPDATE ON agm_meeting FOR EACH ROW "
    "EXECUTE FUNCTION agm_meeting_goes_forward()",
    "CREATE TRIGGER agenda_frozen BEFORE INSERT OR UPDATE OR DELETE ON agm_agendaitem FOR EACH ROW "
    "EXECUTE FUNCTION agm_agenda_is_frozen()",
]


class Migration(migrations.Migration):
    dependencies = [("agm", "0001_meetings"), ("ballots", "0002_laws"), ("core", "0003_books")]
    operations = [
        migrations.RunSQL([MEETING, AGENDA, *TRIGGERS]),
        *append_only("agm_notice"),
        *never_deleted("agm_noticedelivery"),
    ]
