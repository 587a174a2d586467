"""How hard open flaws press on an asset: the chance that someone, somewhere, exploits one of them within a year.

EPSS speaks of 30 days. A year has 365.25/30 such spans. If they were independent the chance within the year would be
1 - (1 - epss)^(365.25/30); if they hung together entirely it would be no more than epss itself. Truth lies between,
so the asset's chance is a range: `chance_low` takes 30 days for the year, `chance_high` the independent months.
Over the distinct flaws of an asset the chance is 1 - product(1 - p).
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Self
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery

from alcaide.assets.models import Asset
from alcaide.common.rows import numbered
from alcaide.exposure.models import FindingAlias, FindingFlaw, Sighting
from alcaide.threats.models import Exploitation, KnownExploited
from alcaide.threats.queries import editions

SPANS_A_YEAR = 365.25 / 30
AT_ONCE = 5_000
# How the public number of a flaw begins; other names are a source's own.
NUMBER = "CVE-"


@dataclass(frozen=True, slots=True)
class AssetPressure:
    """What stands open on one asset. The chances are 0 where nothing is open, or where no feed prices it."""

    asset_id: int
    uid: UUID
    name: str
    unit_id: int
    kind: str
    reached_from: str
    chance_low: float
    chance_high: float
    flaws: int
    """Distinct public flaws of open findings."""
    known_exploited: int
    sector: int
    """Flaws without a score of their own, believed at the mean of all scored flaws."""
    unpriced: int
    """Flaws that no loaded feed says anything of, so they count for nothing in the chances."""
    scanned_at: datetime | None

    @property
    def is_priced(self) -> bool:
        """False where flaws stand open that the chances do not hold."""
        return self.unpriced == 0


@dataclass(frozen=True, slots=True)
class FlawShare:
    """How much an asset's chance falls if one finding alone were fixed; its flaws may stay open through others."""

    finding_id: int
    asset_id: int
    falls_low: float
    falls_high: float


@dataclass(frozen=True, slots=True)
class _Chance:
    """What is believed of one flaw: the chance in 30 days, 1 for a known exploited one, and on what basis."""

    in_30_days: float
    is_known: bool = False
    basis: str = "measured"

    @property
    def log_escape(self) -> float:
        """Logarithm of the chance that nobody exploits it in 30 days; not asked of what is certain."""
        return math.log1p(-self.in_30_days)


def within_a_year(share_of_30_days: float) -> float:
    """Return the chance within a year of what has this chance in 30 days, month for month independent.

    >>> round(within_a_year(0.01), 4)
    0.1152
    """
    if share_of_30_days >= 1:
        return 1.0
    return -math.expm1(SPANS_A_YEAR * math.log1p(-share_of_30_days))


def pressure(asset_ids: Collection[int]) -> list[AssetPressure]:
    """Return how hard open flaws press on each asset, in the order of their numbers. Four queries, rows streamed.

    A known exploited flaw counts as certain; a flaw without a score is believed at the mean of the feed in force.
    """
    open_on = {
        asset_id: _Open.of({cve: chance for _, _, cve, chance in group}.values())
        for asset_id, group in groupby(_open_flaws(asset_ids), key=itemgetter(0))
    }
    last_seen = Sighting.objects.filter(asset=OuterRef("pk")).order_by("-scanned_at").values("scanned_at")[:1]
    rows = Asset.objects.filter(pk__in=numbered(asset_ids)).order_by("pk")
    values = rows.values_list("pk", "uid", "name", "unit_id", "kind", "reached_from", Subquery(last_seen))
    nothing = _Open.of(())
    return [_pressure(row, open_on.get(row[0], nothing)) for row in values.iterator(chunk_size=AT_ONCE)]


def flaw_shares(asset_ids: Collection[int]) -> list[FlawShare]:
    """Return, for each open finding with flaws, how much its asset's chance falls if it alone were fixed."""
    found: list[FlawShare] = []
    for asset_id, group in groupby(_open_flaws(asset_ids), key=itemgetter(0)):
        findings: dict[int, set[str]] = {}
        chances: dict[str, _Chance] = {}
        held_by: Counter[str] = Counter()
        for _, finding_id, cve, chance in group:
            findings.setdefault(finding_id, set()).add(cve)
            chances[cve] = chance
            held_by[cve] += 1
        whole = _Sum.of(chances.values())
        for finding_id, cves in findings.items():
            left = whole.without(chances[cve] for cve in cves if held_by[cve] == 1)
            found.append(FlawShare(finding_id, asset_id, whole.low - left.low, whole.high - left.high))
    return found


