"""Rows of content files as a list needs them: a table beside the files, made anew whenever the files say otherwise.

A list narrows, sorts, counts and pages with the database. What ships as a file (libraries, frameworks, regulations)
gets a small table of the columns that its list asks by; the rest is read from the file itself, by the row's key.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet

from alcaide.common import purging


class ContentRow(models.Model):
    """One row of a content file, as far as a list narrows or sorts by it."""

    DERIVED = "Made anew whenever the files say otherwise."

    key = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    words = models.TextField()
    """Everything that a search in the list looks at, folded."""
    edition = models.CharField(max_length=64)
    """The digest of all rows that it was made from."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


Row = TypeVar("Row", bound=ContentRow)


def in_step(model: type[Row], *, digest: str, make: Callable[[], Iterable[Row]]) -> QuerySet[Row]:
    """Return the rows of a content file; made anew first where the table stands for another edition. One query."""
    if not model._default_manager.filter(edition=digest).exists():
        _make_anew(model, digest, list(make()))
    return model._default_manager.all()


def _make_anew(model: type[Row], digest: str, rows: list[Row]) -> None:
    for row in rows:
        row.edition = digest
    try:
        with transaction.atomic():
            purging.renew(model._default_manager.all())
            model._default_manager.bulk_create(rows)
    except IntegrityError:
        # Another process made the very same rows in the same moment.
        return
