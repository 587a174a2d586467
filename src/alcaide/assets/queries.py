"""Reads of assets and places."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alcaide.common.counts import Count
from alcaide.common.models import Priced
from alcaide.common.permissions import Hidden
from alcaide.common.registries import Subject
from alcaide.common.search import fold
from alcaide.organization.models import Unit

from .models import Asset, Dependency, Identifier, Place

FLAWS_A_YEAR = "flaws_a_year"
# Names of hosts that a person may type, and those that only scans bring.
KINDS_TYPED = {
    "fqdn": _("Full name on the network"),
    "hostname": _("Short name"),
    "ipv4": _("IPv4 address"),
    "ipv6": _("IPv6 address"),
    "mac": _("MAC address"),
    "serial": _("Serial number"),
}
KINDS_SCANNED = {
    "netbios": _("Windows name"),
    "agent": _("Agent"),
    "cloud": _("Cloud instance"),
    "image": _("Image digest"),
    "image-name": _("Image"),
    "repository": _("Repository"),
    "project": _("Project"),
    "cluster": _("Cluster"),
    "bios-uuid": _("Mainboard"),
    "name": _("Name in a scan"),
}
# How far down the prices the costliest asset is looked for that the user sees.
LOOKED_AT = 200


@dataclass(frozen=True)
class KnownAs:
    """One name by which scanners know an asset, its kind in words, and the network in which it counts."""

    identifier: Identifier
    kind: str
    network: str


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


def place_tree(rows: Iterable[Place]) -> list[tuple[Place, int]]:
    """Return places in tree order, by name on each floor of it, with how many of the given ones stand above each."""
    given = {place.pk: place for place in rows}
    below: dict[int | None, list[Place]] = {}
    for place in given.values():
        below.setdefault(place.parent_id if place.parent_id in given else None, []).append(place)
    found: list[tuple[Place, int]] = []
    left = [(place, 0) for place in reversed(_by_name(below.get(None, [])))]
    while left:
        place, depth = left.pop()
        found.append((place, depth))
        left.extend((each, depth + 1) for each in reversed(_by_name(below.get(place.pk, []))))
    return found


def _by_name(rows: list[Place]) -> list[Place]:
    return sorted(rows, key=lambda place: (fold(place.name), place.pk))


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


def identifiers_of(asset: Asset) -> list[KnownAs]:
    """Return the names by which scanners know an asset; what only keeps two hosts apart is no name. Two queries."""
    rows = list(asset.identifiers.exclude(kind="stand-in").order_by("kind", "value"))
    zones = {row.zone.partition(":")[2] for row in rows if row.zone.startswith("unit:")}
    units = dict(Unit.objects.filter(pk__in=[pk for pk in zones if pk.isdecimal()]).values_list("pk", "name"))
    words = KINDS_TYPED | KINDS_SCANNED
    return [KnownAs(row, str(words.get(row.kind, row.kind)), units.get(_number(row.zone), row.zone)) for row in rows]


def _number(zone: str) -> int:
    kind, _sep, number = zone.partition(":")
    return int(number) if kind == "unit" and number.isdecimal() else 0


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


def asset_subject(uid: str, user: Any) -> Subject | None:
    """Return an asset's name and page, None where the user may not see it."""
    found = _one(Asset.objects.all().visible_to(user), uid)
    return Subject(found.name, reverse("asset", args=[found.uid])) if found else None


def place_subject(uid: str, user: Any) -> Subject | None:
    """Return a place's name and page, None where the user may not see it."""
    found = _one(Place.objects.all().visible_to(user), uid)
    return Subject(found.name, reverse("place", args=[found.uid])) if found else None


def _one(rows: QuerySet[Any], uid: str) -> Any:
    try:
        return rows.filter(uid=uid).first()
    except ValidationError:
        return None
