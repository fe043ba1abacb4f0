"""The roles of the running system, the clock, the cache table.

Runs before every other app's first migration, so that default privileges reach their tables too.
"""

from django.db import migrations

from core.books import REFUSE_FUNCTION

ROLES = """
DO $$
DECLARE role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['kilderkin_app', 'kilderkin_worker', 'kilderkin_read'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
            EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
        END IF;
    END LOOP;
END $$
"""
GRANTS = [
    "GRANT USAGE ON SCHEMA public TO kilderkin_app, kilderkin_worker, kilderkin_read",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO kilderkin_app, kilderkin_worker",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO kilderkin_read",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO kilderkin_app, kilderkin_worker",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public "
    "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO kilderkin_app, kilderkin_worker",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO kilderkin_read",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO kilderkin_app, kilderkin_worker",
]
CLOCK = [
    """
    CREATE TABLE core_clock_offset (
        one boolean PRIMARY KEY DEFAULT true CONSTRAINT clock_offset_is_one_row CHECK (one),
        "offset" interval NOT NULL DEFAULT '0' CONSTRAINT clock_offset_not_negative CHECK ("offset" >= '0')
    )
    """,
    "INSERT INTO core_clock_offset DEFAULT VALUES",
    """
    CREATE FUNCTION kilderkin_clock_goes_forward() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW."offset" < OLD."offset" THEN
            RAISE EXCEPTION 'the clock never goes back' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'clock_offset_goes_forward';
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER clock_offset_goes_forward BEFORE UPDATE ON core_clock_offset "
    "FOR EACH ROW EXECUTE FUNCTION kilderkin_clock_goes_forward()",
    "CREATE FUNCTION kilderkin_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS "
    "'SELECT clock_timestamp() + \"offset\" FROM core_clock_offset'",
    "REVOKE INSERT, DELETE, TRUNCATE ON core_clock_offset FROM kilderkin_app, kilderkin_worker",
]
CACHE = [
    "CREATE TABLE core_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL)",
    "CREATE INDEX core_cache_expires ON core_cache (expires)",
]


class Migration(migrations.Migration):
    initial = True
    run_before = [
        ("contenttypes", "0001_initial"),
        ("sessions", "0001_initial"),
        ("auth", "0001_initial"),
    ]
    operations = [migrations.RunSQL([ROLES, *GRANTS, REFUSE_FUNCTION, *CLOCK, *CACHE])]