def _pressure(row: tuple[int, UUID, str, int, str, str, datetime | None], held: "_Open") -> AssetPressure:
    asset_id, uid, name, unit_id, kind, reached_from, scanned_at = row
    return AssetPressure(
        asset_id, uid, name, unit_id, kind, reached_from,
        chance_low=held.sums.low, chance_high=held.sums.high, flaws=held.flaws,
        known_exploited=held.known_exploited, sector=held.sector, unpriced=held.unpriced, scanned_at=scanned_at,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Sum:
    """1 - product(1 - p), kept as a logarithm: small chances keep their digits, large ones do not overflow."""

    log_escape: float
    certain: int

    @classmethod
    def of(cls, chances: Iterable[_Chance]) -> Self:
        kept = list(chances)
        return cls(
            math.fsum(each.log_escape for each in kept if each.in_30_days < 1),
            sum(each.in_30_days >= 1 for each in kept),
        )

    def without(self, chances: Iterable[_Chance]) -> "_Sum":
        less = _Sum.of(chances)
        return _Sum(self.log_escape - less.log_escape, self.certain - less.certain)

    @property
    def low(self) -> float:
        return 1.0 if self.certain else max(0.0, -math.expm1(self.log_escape))

    @property
    def high(self) -> float:
        return 1.0 if self.certain else max(0.0, -math.expm1(SPANS_A_YEAR * self.log_escape))


@dataclass(frozen=True, slots=True)
class _Open:
    """What stands open on one asset, without naming it."""

    sums: _Sum
    flaws: int
    known_exploited: int
    sector: int
    unpriced: int

    @classmethod
    def of(cls, chances: Iterable[_Chance]) -> Self:
        kept = list(chances)
        return cls(
            _Sum.of(kept),
            flaws=len(kept),
            known_exploited=sum(each.is_known for each in kept),
            sector=sum(each.basis == "sector" for each in kept),
            unpriced=sum(each.basis == "" for each in kept),
        )


def _open_flaws(asset_ids: Collection[int]) -> Iterator[tuple[int, int, str, _Chance]]:
    """Yield asset, finding, flaw and what is believed of it, asset by asset. Three queries."""
    if not asset_ids:
        return
    prior = _prior()
    score = Exploitation.objects.filter(cve=OuterRef("cve")).values("probability")[:1]
    known = KnownExploited.objects.filter(cve=OuterRef("cve"), removed_on__isnull=True)
    rows = (
        FindingFlaw.objects.filter(_presses(), finding__asset_id__in=numbered(asset_ids))
        .order_by("finding__asset_id", "finding_id", "cve")
        .values_list("finding__asset_id", "finding_id", "cve", Subquery(score), Exists(known))
    )
    believed: dict[tuple[float | None, bool], _Chance] = {}
    for asset_id, finding_id, cve, probability, is_known in rows.iterator(chunk_size=AT_ONCE):
        about = (probability, is_known)
        if about not in believed:
            believed[about] = _believe(probability, is_known=is_known, prior=prior)
        yield asset_id, finding_id, cve, believed[about]


def is_believed() -> Q:
    """Return the condition of a row of a finding that stands open and is no confirmed false positive."""
    return Q(finding__state="open") & (Q(finding__decision__isnull=True) | ~Q(finding__decision__kind="false_positive"))


def _presses() -> Q:
    """Return the condition of a flaw that counts: open, no confirmed false positive, and not counted by its number.

    A flaw that one tool knows by a name of its own, and another on the same asset by its number, is one flaw.
    """
    numbered_elsewhere = FindingAlias.objects.filter(
        is_believed(), name=OuterRef("cve"), finding__asset=OuterRef("finding__asset"),
        finding__flaws__cve__startswith=NUMBER,
    )  # fmt: skip
    return is_believed() & (Q(cve__startswith=NUMBER) | Q(~Exists(numbered_elsewhere)))


def _prior() -> float | None:
    """Return the mean score of all scored flaws, None where no scores are loaded."""
    return next((each.prior for each in editions() if each.kind == "epss"), None)


def _believe(probability: float | None, *, is_known: bool, prior: float | None) -> _Chance:
    if is_known:
        return _Chance(1.0, is_known=True)
    if probability is not None:
        return _Chance(probability)
    if prior is not None:
        return _Chance(prior, basis="sector")
    return _Chance(0.0, basis="")
