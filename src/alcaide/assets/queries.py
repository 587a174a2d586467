"""Reads of assets and places."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from alcaide.common.counts import Count, capped
from alcaide.common.models import Priced
from alcaide.common.permissions import Hidden

from .models import Asset, Dependency, Identifier, Place

FLAWS_A_YEAR = "flaws_a_year"
# How far down the prices the costliest asset is looked for that the user sees.
LOOKED_AT = 200


@dataclass(frozen=True)
class Needs:
    """What stands on one side of an asset's needs: those that the user sees, and how many more there are."""

    seen: tuple[Dependency, ...]
    hidden: tuple[Hidden, ...]


def assets(user: Any) -> QuerySet[Asset]:
    """Return the assets in use that the user sees."""
    return Asset.objects.filter(retired_at__isnull=True).visible_to(user).select_related("unit", "place", "owner")


def places(user: Any) -> QuerySet[Place]:
    """Return the places that the user sees, in tree order."""
    return Place.objects.visible_to(user).select_related("unit", "parent")


def places_above(place: Place, user: Any) -> list[Place]:
    """Return the places that a place stands in, the outermost first, as far as the user sees them."""
    ids = [int(part) for part in place.path.strip("/").split("/")[:-1]]
    by_id = {each.pk: each for each in Place.objects.filter(pk__in=ids).visible_to(user)}
    return [by_id[pk] for pk in ids if pk in by_id]


def assets_in(place: Place, user: Any) -> QuerySet[Asset]:
    """Return the assets in use that stand in a place or anywhere inside it, as far as the user sees them."""
    return assets(user).filter(place__path__startswith=place.path).order_by("name", "id")


def needs_of(asset: Asset, user: Any) -> Needs:
    """Return what an asset needs, as far as the user sees it."""
    return _as_seen(asset.needs.select_related("needs").order_by("needs__name", "id"), "needs", user)


def needed_by(asset: Asset, user: Any) -> Needs:
    """Return what needs an asset, as far as the user sees it."""
    return _as_seen(asset.needed_by.select_related("asset").order_by("asset__name", "id"), "asset", user)


def identifiers_of(asset: Asset) -> list[Identifier]:
    """Return the names by which scanners know an asset; what only keeps two hosts apart is no name."""
    return list(asset.identifiers.exclude(kind="stand-in").order_by("kind", "value"))


def price_of(asset: Asset) -> Priced | None:
    """Return what the open flaws on an asset cost a year, as the last run said."""
    return Priced.objects.filter(subject=asset.subject, figure=FLAWS_A_YEAR).first()


def prices_of(subjects: Iterable[str]) -> dict[str, Priced]:
    """Return what the open flaws on each asset cost a year, by subject. One query."""
    rows = Priced.objects.filter(subject__in=list(subjects), figure=FLAWS_A_YEAR)
    return {price.subject: price for price in rows}


def costliest(user: Any) -> tuple[Asset, Priced] | None:
    """Return the asset whose open flaws cost most a year, among those in use that the user sees. Two queries."""
    rows = list(Priced.objects.filter(figure=FLAWS_A_YEAR, amount_minor__gt=0).order_by("-amount_minor")[:LOOKED_AT])
    uids = [price.subject.partition(":")[2] for price in rows]
    seen = {asset.subject: asset for asset in assets(user).filter(uid__in=uids)}
    return next(((seen[price.subject], price) for price in rows if price.subject in seen), None)


def _as_seen(rows: QuerySet[Dependency], side: str, user: Any) -> Needs:
    every = list(rows)
    ids = [getattr(row, f"{side}_id") for row in every]
    seen = set(Asset.objects.filter(pk__in=ids).visible_to(user).values_list("pk", flat=True))
    kept = tuple(row for row in every if getattr(row, f"{side}_id") in seen)
    left = len(every) - len(kept)
    return Needs(kept, (Hidden("outside your units", Count(left)),) if left else ())


def place_count(place: Place, user: Any) -> Count:
    """Count the assets in a place and everything inside it, as far as the user sees them."""
    return capped(assets_in(place, user))
