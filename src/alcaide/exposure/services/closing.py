"""Closing what a scan no longer sees: only where its silence proves something, and never many at once unasked."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import ngettext

from alcaide.common.changes import note_change
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, audit, write
from alcaide.exposure.models import TAKE_IN, Finding, Report, Sighting, Step
from alcaide.threats.queries import numbered

from .tables import Table

# A scan that suddenly misses more than this of an asset's open findings may itself have failed. An asset with three
# findings or fewer cannot lose one without passing the share, so the rule begins at three; below that it holds only
# for a look that was shallow, does not say what it ran, and saw nothing again.
MOST_CLOSED_AT_ONCE = 0.3
FEWEST_TO_WAIT = 3

_CLOSED = Table(Finding, "state", "closed_at", "changed_at")
_STEPS = Table(Step, "finding_id", "report_id", "at", "what", "words")
_WAITING = Table(Sighting, "waiting")
DEPTHS: Mapping[bool | None, int] = {False: 0, None: 1, True: 2}
NO_LONGER = "No longer found by a scan that looked for it."


@dataclass(frozen=True, slots=True)
class Closed:
    """What closing a report's missing findings came to."""

    closed: int
    waiting: int


@dataclass(frozen=True, slots=True)
class _Seen:
    """One asset as one report saw it; of a host listed twice the worse look counts."""

    sighting_id: int
    scanned_at: datetime
    credentialed: bool | None
    complete: bool

    def and_also(self, other: "_Seen") -> "_Seen":
        least = min(self, other, key=lambda seen: DEPTHS[seen.credentialed])
        earlier = min(self.scanned_at, other.scanned_at)
        return _Seen(self.sighting_id, earlier, least.credentialed, self.complete and other.complete)


def close_missing(report: Report, *, checks_run: frozenset[str] | None) -> Closed:
    """Close the findings that the report should have seen again and did not; called inside a write.

    A finding closes where the same source saw its asset to the end, looked no less deeply than when it was found, and
    ran the check (where the file says which it ran). A sudden drop waits for a person: see `_is_sudden`.
    """
    looked_at = _looked_at(report)
    missing = _missing(report, looked_at, checks_run=checks_run)
    standing = _standing(report, missing)
    to_close: list[tuple[int, datetime]] = []
    waiting: list[tuple[list[int], int]] = []
    for asset_id, findings in missing.items():
        if _is_sudden(looked_at[asset_id], len(findings), of=standing[asset_id], checks_run=checks_run):
            waiting.append((findings, looked_at[asset_id].sighting_id))
        else:
            to_close.extend((finding, looked_at[asset_id].scanned_at) for finding in findings)
    _close(report, to_close)
    _WAITING.update(waiting)
    return Closed(len(to_close), sum(len(findings) for findings, _ in waiting))


@write
def confirm_closing(actor: Actor, report: Report) -> int:
    """Close what waited because it was many at once; what was seen again since stays open. Returns how many closed.

    Needs the right to bring in reports for the report's unit.
    """
    require(actor, TAKE_IN, unit_id=report.unit_id)
    to_close: list[tuple[int, datetime]] = []
    asked = 0
    sightings = list(report.sightings.select_for_update().exclude(waiting=[]))
    for sighting in sightings:
        asked += len(sighting.waiting)
        still = Finding.objects.filter(
            pk__in=sighting.waiting, state="open", asset_id=sighting.asset_id, last_seen_at__lte=sighting.scanned_at
        )
        to_close.extend((pk, sighting.scanned_at) for pk in still.values_list("pk", flat=True))
    if not asked:
        return 0
    _close(report, to_close)
    _WAITING.update(([], sighting.pk) for sighting in sightings)
    report.counts = {**report.counts, "closed": report.counts.get("closed", 0) + len(to_close), "waiting": 0}
    report.save(update_fields=["counts", "changed_at"])
    audit(actor, "confirm_closing", subject=report.subject, after={"asked": asked, "closed": len(to_close)})
    note_change("exposure", report.subject)
    return len(to_close)


