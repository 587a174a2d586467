"""What every page shows and only writes change, kept in this process until the trail grows.

Every write appends to the trail, so its last line's hash says whether anything changed: one small query stands for all
that hangs on it. What depends on the clock as well is worked out anew each minute.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar, cast

from django.utils.translation import get_language

from alcaide.common.models import TrailLine, User

T = TypeVar("T")
MOST_KEPT = 2_000
KEPT_S = 60.0


@dataclass(frozen=True)
class _Kept:
    head: str
    until_s: float
    value: Any


_kept: OrderedDict[tuple[object, ...], _Kept] = OrderedDict()
_lock = Lock()


def trail_head() -> str:
    """Return the hash of the trail's last line, nothing before the first. One query."""
    return TrailLine.objects.order_by("-seq").values_list("hash", flat=True).first() or ""


def until_written(user: User, name: str, make: Callable[[], T], *, head: str) -> T:
    """Return what `make` gives, from memory where nothing was written since it was made for this user.

    `head` is the trail's head as read before: what is kept under it is never older than it says.
    """
    key = (user.pk, name, get_language())
    with _lock:
        found = _kept.get(key)
    if found is not None and head and found.head == head and time.monotonic() < found.until_s:
        return cast(T, found.value)
    value = make()
    now = time.monotonic()
    with _lock:
        _kept[key] = _Kept(head, now + KEPT_S, value)
        _kept.move_to_end(key)
        # The oldest stand first, and all are kept equally long.
        while len(_kept) > MOST_KEPT or next(iter(_kept.values())).until_s <= now:
            _kept.popitem(last=False)
    return value
