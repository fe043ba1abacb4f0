"""Tables that are written once and never changed.

Note [Books]: two layers. A trigger refuses UPDATE, DELETE and TRUNCATE to everybody, the owner included; and the
roles of the running system do not even hold the privilege.
"""

from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.special import RunSQL

REFUSE_FUNCTION = """
CREATE FUNCTION kilderkin_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$
"""


def append_only(table: str) -> list[Operation]:
    """Return the migration operations that make the table append-only."""
    return [
        RunSQL(
            [
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION kilderkin_refuse_change()",
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION kilderkin_refuse_change()",
                f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM kilderkin_app, kilderkin_worker",
            ],
            [
                f"DROP TRIGGER {table}_append_only ON {table}",
                f"DROP TRIGGER {table}_no_truncate ON {table}",
            ],
        )
    ]


def never_deleted(table: str) -> list[Operation]:
    """Return the operations for a table whose rows change state but may not vanish."""
    return [
        RunSQL(
            [
                f"CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION kilderkin_refuse_change()",
                f"REVOKE DELETE, TRUNCATE ON {table} FROM kilderkin_app, kilderkin_worker",
            ],
            [f"DROP TRIGGER {table}_never_deleted ON {table}"],
        )
    ]
