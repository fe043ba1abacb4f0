"""The cache that counts attempts at the door, and fails closed."""

from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import DatabaseError, transaction

from core.errors import Busy


class CounterCache(DatabaseCache):
    """Django's database cache; when its table cannot be reached it says "busy" instead of crashing or forgetting."""

    def _base_set(self, *args: Any, **kwargs: Any) -> Any:
        try:
            with transaction.atomic():
                return super()._base_set(*args, **kwargs)
        except DatabaseError as error:
            raise Busy() from error

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        """Read counters; raise `Busy` when they cannot be read."""
        try:
            with transaction.atomic():
                return super().get_many(*args, **kwargs)
        except DatabaseError as error:
            raise Busy() from error
