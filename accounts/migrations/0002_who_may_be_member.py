"""Who may stand in a joint set or act for an organisation: laws over two tables, so triggers keep them."""

from django.db import migrations

MEMBER_KINDS = """
CREATE FUNCTION accounts_member_kinds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE joint_kind text; person_kind text;
BEGIN
    SELECT kind INTO joint_kind FROM accounts_party WHERE id = NEW.joint_id;
    SELECT kind INTO person_kind FROM accounts_party WHERE id = NEW.person_id;
    IF person_kind <> 'person' THEN
        RAISE EXCEPTION 'party % is no person', NEW.person_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'member_is_a_person';
    END IF;
    IF (joint_kind, NEW.role) NOT IN (('joint', 'holder'), ('organisation', 'representative')) THEN
        RAISE EXCEPTION 'a % cannot have a %', joint_kind, NEW.role
            USING ERRCODE = 'check_violation', CONSTRAINT = 'member_role_fits_the_party';
    END IF;
    RETURN NEW;
END $$
"""
PARTY_KIND_STAYS = """
CREATE FUNCTION accounts_party_kind_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind <> OLD.kind THEN
        RAISE EXCEPTION 'party % cannot become a %', OLD.id, NEW.kind
            USING ERRCODE = 'check_violation', CONSTRAINT = 'party_kind_never_changes';
    END IF;
    RETURN NEW;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_people")]
    operations = [
        migrations.RunSQL(
            [
                MEMBER_KINDS,
                "CREATE TRIGGER member_kinds BEFORE INSERT OR UPDATE ON accounts_partymember "
                "FOR EACH ROW EXECUTE FUNCTION accounts_member_kinds()",
                PARTY_KIND_STAYS,
                "CREATE TRIGGER party_kind_stays BEFORE UPDATE OF kind ON accounts_party "
                "FOR EACH ROW EXECUTE FUNCTION accounts_party_kind_stays()",
            ],
            [
                "DROP TRIGGER party_kind_stays ON accounts_party",
                "DROP FUNCTION accounts_party_kind_stays()",
                "DROP TRIGGER member_kinds ON accounts_partymember",
                "DROP FUNCTION accounts_member_kinds()",
            ],
        )
    ]
