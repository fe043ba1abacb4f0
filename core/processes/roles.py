"""The four database roles and the database itself.

Note [Roles]: ``kilderkin_owner`` owns and migrates; ``kilderkin_app`` (web) and ``kilderkin_worker`` (Celery) may not
change books; ``kilderkin_read`` only reads. On one machine all processes log in as the owner and become their role by
SET ROLE; in production each may log in as its own.
"""

import psycopg
from psycopg import sql

from core.processes.errors import CannotStart

OWNER = "kilderkin_owner"
DATABASE = "kilderkin"
RUNNING_ROLES = ("kilderkin_app", "kilderkin_worker", "kilderkin_read")


def are_ready(url: str) -> bool:
    """Say whether the database answers and its user can take on every role of the running system."""
    try:
        with psycopg.connect(url, connect_timeout=3, autocommit=True) as connection:
            names = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND pg_has_role(current_user, oid, 'SET')"
            return len(connection.execute(names, (list(RUNNING_ROLES),)).fetchall()) == len(RUNNING_ROLES)
    except psycopg.OperationalError:
        return False


def make_owner_and_database(admin_url: str, *, password: str) -> None:
    """Make the owner and its database in a cluster of our own; safe to repeat."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        if not _is_there(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", OWNER):
            _run(connection, "CREATE ROLE {} LOGIN CREATEDB CREATEROLE", OWNER)
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(OWNER), sql.Literal(password))
        connection.execute(statement)
        if not _is_there(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
            )


def make_running_roles(url: str) -> None:
    """Make the roles the running system takes on, and let the connecting user become them; safe to repeat.

    Raises ``CannotStart`` when a role is missing and the user may not make it.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        for role in RUNNING_ROLES:
            try:
                if not _is_there(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
                    _run(connection, "CREATE ROLE {} NOLOGIN", role)
                if not _is_there(connection, "SELECT 1 WHERE pg_has_role(current_user, %s, 'SET')", role):
                    grant = sql.SQL("GRANT {} TO CURRENT_USER WITH SET TRUE, INHERIT FALSE")
                    connection.execute(grant.format(sql.Identifier(role)))
            except psycopg.errors.InsufficientPrivilege as error:
                raise CannotStart(
                    f"The database user of DATABASE_URL may not make or use the role {role}. "
                    f"As a database administrator run: CREATE ROLE {role}; GRANT {role} TO that user."
                ) from error


def _is_there(connection: psycopg.Connection, question: str, name: str) -> bool:
    return connection.execute(question, (name,)).fetchone() is not None


def _run(connection: psycopg.Connection, statement: str, role: str) -> None:
    connection.execute(sql.SQL(statement).format(sql.Identifier(role)))