def waiting_words(closed: Closed) -> str:
    """Say that findings wait, and why."""
    return ngettext(
        "%(count)d finding was not seen again and waits: it is too large a part of its asset's open ones to be closed "
        "unasked. Look whether the scan reached it, then confirm.",
        "%(count)d findings were not seen again and wait: they are too large a part of their assets' open ones to be "
        "closed unasked. Look whether the scan reached them, then confirm.",
        closed.waiting,
    ) % {"count": closed.waiting}


def _is_sudden(look: _Seen, missing: int, *, of: int, checks_run: frozenset[str] | None) -> bool:
    """Tell whether so many findings are gone at once that the scan may have failed rather than the flaws been fixed."""
    if missing <= MOST_CLOSED_AT_ONCE * of:
        return False
    proves_little = checks_run is None and look.credentialed is not True and missing == of
    return missing >= FEWEST_TO_WAIT or proves_little


def _looked_at(report: Report) -> dict[int, _Seen]:
    """Return the assets that the report saw to the end."""
    found: dict[int, _Seen] = {}
    for row in report.sightings.order_by("pk"):
        seen = _Seen(row.pk, row.scanned_at, row.credentialed, row.complete)
        found[row.asset_id] = found[row.asset_id].and_also(seen) if row.asset_id in found else seen
    return {asset_id: seen for asset_id, seen in found.items() if seen.complete}


def _missing(report: Report, looked_at: dict[int, _Seen], *, checks_run: frozenset[str] | None) -> dict[int, list[int]]:
    """Return, by asset, the open findings whose absence from the report proves something."""
    if not looked_at:
        return {}
    rows = list(
        Finding.objects.filter(asset__in=numbered(looked_at.keys()), state="open", source=report.format)
        .exclude(last_report=report)
        .order_by("pk")
        .values_list("pk", "asset_id", "check_id", "last_seen_at", "last_report_id")
    )
    before = _looks_before({(report_id, asset_id) for _, asset_id, _, _, report_id in rows})
    found: dict[int, list[int]] = defaultdict(list)
    for pk, asset_id, check, last_seen_at, report_id in rows:
        now, then = looked_at[asset_id], (report_id, asset_id)
        ran = checks_run is None or check in checks_run
        if ran and now.scanned_at >= last_seen_at and then in before and _no_less_deep(now.credentialed, before[then]):
            found[asset_id].append(pk)
    return found


def _looks_before(wanted: set[tuple[int, int]]) -> dict[tuple[int, int], bool | None]:
    """Return, by report and asset, how deep the look was that saw a finding last; of several the deepest."""
    rows = Sighting.objects.filter(
        report__in=numbered({report_id for report_id, _ in wanted}),
        asset__in=numbered({asset_id for _, asset_id in wanted}),
    ).values_list("report_id", "asset_id", "credentialed")
    found: dict[tuple[int, int], bool | None] = {}
    for report_id, asset_id, credentialed in rows:
        about = (report_id, asset_id)
        if about not in found or DEPTHS[credentialed] > DEPTHS[found[about]]:
            found[about] = credentialed
    return found


def _no_less_deep(now: bool | None, then: bool | None) -> bool:  # noqa: FBT001, RUF100  two looks, compared
    """Tell whether a look would have found what the other found; an unknown one may have been deep."""
    return now is True or then is False or (now is None and then is None)


def _standing(report: Report, missing: dict[int, list[int]]) -> dict[int, int]:
    """Return, by asset, how many findings of the source stood open before the report."""
    came_back = Step.objects.filter(finding=OuterRef("pk"), report=report, what="reopened")
    rows = (
        Finding.objects.filter(asset__in=numbered(missing.keys()), state="open", source=report.format)
        .exclude(first_report=report)
        .exclude(Exists(came_back))
        .values_list("asset_id", flat=True)
    )
    found: dict[int, int] = defaultdict(int)
    for asset_id in rows:
        found[asset_id] += 1
    return found


def _close(report: Report, findings: list[tuple[int, datetime]]) -> None:
    now = timezone.now()
    _CLOSED.update(("closed", at, now, pk) for pk, at in findings)
    _STEPS.insert((pk, report.pk, at, "closed", NO_LONGER) for pk, at in findings)
