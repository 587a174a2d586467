"""What follows an asset that turns out to be another: every row that points at it, in whatever room it stands.

A row follows by its foreign key without its room's help. A room whose rows name an asset in another way, or need more
than a new key, offers a follower of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import ForeignKey, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from alcaide.assets.models import Asset, ClassReach, Criticality, MatchCandidate, MatchDoubt, Merge
from alcaide.common.models import Record

CHUNK = 500
# What is computed anew, and what tells of the merge itself, stays where it is.
STAYS = frozenset({Criticality, ClassReach, Merge, MatchDoubt, MatchCandidate, Asset})


# What people call the rows of this room's own tables.
WORDS = {
    "assets.AssetValue.asset": _("What harm would cost"),
    "assets.Dependency.asset": _("What it needs"),
    "assets.Dependency.needs": _("What needs it"),
    "assets.HeldClass.asset": _("Information in it"),
    "assets.Identifier.asset": _("Names of scans"),
}


@dataclass(frozen=True)
class Moved:
    """What follows: the follower's word for it, how many rows move and stay, and what it needs to put them back."""

    words: str
    moves: int
    stays: int = 0
    rows: Any = None


@dataclass(frozen=True)
class Follower:
    """How a room's rows go to the survivor and back. `covers` names tables that need not follow by their key.

    `move(merged, survivor)` writes and says what it did; `back(rows, merged, survivor)` gets its `rows` again, as
    JSON, puts back what nobody changed since, and says how many went back and how many stay.
    """

    name: str
    move: Callable[[Asset, Asset], Moved]
    back: Callable[[Any, Asset, Asset], Moved]
    covers: frozenset[str] = frozenset()


_followers: dict[str, Follower] = {}


def offer_follow(
    name: str,
    *,
    move: Callable[[Asset, Asset], Moved],
    back: Callable[[Any, Asset, Asset], Moved],
    covers: Iterable[str] = (),
) -> None:
    """Offer how a room's rows follow a merged asset; called when the house starts. `covers`: labels of models."""
    _followers[name] = Follower(name, move, back, frozenset(covers))


def followers() -> list[Follower]:
    """Return every follower: those that rooms offered, then one for each foreign key that nobody covers."""
    covered = {label for each in _followers.values() for label in each.covers}
    by_key = [_by_key(field) for field in _keys_to_assets() if field.model._meta.label not in covered]
    return [*_followers.values(), *by_key]


def _keys_to_assets() -> Iterator["ForeignKey[Any, Any]"]:
    for relation in Asset._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            field: Any = relation.field  # type: ignore[union-attr]  # a relation of a foreign key has its field
            if isinstance(field, ForeignKey) and field.model not in STAYS:
                yield field


def _by_key(field: "ForeignKey[Any, Any]") -> Follower:
    """Return the follower of one foreign key."""
    model: Any = field.model
    label = f"{model._meta.label}.{field.name}"
    plural = str(WORDS.get(label) or model._meta.verbose_name_plural).capitalize()

    def move(merged: Asset, survivor: Asset) -> Moved:
        rows = list(model._base_manager.filter(**{field.name: merged}).order_by("pk"))
        kept = [row for row in rows if row.pk not in _clashing(model, field, rows, survivor)] if rows else []
        _point(model, field, [row.pk for row in kept], to=survivor)
        told = [[row.pk, row.version if isinstance(row, Record) else 0] for row in kept]
        return Moved(plural, len(kept), len(rows) - len(kept), told)

    def back(told: Any, merged: Asset, survivor: Asset) -> Moved:
        versions = {pk: version for pk, version in told}
        rows = list(_among(model._base_manager.filter(**{field.name: survivor}), list(versions)))
        same = [row for row in rows if not isinstance(row, Record) or row.version == versions[row.pk]]
        clashing = _clashing(model, field, same, merged)
        kept = [row.pk for row in same if row.pk not in clashing]
        _point(model, field, kept, to=merged)
        return Moved(plural, len(kept), len(versions) - len(kept))

    return Follower(label, move, back)


def _among(rows: Any, pks: Sequence[int]) -> Iterator[Any]:
    for start in range(0, len(pks), CHUNK):
        yield from rows.filter(pk__in=pks[start : start + CHUNK])


def _point(model: Any, field: "ForeignKey[Any, Any]", pks: Sequence[int], *, to: Asset) -> None:
    for start in range(0, len(pks), CHUNK):
        model._base_manager.filter(pk__in=pks[start : start + CHUNK]).update(**{field.name: to})


def _clashing(model: Any, field: "ForeignKey[Any, Any]", rows: Sequence[Any], target: Asset) -> set[int]:
    """Return the rows that cannot stand at the target: it has the like, or they would point from it to itself."""
    others = [
        each for each in model._meta.concrete_fields
        if isinstance(each, ForeignKey) and each.related_model is Asset and each.name != field.name
    ]  # fmt: skip
    found = {row.pk for row in rows for each in others if getattr(row, each.attname) == target.pk}
    for names in _unique_with(model, field):
        taken = set(model._base_manager.filter(**{field.name: target}).values_list(*names))
        found |= {row.pk for row in rows if tuple(_plain(row, name) for name in names) in taken}
    return found


def _unique_with(model: Any, field: "ForeignKey[Any, Any]") -> Iterator[list[str]]:
    """Yield the columns that together with the key stand once."""
    together = [list(names) for names in model._meta.unique_together]
    together += [list(each.fields) for each in model._meta.constraints if isinstance(each, UniqueConstraint)]
    for names in together:
        if field.name in names:
            yield [name for name in names if name != field.name] or ["pk"]


def _plain(row: Any, name: str) -> Any:
    value = getattr(row, name)
    return getattr(value, "pk", value)
