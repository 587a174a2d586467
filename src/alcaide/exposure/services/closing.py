"""Closing what a scan no longer sees: only where its silence proves something, and never many at once unasked."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from alcaide.common.changes import note_change
from alcaide.common.permissions import require
from alcaide.common.rows import Table, numbered
from alcaide.common.trail import Actor, audit, write
from alcaide.exposure.models import TAKE_IN, Finding, Report, Sighting, Step, Verdict

# A scan that suddenly misses more than this of an asset's open findings may itself have failed. An asset with three
# findings or fewer cannot lose one without passing the share, so the rule begins at three; below that it holds only
# for a look that was shallow, does not say what it ran, and saw nothing again.
MOST_CLOSED_AT_ONCE = 0.3
FEWEST_TO_WAIT = 3

_CLOSED = Table(Finding, "state", "closed_at", "changed_at")
_STEPS = Table(Step, "finding_id", "report_id", "at", "what", "words")
_WAITING = Table(Sighting, "waiting")
DEPTHS: Mapping[bool | None, int] = {False: 0, None: 1, True: 2}
# An asset, and who looked at it.
Look = tuple[int, str]
# By source what it had switched on; None where the file does not say.
ChecksRun = Mapping[str, frozenset[str] | None]
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
    looked_for: frozenset[str] | None

    def did_look_for(self, kind: str) -> bool:
        """Whether it may have looked for weaknesses of this kind."""
        return self.looked_for is None or kind in self.looked_for

    def and_also(self, other: "_Seen") -> "_Seen":
        least = min(self, other, key=lambda seen: DEPTHS[seen.credentialed])
        earlier = min(self.scanned_at, other.scanned_at)
        both = self.looked_for
        if both is None or other.looked_for is None:
            both = None
        else:
            both &= other.looked_for
        return _Seen(self.sighting_id, earlier, least.credentialed, self.complete and other.complete, both)


def close_missing(report: Report, *, checks_run: ChecksRun) -> Closed:
    """Close the findings that the report should have seen again and did not; called inside a write.

    A finding closes where the same source saw its asset to the end, looked no less deeply than when it was found, and
    ran the check (where the file says which it ran). What the report itself decided about stays open for a person to
    confirm. A sudden drop waits for a person too: see `_is_sudden`. So does what is missing of a kind (packages,
    secrets, …) of which the report shows nothing at all without saying that it looked for it.
    """
    looked_at = _looked_at(report)
    missing = _missing(report, looked_at, checks_run=checks_run)
    standing = _standing(report, missing)
    shown = _kinds_shown(report, missing)
    to_close: list[tuple[int, datetime]] = []
    waiting: list[tuple[list[int], int]] = []
    for about, findings in missing.items():
        seen, ran = looked_at[about], checks_run.get(about[1])
        is_open = ran is None and seen.looked_for is None
        unasked = [pk for pk, kind in findings if kind == "service" or not is_open or (*about, kind) in shown]
        if _is_sudden(seen, len(findings), of=standing.get(about, 0), checks_run=ran):
            unasked = []
        to_close.extend((pk, seen.scanned_at) for pk in unasked)
        left = sorted({pk for pk, _ in findings}.difference(unasked))
        if left:
            waiting.append((left, seen.sighting_id))
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


def _looked_at(report: Report) -> dict[Look, _Seen]:
    """Return the assets that the report saw to the end, by who looked."""
    found: dict[Look, _Seen] = {}
    for row in report.sightings.order_by("pk"):
        about = (row.asset_id, row.source)
        kinds = None if row.looked_for is None else frozenset(row.looked_for)
        seen = _Seen(row.pk, row.scanned_at, row.credentialed, row.complete, kinds)
        found[about] = found[about].and_also(seen) if about in found else seen
    return {about: seen for about, seen in found.items() if seen.complete}


def _missing(
    report: Report, looked_at: dict[Look, _Seen], *, checks_run: ChecksRun
) -> dict[Look, list[tuple[int, str]]]:
    """Return, by asset and source, the open findings whose absence proves something, with their kind."""
    if not looked_at:
        return {}
    decided = Verdict.objects.filter(key=OuterRef("key"), last_report=report)
    rows = list(
        _open_on(looked_at.keys())
        .exclude(last_report=report)
        .exclude(Exists(decided))
        .order_by("pk")
        .values_list("pk", "asset_id", "source", "kind", "check_id", "last_seen_at", "last_report_id")
    )
    before = _looks_before({(row[-1], row[1]) for row in rows})
    found: dict[Look, list[tuple[int, str]]] = defaultdict(list)
    for pk, asset_id, source, kind, check, last_seen_at, report_id in rows:
        now, then = looked_at.get((asset_id, source)), (report_id, asset_id, source)
        if now is None or then not in before:
            continue
        ran = checks_run.get(source)
        did_look = now.did_look_for(kind) and (ran is None or check in ran) and now.scanned_at >= last_seen_at
        if did_look and _no_less_deep(now.credentialed, before[then]):
            found[asset_id, source].append((pk, kind))
    return found


def _open_on(looks: Collection[Look]) -> QuerySet[Finding]:
    """Return the open findings of these assets by these sources."""
    assets, sources = {asset_id for asset_id, _ in looks}, {source for _, source in looks}
    return Finding.objects.filter(asset__in=numbered(assets), state="open", source__in=sources)


def _looks_before(wanted: set[tuple[int, int]]) -> dict[tuple[int, int, str], bool | None]:
    """Return, by report, asset and source, how deep the look was that saw a finding last; of several the deepest."""
    if not wanted:
        return {}
    rows = Sighting.objects.filter(
        report__in=numbered({report_id for report_id, _ in wanted}),
        asset__in=numbered({asset_id for _, asset_id in wanted}),
    ).values_list("report_id", "asset_id", "source", "credentialed")
    found: dict[tuple[int, int, str], bool | None] = {}
    for report_id, asset_id, source, credentialed in rows:
        about = (report_id, asset_id, source)
        if about not in found or DEPTHS[credentialed] > DEPTHS[found[about]]:
            found[about] = credentialed
    return found


def _no_less_deep(now: bool | None, then: bool | None) -> bool:  # noqa: FBT001, RUF100  two looks, compared
    """Tell whether a look would have found what the other found; an unknown one may have been deep."""
    return now is True or then is False or (now is None and then is None)


def _standing(report: Report, looks: Collection[Look]) -> dict[Look, int]:
    """Return, by asset and source, how many findings stood open before the report."""
    if not looks:
        return {}
    came_back = Step.objects.filter(finding=OuterRef("pk"), report=report, what="reopened")
    rows = _open_on(looks).exclude(first_report=report).exclude(Exists(came_back))
    counted = rows.order_by().values_list("asset_id", "source").annotate(findings=Count("pk"))
    return {(asset_id, source): number for asset_id, source, number in counted}


def _kinds_shown(report: Report, looks: Collection[Look]) -> set[tuple[int, str, str]]:
    """Return of which kinds the report says anything, by asset and source."""
    if not looks:
        return set()
    rows = _open_on(looks).filter(last_report=report).order_by()
    return set(rows.values_list("asset_id", "source", "kind").distinct())


def _close(report: Report, findings: list[tuple[int, datetime]]) -> None:
    now = timezone.now()
    _CLOSED.update(("closed", at, now, pk) for pk, at in findings)
    _STEPS.insert((pk, report.pk, at, "closed", NO_LONGER) for pk, at in findings)
