"""What each asset is worth to lose, itself and through all that needs it; and which information it handles."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from alcaide.assets.graph import Graph, Reached
from alcaide.assets.models import Asset, AssetValue, ClassReach, Criticality, Dependency, HeldClass, Place
from alcaide.common import purging
from alcaide.common.jobs import enqueue
from alcaide.common.models import User
from alcaide.common.trail import Actor, audit, writing
from alcaide.organization.queries import the_organization

WEIGH = "assets.weigh"
CHUNK = 2_000
# Information lies on machines and passes through programs and people's suppliers, not through the power supply.
CARRIES_DATA = frozenset({"host", "application", "service", "data_set", "supplier"})
IN_USE = {"asset__retired_at__isnull": True}

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Weighed:
    """How many assets were looked at, how many rows of criticality and of information changed."""

    assets: int
    criticality: int
    classes: int


def ask_to_weigh(actor: Actor) -> None:
    """Ask for a new weighing; asked many times at once, it runs once."""
    asked_by = actor if isinstance(actor, User) else None
    enqueue(WEIGH, key=WEIGH, about="What falls with what", asked_by=asked_by)


def weigh_all(actor: Actor) -> Weighed:
    """Compute every asset's criticality and the information that it handles, and write what changed.

    Reads all needs and all worths once and walks them in memory. The house does it in the background.
    """
    at = timezone.now()
    kinds = dict(Asset.objects.filter(retired_at__isnull=True).values_list("pk", "kind"))
    edges = every_edge()
    weights = _weights(Graph.of(edges))
    changed = _Stored(Criticality, ("asset_id", "aspect"), _CRITICALITY).become(weights, at)
    handled = _handled(edges, kinds)
    classes = _Stored(ClassReach, ("asset_id", "data_class"), _CLASSES).become(handled, at)
    _keep_the_worst(weights)
    if changed or classes:
        with writing():
            audit(
                actor, "weigh_assets", subject=the_organization().subject,
                after={"assets": len(kinds), "criticality": changed, "classes": classes},
            )  # fmt: skip
    return Weighed(len(kinds), changed, classes)


def every_edge() -> list[tuple[int, int]]:
    """Return who needs whom among the assets in use: as people said, and what stands in a building needs it."""
    said = Dependency.objects.filter(asset__retired_at__isnull=True, needs__retired_at__isnull=True)
    return [*said.values_list("asset_id", "needs_id"), *_standing_in_buildings()]


def _standing_in_buildings() -> Iterator[tuple[int, int]]:
    buildings = dict(
        Asset.objects.filter(is_place__isnull=False, retired_at__isnull=True).values_list("is_place_id", "pk")
    )
    if not buildings:
        return
    # The innermost building decides; that one stands in the outer one by its own place.
    inside: dict[int, int] = {}
    for pk, path in Place.objects.values_list("pk", "path"):
        around = [int(part) for part in path.strip("/").split("/")]
        nearest = next((buildings[each] for each in reversed(around) if each in buildings), None)
        if nearest is not None:
            inside[pk] = nearest
    standing = Asset.objects.filter(place__in=list(inside), retired_at__isnull=True)
    for asset, place in standing.values_list("pk", "place_id"):
        if inside[place] != asset:
            yield asset, inside[place]


# The columns after the key, in the order of the rows below; `at` is written with each.
_CRITICALITY = (
    "low_minor", "high_minor", "currency", "people_low", "people_high", "source_id", "via_id", "steps",
)  # fmt: skip
_CLASSES = ("how", "people", "is_counted", "source_id", "via_id")


def _weights(needs: Graph) -> dict[tuple[int, str], Row]:
    """Return the worst of each harm by asset and aspect. Sums in another currency than ours are not weighed."""
    currency = the_organization().currency
    values: dict[str, dict[int, Row]] = {}
    rows = AssetValue.objects.filter(currency=currency, **IN_USE)
    for aspect, asset, *amounts in rows.values_list(
        "aspect", "asset_id", "low_minor", "high_minor", "currency", "people_low", "people_high"
    ):
        values.setdefault(aspect, {})[asset] = tuple(amounts)
    found: dict[tuple[int, str], Row] = {}
    for aspect, by_asset in values.items():
        ranked = sorted(by_asset, key=lambda asset: _rank(aspect, by_asset[asset], asset))
        for asset, reached in needs.spread(ranked).items():
            if by_asset.get(asset) == by_asset[reached.source]:
                reached = Reached(asset, None, 0)  # noqa: PLW2901  as much of its own needs no other to say it
            found[asset, aspect] = (*by_asset[reached.source], reached.source, reached.via, reached.steps)
    return found


def _rank(aspect: str, amounts: Row, asset: int) -> Row:
    low, high, _, people_low, people_high = amounts
    people = (-(people_high or 0), -(people_low or 0)) if aspect == "hurt" else ()
    return (*people, -high, -low, asset)


def _handled(edges: Sequence[tuple[int, int]], kinds: Mapping[int, str]) -> dict[tuple[int, str], Row]:
    """Return which classes of information an asset handles, by asset and class, and how it comes to that."""
    needs = Graph.of((a, b) for a, b in edges if kinds[a] in CARRIES_DATA and kinds[b] in CARRIES_DATA)
    needed_by = needs.backwards()
    counted: dict[str, dict[int, int | None]] = {}
    for data_class, asset, people in HeldClass.objects.filter(**IN_USE).values_list("data_class", "asset_id", "people"):
        sums = counted.setdefault(data_class, {})
        before = sums.get(asset, 0)
        # One country that nobody has counted leaves the whole set uncounted.
        sums[asset] = None if people is None or before is None else before + people
    found: dict[tuple[int, str], Row] = {}
    for data_class, sums in counted.items():
        ranked = sorted(sums, key=lambda asset: (-(sums[asset] or 0), sums[asset] is None, asset))
        every = _ways(ranked, needs, needed_by, kinds)
        uncounted = _ways([asset for asset in ranked if sums[asset] is None], needs, needed_by, kinds)
        for asset, (how, reached) in every.items():
            found[asset, data_class] = (how, sums[reached.source], asset not in uncounted, reached.source, reached.via)
    return found


def _ways(
    ranked: Sequence[int], needs: Graph, needed_by: Graph, kinds: Mapping[int, str]
) -> dict[int, tuple[str, Reached]]:
    """Return every asset that data sets reach: what they lie on, what processes them, and the hosts that run that."""
    rank = {asset: number for number, asset in enumerate(ranked)}
    holds, processes = needs.spread(ranked), needed_by.spread(ranked)
    found = {asset: ("holds", reached) for asset, reached in holds.items()}
    for asset, reached in processes.items():
        if asset not in found or rank[reached.source] < rank[found[asset][1].source]:
            found[asset] = ("processes", reached)
    for asset, reached in sorted(processes.items(), key=lambda each: rank[each[1].source]):
        for other in needs.ahead.get(asset, ()):
            if kinds[other] == "host" and other not in found:
                found[other] = ("runs", Reached(reached.source, asset, reached.steps + 1))
    return found


class _Stored:
    """A table that a weighing owns: it is made to hold exactly what was computed, changing only what differs."""

    def __init__(self, model: type[Any], key: tuple[str, str], columns: tuple[str, ...]) -> None:
        self._model, self._key, self._columns = model, key, columns

    def become(self, wanted: Mapping[tuple[int, str], Row], at: datetime) -> int:
        """Write what differs, in chunks. Returns how many rows that were."""
        held = {(row[1], row[2]): row for row in self._model.objects.values_list("pk", *self._key, *self._columns)}
        gone = [row[0] for key, row in held.items() if key not in wanted]
        fresh = [key for key in wanted if key not in held]
        moved = [(*wanted[key], at, held[key][0]) for key in wanted if key in held and held[key][3:] != wanted[key]]
        for some in _chunks(gone):
            purging.renew(self._model.objects.filter(pk__in=some))
        for some in _chunks(fresh):
            self._model.objects.bulk_create(
                self._model(**dict(zip((*self._key, *self._columns, "at"), (*key, *wanted[key], at), strict=True)))
                for key in some
            )
        for some in _chunks(moved):
            _update(self._model, (*self._columns, "at"), some)
        return len(gone) + len(fresh) + len(moved)


_ON_THE_ROW = ("critical_minor", "critical_low_minor", "critical_currency", "critical_aspect", "critical_own")
_NOTHING: Row = (0, 0, "", "", True)


def _keep_the_worst(weights: Mapping[tuple[int, str], Row]) -> None:
    """Keep the worst sum on each asset's row, for lists. Harm to people is no sum and stays apart."""
    worst: dict[int, Row] = {}
    for (asset, aspect), (low, high, currency, _few, _many, source, *_way) in weights.items():
        row = (high, low, currency, aspect, source == asset)
        if aspect != "hurt" and high and row > worst.get(asset, _NOTHING):
            worst[asset] = row
    held = {pk: row for pk, *row in Asset.objects.exclude(critical_minor=0).values_list("pk", *_ON_THE_ROW)}
    moved = [
        (*worst.get(pk, _NOTHING), pk)
        for pk in sorted(held.keys() | worst.keys())
        if tuple(held.get(pk, _NOTHING)) != worst.get(pk, _NOTHING)
    ]
    for some in _chunks(moved):
        _update(Asset, _ON_THE_ROW, some)


def _update(model: type[Any], columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    fields = [next(each for each in model._meta.concrete_fields if each.attname == column) for column in columns]
    sets = ", ".join(f'"{column}" = %s' for column in columns)
    prepared = [
        (*(each.get_db_prep_save(value, connection) for each, value in zip(fields, row[:-1], strict=True)), row[-1])
        for row in rows
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        # The names are our own columns; the values stand apart.
        cursor.executemany(f'UPDATE "{model._meta.db_table}" SET {sets} WHERE id = %s', prepared)  # noqa: S608


def _chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
