"""Reads of assets and places."""

from typing import Any

from django.db.models import QuerySet

from alcaide.common.models import Priced

from .models import Asset, Dependency, Place


def assets(user: Any) -> QuerySet[Asset]:
    """Return the assets in use that the user sees."""
    return Asset.objects.filter(retired_at__isnull=True).visible_to(user).select_related("unit", "place", "owner")


def places(user: Any) -> QuerySet[Place]:
    """Return the places that the user sees, in tree order."""
    return Place.objects.visible_to(user).select_related("unit", "parent")


def needs_of(asset: Asset) -> list[Dependency]:
    """Return what an asset needs."""
    return list(asset.needs.select_related("needs").order_by("needs__name"))


def needed_by(asset: Asset) -> list[Dependency]:
    """Return what needs an asset."""
    return list(asset.needed_by.select_related("asset").order_by("asset__name"))


def price_of(asset: Asset) -> Priced | None:
    """Return what the open flaws on an asset cost a year, as the last run said."""
    return Priced.objects.filter(subject=asset.subject, figure="flaws_a_year").first()
