"""Reads of assets, what they need and what they are called."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, UUIDField, Value, When
from django.db.models.functions import Cast, Replace, Substr
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alcaide.assets.models import Asset, Dependency, Identifier, Place
from alcaide.common.counts import Count
from alcaide.common.models import Priced
from alcaide.common.permissions import Hidden
from alcaide.common.registries import Subject
from alcaide.organization.models import Unit

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
ADDRESSES = frozenset({"ipv4", "ipv6"})
# An address is lent again: one that nobody saw for longer than a monthly scan takes to come round decides nothing.
ADDRESS_HOLDS = timedelta(days=45)
# How far down the prices the costliest asset is looked for that the user sees.
LOOKED_AT = 200
# A laptop that changed its address daily for years has more names than a page is read for.
MOST_NAMES = 100


@dataclass(frozen=True)
class KnownAs:
    """One name by which scanners know an asset, its kind in words, and the network in which it counts."""

    identifier: Identifier
    kind: str
    network: str
    holds: bool = True
    """Whether it decides a match today; an address does so only near to when it was seen."""


@dataclass(frozen=True)
class Needs:
    """What stands on one side of an asset's needs: those that the user sees, and how many more there are."""

    seen: tuple[Dependency, ...]
    hidden: tuple[Hidden, ...]


def assets(user: Any) -> QuerySet[Asset]:
    """Return the assets in use that the user sees."""
    return Asset.objects.filter(retired_at__isnull=True).visible_to(user).select_related("unit", "place", "owner")


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
    """Return the names by which scanners know an asset, those that have ended last. Two queries.

    What only keeps two hosts apart is no name.
    """
    borne = asset.identifiers.exclude(kind="stand-in").order_by(F("ended_at").desc(nulls_first=True), "kind", "value")
    rows = list(borne[:MOST_NAMES])
    zones = {row.zone.partition(":")[2] for row in rows if row.zone.startswith("unit:")}
    units = dict(Unit.objects.filter(pk__in=[pk for pk in zones if pk.isdecimal()]).values_list("pk", "name"))
    words = KINDS_TYPED | KINDS_SCANNED
    since = timezone.now() - ADDRESS_HOLDS
    return [
        KnownAs(
            row, str(words.get(row.kind, row.kind)), units.get(_number(row.zone), row.zone),
            holds=row.kind not in ADDRESSES or row.last_seen_at >= since,
        )
        for row in rows
    ]  # fmt: skip


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


def costliest(user: Any) -> tuple[str, Priced] | None:
    """Return the name of the asset whose open flaws cost most a year, of those in use that the user sees. One query."""
    is_asset = {"subject__startswith": f"{Asset.SUBJECT}:"}
    top = Priced.objects.filter(figure=FLAWS_A_YEAR, amount_minor__gt=0, **is_asset).order_by("-amount_minor")[
        :LOOKED_AT
    ]
    digits = Replace(Substr("subject", len(Asset.SUBJECT) + 2), Value("-"), Value(""))
    # PostgreSQL may read the uid of rows that another condition leaves out; only a CASE keeps it from those of others.
    uid = Case(When(**is_asset, then=Cast(digits, UUIDField())), default=None)
    seen = Asset.objects.filter(retired_at__isnull=True).visible_to(user).filter(uid=OuterRef("uid"))
    rows: Any = (
        Priced.objects.filter(pk__in=top.values("pk")).annotate(uid=uid).annotate(name=Subquery(seen.values("name")))
    )
    price = rows.filter(name__isnull=False).order_by("-amount_minor", "pk").first()
    return (price.name, price) if price else None


def _as_seen(rows: QuerySet[Dependency], side: str, user: Any) -> Needs:
    every = list(rows)
    ids = [getattr(row, f"{side}_id") for row in every]
    seen = set(Asset.objects.filter(pk__in=ids).visible_to(user).values_list("pk", flat=True))
    kept = tuple(row for row in every if getattr(row, f"{side}_id") in seen)
    left = len(every) - len(kept)
    return Needs(kept, (Hidden("outside your units", Count(left)),) if left else ())


def asset_words(asset: Asset) -> str:
    """Return an asset's name with its unit, as sheets and forms take it."""
    return f"{asset.name} · {asset.unit.name}"


def asset_subject(uid: str, user: Any) -> Subject | None:
    """Return an asset's name and page, None where the user may not see it."""
    found = one_of(Asset.objects.all().visible_to(user), uid)
    return Subject(found.name, reverse("asset", args=[found.uid])) if found else None


def asset_subjects(uids: Collection[str], user: Any) -> dict[str, Subject]:
    """Name many assets at once, as `asset_subject` does one."""
    found = Asset.objects.filter(uid__in=uids).visible_to(user).only("uid", "name")
    return {str(each.uid): Subject(each.name, reverse("asset", args=[each.uid])) for each in found}


def one_of(rows: QuerySet[Any], uid: str) -> Any:
    try:
        return rows.filter(uid=uid).first()
    except ValidationError:
        return None
