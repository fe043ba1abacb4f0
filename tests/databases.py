"""How tests end a database they made."""


def dropping(name: str) -> tuple[str, str]:
    """Statements that end whoever is connected and drop the database.

    WITH (FORCE) refuses when an autovacuum worker is in it, because nobody but a superuser may end one; a plain drop
    sends that worker away by itself and waits five seconds for others.
    """
    guests = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    return f"{guests} AND backend_type = 'client backend'", f'DROP DATABASE IF EXISTS "{name}"'
