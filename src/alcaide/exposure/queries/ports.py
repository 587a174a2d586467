"""Reads of open ports, and of how a report's targets were matched."""

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from alcaide.assets.models import Asset
from alcaide.assets.queries import KINDS_SCANNED, KINDS_TYPED
from alcaide.exposure.models import OpenPort, Report, Sighting

MOST_ANSWERS = 2_000
"""Services and products that are read to find the text in them; of more, every port is looked at."""


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


def port_number(text: str) -> int | None:
    """Return the number of a port that a text is, None where it is none."""
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 5 else None


def answering(text: str) -> Q | None:
    """Return the condition of a port where a service or product answers that holds the text; None where none does.

    One query.
    """
    known = _answers()
    if known is None:
        return Q(service__icontains=text) | Q(product__icontains=text)
    services, products = ([each for each in one if text.casefold() in each.casefold()] for one in known)
    sides = [Q(service__in=services)] if services else []
    sides += [Q(product__in=products)] if products else []
    return reduce(or_, sides) if sides else None


def _answers() -> tuple[list[str], list[str]] | None:
    """Return the services and the products that ever answered, each read off its index; None where they are many."""
    walked = [
        f"SELECT '{column}', value FROM (WITH RECURSIVE known(value) AS ("  # noqa: S608  our own names
        f"SELECT min({column}) FROM exposure_openport WHERE {column} > '' UNION ALL "
        f"SELECT (SELECT min({column}) FROM exposure_openport WHERE {column} > known.value) FROM known "
        f"WHERE known.value IS NOT NULL) SELECT value FROM known LIMIT {MOST_ANSWERS + 1}) {column}"
        for column in ("service", "product")
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(walked))
        rows = cursor.fetchall()
    if len(rows) > MOST_ANSWERS:
        return None
    services, products = (
        [value for column, value in rows if column == of and value is not None] for of in ("service", "product")
    )
    return services, products
