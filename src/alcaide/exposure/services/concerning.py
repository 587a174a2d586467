"""What changed since limits were last looked at, so that no more is looked at than may have moved."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Q

from alcaide.assets.models import Asset, Merge
from alcaide.common.models import Change
from alcaide.common.rows import listed, numbered
from alcaide.exposure.models import (
    FOLLOWED,
    SEEN_WITHIN,
    Finding,
    FindingFlaw,
    FlawFacts,
    LimitTable,
    Report,
    Sighting,
)
from alcaide.threats.models import Feed, KnownExploited
from alcaide.threats.queries import known_exploited

BY_ACTIONS = "exposure.actions:all"
# Past so many assets, walking all findings in their order costs less than asking for each asset's.
MOST_ASSETS = 20_000
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Concerned:
    """What changed since the last look: everything, or what stands on some assets."""

    everything: bool
    assets: list[int]
    moved_assets: list[int]
    since: datetime | None
    """What was written before it was seen by the last look; None where there was none."""


def last_look() -> datetime | None:
    """Return when findings last followed what they rest on; None where they never did."""
    return Change.objects.filter(room=FOLLOWED).order_by("-at").values_list("at", flat=True).first()


def concerned_since(last: datetime | None) -> Concerned:
    """Return what may have moved since the last look; everything where there was none.

    The table in force moves every finding, the list of known exploited flaws those whose listing differs, a stated
    fact those of its flaw, a report those of the assets it saw. Chances of exploitation move no limit.
    """
    changes = Change.objects.filter(room__in=("threats", "assets", "exposure")).exclude(subject=BY_ACTIONS)
    since = None if last is None else last - SEEN_WITHIN
    if since is not None:
        changes = changes.filter(at__gt=since)
    by_room: dict[str, set[str]] = {"threats": set(), "assets": set(), "exposure": set()}
    for room, subject in changes.values_list("room", "subject").distinct():
        by_room[room].add(subject)
    moved = sorted({*_numbers(Asset, by_room["assets"]), *(_merged(since) if since and by_room["assets"] else ())})
    found = set(moved)
    everything = since is None or any(each.startswith(LimitTable.SUBJECT) for each in by_room["exposure"])
    if not everything:
        found |= _seen_by(_numbers(Report, by_room["exposure"]))
        if any(each.startswith(FlawFacts.SUBJECT) for each in by_room["exposure"]):
            found |= _holding(FlawFacts.objects.filter(changed_at__gt=since).values_list("cve", flat=True))
        if _moves_the_list(by_room["threats"]):
            found |= _listed_otherwise()
    everything = everything or len(found) > MOST_ASSETS
    return Concerned(everything, sorted(found), moved, since)


def _numbers(model: Any, subjects: set[str]) -> list[int]:
    uids = [subject.partition(":")[2] for subject in subjects if subject.startswith(f"{model.SUBJECT}:")]
    found: list[int] = []
    for start in range(0, len(uids), AT_ONCE):
        found += model.objects.filter(uid__in=uids[start : start + AT_ONCE]).values_list("pk", flat=True)
    return found


def _merged(since: datetime) -> set[int]:
    """Return the assets that were merged, or set apart again: their findings moved with them."""
    rows = Merge.objects.filter(Q(created_at__gt=since) | Q(undone_at__gt=since))
    return {pk for pair in rows.values_list("survivor_id", "merged_id") for pk in pair}


def _seen_by(reports: list[int]) -> set[int]:
    if not reports:
        return set()
    return set(Sighting.objects.filter(report__in=numbered(reports)).values_list("asset_id", flat=True))


def _holding(cves: Collection[str]) -> set[int]:
    """Return the assets on which findings of these flaws stand open."""
    rows = FindingFlaw.objects.filter(cve__in=listed(list(cves)), finding__state="open")
    return set(rows.values_list("finding__asset_id", flat=True).distinct())


def _moves_the_list(subjects: set[str]) -> bool:
    uids = {subject.partition(":")[2] for subject in subjects if subject.startswith(f"{Feed.SUBJECT}:")}
    others = len(subjects) > len(uids)
    return others or (bool(uids) and Feed.objects.filter(uid__in=uids).exclude(kind="epss").exists())


def _listed_otherwise() -> set[int]:
    """Return the assets with an open finding that the list calls exploited since another day than the finding says."""
    since = known_exploited()
    rows = (
        FindingFlaw.objects.filter(finding__state="open", cve__in=KnownExploited.objects.values("cve"))
        .order_by("finding_id")
        .values_list("finding_id", "finding__asset_id", "finding__exploited_since", "cve")
    )
    found: set[int] = set()
    for (_, asset_id, was), group in groupby(rows.iterator(chunk_size=AT_ONCE), key=itemgetter(0, 1, 2)):
        days: list[date] = [since[cve] for *_, cve in group if cve in since]
        if min(days, default=None) != was:
            found.add(asset_id)
    return found


def open_findings(concerned: Concerned) -> Any:
    """Return the open findings that may have moved."""
    rows = Finding.objects.filter(state="open")
    return rows if concerned.everything else rows.filter(asset__in=numbered(concerned.assets))
