"""What is left on hosts when several actions are done at once, for whoever prices a choice as one."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import ClassVar
from uuid import UUID

from alcaide.assets.models import Asset
from alcaide.common.rows import numbered
from alcaide.exposure.models import Finding

from .held import also_held, flaws_of
from .pressure import _Chance, _Sum

MOST_HOSTS = 2_000


@dataclass(frozen=True, slots=True)
class HostLeft:
    """One asset that chosen actions touch: its chance within a year that a flaw is exploited, now and with all done."""

    asset: UUID
    reached_from: str
    low: float
    high: float
    low_after: float
    high_after: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """Actions that somebody chose to look at as one, by key.

    A room above that prices them offers a piece of this kind, whose `removes` (with `low` and `high`) is None where
    it can only say why it cannot.
    """

    KIND: ClassVar[str] = "exposure.chosen"

    actions: frozenset[int]


def left_when_done(chosen: Chosen) -> list[HostLeft] | None:
    """Return every asset that the chosen actions touch, once; None where they touch more than 2,000.

    A flaw goes only where every finding that holds it, by its number or by another name, belongs to a chosen action.
    Seven queries; memory grows with the flaws of the assets touched.
    """
    touched = Finding.objects.filter(action__in=numbered(chosen.actions), state="open").order_by()
    hosts = list(touched.values_list("asset_id", flat=True).distinct()[: MOST_HOSTS + 1])
    if len(hosts) > MOST_HOSTS:
        return None
    about = {row[0]: row[1:] for row in Asset.objects.filter(pk__in=hosts).values_list("pk", "uid", "reached_from")}
    also = also_held(hosts)
    found = []
    for asset_id, rows in groupby(flaws_of(hosts), key=itemgetter(0)):
        now: dict[str, _Chance] = {}
        held_by: dict[str, set[int | None]] = defaultdict(set)
        for _, action, flaw, chance in rows:
            now[flaw] = chance
            held_by[flaw] |= {action} | also.get((asset_id, flaw), set())
        gone = [chance for flaw, chance in now.items() if held_by[flaw] <= chosen.actions]
        whole = _Sum.of(now.values())
        left = _Sum.of(chance for flaw, chance in now.items() if not held_by[flaw] <= chosen.actions)
        if gone:
            found.append(HostLeft(*about[asset_id], whole.low, whole.high, left.low, left.high))
    return found
