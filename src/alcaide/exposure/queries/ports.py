"""Reads of open ports, and of how a report's targets were matched."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from alcaide.assets.models import Asset
from alcaide.assets.queries import KINDS_SCANNED, KINDS_TYPED
from alcaide.exposure.models import OpenPort, Report, Sighting


@dataclass(frozen=True, slots=True)
class Matched:
    """How many targets of a report were matched by one kind of identifier; "" stands for the new ones."""

    words: str
    targets: int


def open_ports(user: Any) -> QuerySet[OpenPort]:
    """Return the ports that the user sees, closed ones too."""
    return OpenPort.objects.visible_to(user).select_related("asset", "asset__unit")


def ports_of(asset: Asset, user: Any) -> QuerySet[OpenPort]:
    """Return the open ports of an asset, by their number."""
    rows = open_ports(user).filter(asset=asset, closed_at__isnull=True)
    return rows.select_related("last_report").order_by("port", "protocol")


def how_matched(report: Report) -> list[Matched]:
    """Return by what the targets of a report were matched, the most frequent first."""
    rows = report.sightings.order_by().values_list("matched_by", "is_new").annotate(number=Count("pk"))
    found: dict[str, int] = {}
    for kind, is_new, number in rows:
        words = matched_words(kind, is_new=is_new)
        found[words] = found.get(words, 0) + number
    return [Matched(words, number) for words, number in sorted(found.items(), key=lambda each: (-each[1], each[0]))]


def targets_of(report: Report, user: Any) -> QuerySet[Sighting]:
    """Return the targets of a report whose assets a user sees; an asset may have moved to another unit since."""
    return report.sightings.filter(asset__in=Asset.objects.visible_to(user)).select_related("asset", "asset__unit")


def matched_words(kind: str, *, is_new: bool) -> str:
    """Say by what a target was matched."""
    if is_new:
        return _("New")
    return {"stand-in": _("As kept apart before")}.get(kind) or str(
        (KINDS_TYPED | KINDS_SCANNED).get(kind, kind or _("Name in a scan"))
    )


def on_port(text: str) -> Q:
    """Return the condition of a port with this number, or on which this product or service answers."""
    asked = text.strip()
    if asked.isdecimal() and asked.isascii() and len(asked) <= 5:
        return Q(port=int(asked))
    return Q(service__icontains=asked) | Q(product__icontains=asked) | Q(asset__name__icontains=asked)
