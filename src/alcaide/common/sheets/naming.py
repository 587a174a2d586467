"""How a lookup of a sheet finds rows by the names that people write."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext as _

from alcaide.intake.sheets import BadCell


def folded(name: str) -> str:
    """Return a name without case and doubled spaces.

    >>> folded("Server  Room")
    'server room'
    """
    return " ".join(name.casefold().split())


def by_name(
    rows: Iterable[Any],
    texts: Sequence[str],
    *,
    name_of: Callable[[Any], str] = attrgetter("name"),
    doubled: str = "",
) -> dict[str, Any]:
    """Return what each text names, a BadCell where it names several; `doubled` says so, with `%(name)s`."""
    named_so = defaultdict(list)
    for row in rows:
        named_so[folded(name_of(row))].append(row)
    found: dict[str, Any] = {}
    for each in texts:
        hits = named_so.get(folded(each), [])
        if hits:
            words = doubled or _("Several are called “%(name)s”. Write what stands beside the name, too.")
            found[each] = hits[0] if len(hits) == 1 else BadCell(words % {"name": each})
    return found
