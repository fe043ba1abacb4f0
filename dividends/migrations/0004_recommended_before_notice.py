"""Directors recommend before notice of the meeting is given, so that members read the figure in what they are sent."""

from django.db import migrations

# The meeting is locked: notice given at the same moment waits for the recommendation, or refuses it.
BEFORE_NOTICE = """
CREATE OR REPLACE FUNCTION dividends_recommended_before_the_vote() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM ballots_contest contest
        JOIN agm_agendaitem item ON item.contest_id = contest.id
        JOIN agm_meeting meeting ON meeting.id = item.meeting_id
        WHERE contest.id = NEW.contest_id AND contest.method = 'resolution' AND contest.opened_at IS NULL
            AND meeting.state = 'draft'
        FOR SHARE OF meeting;
    IF NOT FOUND THEN
        PERFORM dividends_refuse('directors recommend before notice of the meeting is given',
                                 'recommendation_before_the_vote');
    END IF;
    RETURN NEW;
END $$
"""
BEFORE_THE_VOTE = """
CREATE OR REPLACE FUNCTION dividends_recommended_before_the_vote() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM ballots_contest contest WHERE contest.id = NEW.contest_id
        AND contest.method = 'resolution' AND contest.opened_at IS NULL;
    IF NOT FOUND THEN
        PERFORM dividends_refuse('directors recommend before the members vote on the resolution',
                                 'recommendation_before_the_vote');
    END IF;
    RETURN NEW;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("dividends", "0003_royalties"), ("agm", "0004_votes_as_in_the_notice")]
    operations = [migrations.RunSQL(BEFORE_NOTICE, BEFORE_THE_VOTE)]
