"""Counts that stop at a cap: an exact count of a million rows breaks the page."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

CAP = 10_000


@dataclass(frozen=True)
class Count:
    """A count up to the cap; `capped` says that there are more."""

    shown: int
    capped: bool = False

    def __str__(self) -> str:
        number = f"{self.shown:,}"
        return _("more than %(number)s") % {"number": number} if self.capped else number

    def __bool__(self) -> bool:
        return self.shown > 0


def capped(rows: QuerySet[Any], cap: int = CAP) -> Count:
    """Count rows up to the cap with one bounded query."""
    found = rows.order_by()[: cap + 1].values("pk").count()
    return Count(min(found, cap), found > cap)
