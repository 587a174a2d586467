"""What a report decided itself: kept as it was said, and held against what stands open, never closing it unasked."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from alcaide.common.rows import Table, listed, numbered
from alcaide.common.trail import Actor
from alcaide.exposure.models import Finding, FindingAlias, FindingFlaw, Report, Verdict
from alcaide.intake.packages import versionless

from .deciding import propose
from .rows import ItemRow
from .targets import Target

_SAID = (
    "names", "where", "package", "purl", "said", "why", "said_at", "last_report_id",
)  # fmt: skip
# A suppression says that somebody lives with it, not that it is none: it holds this long unless confirmed anew.
SUPPRESSED_DAYS = 90
_NEW = Table(Verdict, *_SAID, "key", "asset_id", "source", "check_id", "first_report_id")
_AGAIN = Table(Verdict, *_SAID)


def write_verdicts(report: Report, rows: Sequence[tuple[str, ItemRow, Target]]) -> None:
    """Keep what was said of each flaw at each place, the newest word; called inside a chunk's transaction."""
    if not rows:
        return
    held = {each.key: each for each in Verdict.objects.filter(key__in=listed({key for key, _, _ in rows}))}
    new, again = {}, {}
    for key, row, target in rows:
        names = sorted({row.check[:60], *row.flaws, *row.aliases})
        values = (names, row.where, row.package, row.purl, row.said, row.why, target.scanned_at, report.pk)
        before = held.get(key)
        if before is None:
            new[key] = (*values, key, target.asset_id, target.source, row.check[:200], report.pk)
        elif before.said_at <= target.scanned_at:
            again[before.pk] = (*values, before.pk)
    _NEW.insert(new.values())
    _AGAIN.update(again.values())


def propose_decisions(actor: Actor, report: Report) -> int:
    """Propose to decide as the report says, where a finding stands open for it. Returns how many findings these are.

    Called inside a write. Nothing closes: a person confirms or refuses.
    """
    concerned: dict[tuple[int, str, str], dict[str, str]] = defaultdict(dict)
    for verdict, finding in _met(report):
        concerned[finding.unit_id, verdict.said, verdict.why][finding.key] = verdict.check_id
    proposed = 0
    for (unit_id, said, why), keys in sorted(concerned.items()):
        words = dict(Verdict.SAID)[said]
        flaws = sorted(set(keys.values()))
        named = flaws[0] if len(flaws) == 1 else gettext("%(count)s flaws") % {"count": f"{len(flaws):,}"}
        until = timezone.localdate() + timedelta(days=SUPPRESSED_DAYS) if said == "suppressed" else None
        decision = propose(
            actor, unit_id=unit_id, title=f"{named}: {words.lower()}", keys=keys, reason=why or words,
            source=report.file.name, evidence=gettext("Stated in the report: %(why)s") % {"why": why or words},
            kind="exception" if until else "false_positive", until=until,
        )  # fmt: skip
        proposed += decision.findings if decision else 0
    return proposed


def _met(report: Report) -> Iterator[tuple[Verdict, Finding]]:
    """Yield every verdict of the report with each open finding, of whatever source, that it speaks of."""
    verdicts = list(Verdict.objects.filter(last_report=report))
    if not verdicts:
        return
    by_name: dict[tuple[int, str], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        for name in verdict.names:
            by_name[verdict.asset_id, name].append(verdict)
    for finding in _open_for(report, verdicts):
        names = {
            finding.check_id,
            *(each.cve for each in finding.flaws.all()),
            *(each.name for each in finding.aliases.all()),
        }
        spoken = {each.pk: each for name in names for each in by_name.get((finding.asset_id, name), ())}
        fits = (each for each in spoken.values() if each.key == finding.key or _same_product(each, finding))
        said = next(fits, None)
        if said is not None:
            yield said, finding


def _open_for(report: Report, verdicts: Sequence[Verdict]) -> QuerySet[Finding]:
    names = listed({name for each in verdicts for name in each.names})
    flaw = FindingFlaw.objects.filter(finding=OuterRef("pk"), cve__in=names)
    alias = FindingAlias.objects.filter(finding=OuterRef("pk"), name__in=names)
    rows = Finding.objects.filter(asset__in=numbered({each.asset_id for each in verdicts}), state="open")
    rows = rows.exclude(last_report=report).filter(Q(Exists(flaw)) | Q(Exists(alias)) | Q(check_id__in=names))
    return rows.prefetch_related("flaws", "aliases").order_by("pk")


def _same_product(verdict: Verdict, finding: Finding) -> bool:
    """Tell whether a statement is of the package, and of the version where both name one, that a finding is in."""
    if not verdict.package and not verdict.purl:
        return True
    if verdict.purl and finding.purl:
        version = _version(verdict.purl)
        return versionless(verdict.purl) == versionless(finding.purl) and version in {"", finding.installed}
    return bool(verdict.package) and verdict.package == finding.package


def _version(purl: str) -> str:
    last = purl.partition("?")[0].rpartition("/")[2]
    return last.rpartition("@")[2] if last.rfind("@") > 0 else ""
