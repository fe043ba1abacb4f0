"""The four database roles and the database itself.

Note [Roles]: ``kilderkin_owner`` owns and migrates; ``kilderkin_app`` (web) and ``kilderkin_worker`` (Celery) may not
change books; ``kilderkin_read`` only reads. None of them logs in. The owner logs in to migrate and seed;
``kilderkin_web`` and ``kilderkin_work`` are logins that own nothing and are members of nothing but their running role,
which they become by SET ROLE: so RESET ROLE, which any statement smuggled into a session can say, wins nothing.
"""

import contextlib

import psycopg
from psycopg import sql

from core.processes.errors import CannotStart

OWNER = "kilderkin_owner"
DATABASE = "kilderkin"
RUNNING_ROLES = ("kilderkin_app", "kilderkin_worker", "kilderkin_read")
LOGINS = {"kilderkin_web": "kilderkin_app", "kilderkin_work": "kilderkin_worker"}


def are_ready(url: str) -> bool:
    """Say whether the database answers and its user can take on every role of the running system."""
    try:
        with psycopg.connect(url, connect_timeout=3, autocommit=True) as connection:
            names = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND pg_has_role(current_user, oid, 'SET')"
            return len(connection.execute(names, (list(RUNNING_ROLES),)).fetchall()) == len(RUNNING_ROLES)
    except psycopg.OperationalError:
        return False


def can_log_in(url: str, *, role: str) -> bool:
    """Say whether the login of the address is let in and can take on the role."""
    try:
        with psycopg.connect(url, connect_timeout=3, autocommit=True) as connection:
            return _is_there(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s AND pg_has_role(oid, 'SET')", role)
    except psycopg.OperationalError:
        return False


def make_owner_and_database(admin_url: str, *, password: str) -> None:
    """Make the owner and its database in a cluster of our own; safe to repeat."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        if not _is_there(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", OWNER):
            _run(connection, "CREATE ROLE {} LOGIN CREATEDB CREATEROLE", OWNER)
        _set_password(connection, OWNER, password)
        if not _is_there(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
            # Somebody else may be making it at this moment: then theirs counts.
            with contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
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


def make_login(url: str, *, login: str, role: str, password: str) -> None:
    """Make a login that owns nothing and can only become the role; safe to repeat, the last password counts."""
    with psycopg.connect(url, autocommit=True) as connection:
        if not _is_there(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", login):
            _run(connection, "CREATE ROLE {} LOGIN", login)
        _set_password(connection, login, password)
        grant = sql.SQL("GRANT {} TO {} WITH SET TRUE, INHERIT FALSE")
        connection.execute(grant.format(sql.Identifier(role), sql.Identifier(login)))


def _set_password(connection: psycopg.Connection, login: str, password: str) -> None:
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
    connection.execute(statement.format(sql.Identifier(login), sql.Literal(password)))


def _is_there(connection: psycopg.Connection, question: str, name: str) -> bool:
    return connection.execute(question, (name,)).fetchone() is not None


def _run(connection: psycopg.Connection, statement: str, role: str) -> None:
    connection.execute(sql.SQL(statement).format(sql.Identifier(role)))
