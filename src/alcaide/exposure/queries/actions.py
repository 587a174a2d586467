"""How much less open flaws press on a host once an action is done, for whoever prices actions."""

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from alcaide.assets.models import Asset
from alcaide.common.rows import numbered
from alcaide.exposure.models import Action

from .held import Holders, also_held, flaws_of
from .pressure import SPANS_A_YEAR, _Chance


@dataclass(frozen=True, slots=True)
class ActionPressure:
    """One asset that an open action touches: its chance within a year that a flaw is exploited, now and afterwards.

    The same chances as `AssetPressure.chance_low` and `chance_high`; what else stands open on the asset stays.
    """

    action_id: int
    action: UUID
    asset_id: int
    asset: UUID
    reached_from: str
    low: float
    high: float
    low_after: float
    high_after: float


def action_pressure(asset_ids: Collection[int] | None = None) -> Iterator[ActionPressure]:
    """Yield every open action with each asset it touches, asset by asset; all assets where none are named.

    Seven queries, rows streamed: memory grows with the flaws of one asset and with the number of actions and assets.
    """
    actions = dict(Action.objects.exclude(state="done").values_list("pk", "uid"))
    hosts = Asset.objects.all() if asset_ids is None else Asset.objects.filter(pk__in=numbered(asset_ids))
    known = {pk: (uid, reached) for pk, uid, reached in hosts.values_list("pk", "uid", "reached_from")}
    also = also_held(asset_ids)
    for asset_id, rows in groupby(flaws_of(asset_ids), key=itemgetter(0)):
        if asset_id not in known:
            continue
        uid, reached_from = known[asset_id]
        for action_id, now, after in _with_and_without(rows, also):
            if action_id in actions:
                yield ActionPressure(
                    action_id, actions[action_id], asset_id, uid, reached_from, _low(now), _high(now), _low(after),
                    _high(after),
                )  # fmt: skip


# Logarithm of the chance that nothing is exploited in 30 days, and how many flaws are certain.
_Sum = tuple[float, int]


def _with_and_without(
    rows: Iterable[tuple[int, int | None, str, _Chance]], also: Holders
) -> Iterator[tuple[int, _Sum, _Sum]]:
    """Yield each action of one asset with the sums of all its flaws and of those that would be left."""
    held: dict[str, tuple[_Chance, set[int | None]]] = {}
    for asset_id, action_id, flaw, chance in rows:
        if flaw not in held:
            held[flaw] = (chance, set(also.get((asset_id, flaw), ())))
        held[flaw][1].add(action_id)
    whole = _sum(chance for chance, _ in held.values())
    alone: dict[int, list[_Chance]] = {}
    touched: set[int] = set()
    for chance, by in held.values():
        touched.update(action for action in by if action is not None)
        if len(by) == 1 and None not in by:
            alone.setdefault(next(action for action in by if action is not None), []).append(chance)
    for action_id in sorted(touched):
        gone = _sum(alone.get(action_id, ()))
        yield action_id, whole, (whole[0] - gone[0], whole[1] - gone[1])


def _sum(chances: Iterable[_Chance]) -> _Sum:
    kept = list(chances)
    return math.fsum(each.log_escape for each in kept if each.in_30_days < 1), sum(
        each.in_30_days >= 1 for each in kept
    )


def _low(held: _Sum) -> float:
    return 1.0 if held[1] else max(0.0, -math.expm1(held[0]))


def _high(held: _Sum) -> float:
    return 1.0 if held[1] else max(0.0, -math.expm1(SPANS_A_YEAR * held[0]))
