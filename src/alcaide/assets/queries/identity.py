"""Reads of doubts, merges, and the former identities of an asset."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.assets.models import CHANGE, Asset, MatchCandidate, MatchDoubt, Merge
from alcaide.common.counts import capped
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Subject

from .assets import one_of


@dataclass(frozen=True)
class Candidate:
    """An asset that a doubtful target may be; `asset` is None where the user may not see it."""

    asset: Asset | None
    speaks_for: Sequence[Sequence[str]]
    speaks_against: Sequence[Sequence[str]]
    is_first: bool


def survivor_of(asset: Asset) -> Asset:
    """Return the asset that a merged one turned out to be, through as many merges as there were; itself if none."""
    seen = {asset.pk}
    while asset.merged_into is not None and asset.merged_into.pk not in seen:
        asset = asset.merged_into
        seen.add(asset.pk)
    return asset


def former_uids(assets: Iterable[int]) -> dict[int, tuple[UUID, ...]]:
    """Return, by asset number, the identifiers of every asset that was merged into it, through as many merges as were.

    What was keyed by one of them stands on the survivor now. Assets that took in none are left out.
    """
    heads = {pk: pk for pk in assets}
    found: dict[int, list[UUID]] = {}
    edge = set(heads)
    while edge:
        beyond = set()
        rows = Asset.objects.filter(merged_into__in=edge).order_by("pk").values_list("pk", "uid", "merged_into_id")
        for pk, uid, into in rows:
            if pk not in heads:
                heads[pk] = heads[into]
                found.setdefault(heads[into], []).append(uid)
                beyond.add(pk)
        edge = beyond
    return {pk: tuple(uids) for pk, uids in found.items()}


def doubts(user: Any) -> QuerySet[MatchDoubt]:
    """Return the doubts that the user sees."""
    return MatchDoubt.objects.visible_to(user).select_related("unit", "asset")


def open_doubts(user: Any) -> int:
    """Return how many doubts the user may answer, at most what a badge can show."""
    units = scope_of(user).units_for(CHANGE)
    return capped(MatchDoubt.objects.filter(answer="", unit__in=units), cap=99).shown if units else 0


def candidates_of(doubt: MatchDoubt, user: Any) -> list[Candidate]:
    """Return the assets that a doubtful target may be, the likeliest first. Two queries."""
    rows = list(MatchCandidate.objects.filter(doubt=doubt).select_related("asset__unit").order_by("rank"))
    seen = set(
        Asset.objects.filter(pk__in=[row.asset_id for row in rows]).visible_to(user).values_list("pk", flat=True)
    )
    return [
        Candidate(row.asset if row.asset_id in seen else None, row.speaks_for, row.speaks_against, row.rank == 1)
        for row in rows
    ]


def merges_of(asset: Asset, user: Any) -> list[Merge]:
    """Return the merges that an asset took part in and that stand, as far as the user sees both assets."""
    rows = Merge.objects.filter(Q(survivor=asset) | Q(merged=asset), undone_at__isnull=True)
    found = list(rows.select_related("survivor", "merged", "by").order_by("-pk"))
    ids = {each.survivor_id for each in found} | {each.merged_id for each in found}
    seen = set(Asset.objects.filter(pk__in=ids).visible_to(user).values_list("pk", flat=True))
    return [each for each in found if {each.survivor_id, each.merged_id} <= seen]


def doubt_subject(uid: str, user: Any) -> Subject | None:
    """Return a doubt's name and page, None where the user may not see it."""
    found = one_of(MatchDoubt.objects.visible_to(user), uid)
    return Subject(found.name, reverse("doubt", args=[found.uid])) if found else None


def merge_subject(uid: str, user: Any) -> Subject | None:
    """Return a merge's words and the survivor's page, None where the user may not see both assets."""
    found = one_of(Merge.objects.select_related("survivor", "merged"), uid)
    if found is None:
        return None
    both = Asset.objects.filter(pk__in=[found.survivor_id, found.merged_id]).visible_to(user)
    if both.count() < len({found.survivor_id, found.merged_id}):
        return None
    words = _("%(merged)s merged into %(survivor)s") % {"merged": found.merged.name, "survivor": found.survivor.name}
    return Subject(words, reverse("asset", args=[found.survivor.uid]))
