"""Who a session belongs to, read by a prepared statement: every signed-in page asks it."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db import DEFAULT_DB_ALIAS

from accounts.models import User
from core.prepared import prepared_cursor

FIELDS = [field.attname for field in User._meta.concrete_fields]
USER = f"SELECT {', '.join(FIELDS)} FROM {User._meta.db_table} WHERE id = %s"  # noqa: S608 names of our own columns


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's backend; only the reading of the user is ours: see Note [Prepared]."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the user, unless unknown or no longer active."""
        with prepared_cursor() as cursor:
            cursor.execute(USER, [user_id])
            row = cursor.fetchone()
        user = User.from_db(DEFAULT_DB_ALIAS, FIELDS, row) if row else None
        return user if user and self.user_can_authenticate(user) else None
