"""What goes wrong in ways a person can be told about."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from django.db import DatabaseError, IntegrityError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A rule of the house was broken; ``sentence`` tells the user in words a person would say."""

    sentence: str | Promise = _("That is not possible.")
    code: str = "not_possible"

    def __init__(self, sentence: str | Promise | None = None) -> None:
        if sentence is not None:
            self.sentence = sentence
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.sentence)


class Busy(DomainError):
    """Somebody else holds the row longer than we are ready to wait."""

    sentence = _("Somebody else is working on this at the moment. Nothing was changed. Please try again.")
    code = "busy"


class StorageFull(DomainError):
    """The document store has no room left."""

    sentence = _("There is no room left to keep documents. Nothing was lost; the work goes on when there is room.")
    code = "storage_full"


class MissingFile(DomainError):
    """A stored document is not there, or is not what was stored."""

    sentence = _("This document cannot be read at the moment. We have been told.")
    code = "missing_file"


class JobMustBeDone(DomainError):
    """The job carries out what is written already, and nothing would ever start its rest again."""

    sentence = _(
        "This job cannot be cancelled: what it does is decided and written already. To stop it for a while, let it "
        "wait."
    )
    code = "job_must_be_done"


def constraint_name(error: DatabaseError) -> str:
    """Return the name of the constraint that PostgreSQL says was violated, or an empty string."""
    diagnostic = getattr(error.__cause__, "diag", None)
    return getattr(diagnostic, "constraint_name", None) or ""


@contextmanager
def constraints_as(errors: Mapping[str, Callable[[], DomainError]]) -> Iterator[None]:
    """Raise the domain error that belongs to a violated constraint, cause kept; let every other error pass.

    Open this around a savepoint or a whole transaction: the database has rolled back to its start.
    """
    try:
        yield
    except IntegrityError as error:
        domain_error = errors.get(constraint_name(error))
        if domain_error is None:
            raise
        raise domain_error() from error
