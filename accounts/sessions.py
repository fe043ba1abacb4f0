"""Sessions in Django's own table, read by a prepared statement: every signed-in page begins with it."""

from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

from core.prepared import prepared_cursor

SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """Django's sessions in the database; only the reading is ours: see Note [Prepared]."""

    def load(self) -> dict[str, Any]:
        """Return what the session holds; nothing, and no key any more, when it is over or unknown."""
        with prepared_cursor() as cursor:
            cursor.execute(SESSION, [self.session_key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])
