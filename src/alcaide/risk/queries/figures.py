"""Reads of runs as figures: what a page shows, dated, with what is hidden counted."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

import msgspec
from django.utils import timezone

from alcaide.common.counts import Count
from alcaide.common.money import Kind, Money, from_engine
from alcaide.common.permissions import Hidden, scope_of
from alcaide.organization.models import Unit
from alcaide.organization.queries import root_unit
from alcaide.risk.models import SEE, Proposal, Run, Scenario
from alcaide.risk.pricing import moves

LONG = ("inputs", "results")


@dataclass(frozen=True)
class Figures:
    """The figures of one run as one user may see them."""

    run: Run
    results: dict[str, Any]
    whole: bool
    """Whether the user may see the sums of the whole organization."""
    hidden: tuple[Hidden, ...] = ()
    unit_ranges: dict[str, Any] = field(default_factory=dict)
    """By a unit's uid, what its own scenarios cost together with its range; the user sees no other unit of it."""

    visible: frozenset[str] | None = None
    """The scenarios that the user sees, by uid; None for all."""

    @classmethod
    def of(cls, run: Run) -> "Figures":
        """Return a run's figures whole, for whoever already knows that the user may see them."""
        return cls(run, msgspec.json.decode(run.results), whole=True)

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """What the run was computed from, as far as the user sees it; read when first asked for, since it is long."""
        inputs: dict[str, Any] = msgspec.json.decode(self.run.inputs)
        if self.visible is None:
            return inputs
        return {
            "currency": inputs["currency"],
            "scenarios": [row for row in inputs["scenarios"] if row["uid"] in self.visible],
        }

    def money(self, amount: float) -> Money:
        """Return an amount of the results as a sum of expected loss."""
        return from_engine(amount, self.run.currency, Kind.EXPECTED)

    def cash(self, amount: float) -> Money:
        """Return an amount of the results as cash."""
        return from_engine(amount, self.run.currency, Kind.CASH)

    @property
    def at(self) -> datetime:
        return self.run.at

    @property
    def expected(self) -> tuple[Money, Money, Money]:
        """Expected loss a year with its range; only where the whole may be seen."""
        low, high = self.results["mean_range"]
        return self.money(self.results["mean"]), self.money(low), self.money(high)

    @property
    def bad_year(self) -> tuple[Money, Money, Money]:
        """The sum passed one year in 20 with its range; only where the whole may be seen."""
        low, high = self.results["bad_year_range"]
        return self.money(self.results["bad_year"]), self.money(low), self.money(high)


def latest_run() -> Run | None:
    """Return the newest run."""
    return Run.objects.order_by("-number").first()


def newest_run() -> Run | None:
    """Return the newest run without its content, for what only names and dates it."""
    return Run.objects.order_by("-number").only("uid", "number", "at", "engine", "cause", "mean_minor").first()


def figures(user: Any, run: Run | None = None) -> Figures | None:
    """Return the figures of a run (the newest by default), None before the first.

    Someone who may not see the whole organization gets the scenarios of their own units and no totals.
    """
    run = run or Run.objects.defer(*LONG).order_by("-number").first()
    if run is None:
        return None
    results = _results(run.pk, run.results_hash)
    seen = scope_of(user).units_for(SEE)
    if root_unit().pk in seen:
        return Figures(run, results, whole=True, unit_ranges=results.get("units", {}))
    return _narrowed(user, run, results)


def _narrowed(user: Any, run: Run, results: dict[str, Any]) -> Figures:
    from_rows = results["scenarios"]
    rows = Scenario.objects.filter(uid__in=[row["uid"] for row in from_rows]).visible_to(user)
    visible = frozenset(str(uid) for uid in rows.values_list("uid", flat=True))
    kept = [row for row in from_rows if row["uid"] in visible]
    gone = len(from_rows) - len(kept)
    hidden = (Hidden("outside your units", Count(gone)),) if gone else ()
    seen = {str(uid) for uid in Unit.objects.filter(pk__in=scope_of(user).units_for(SEE)).values_list("uid", flat=True)}
    ranges = {uid: part for uid, part in results.get("units", {}).items() if uid in seen}
    return Figures(
        run, {"scenarios": kept, "moves": []}, whole=False, hidden=hidden, unit_ranges=ranges, visible=visible
    )


def baseline_run(current: Run) -> Run | None:
    """Return the run to compare with: the last before this quarter, else the very first; None where it is the first."""
    day = timezone.localdate(current.at)
    quarter = timezone.make_aware(datetime(day.year, 3 * ((day.month - 1) // 3) + 1, 1))  # noqa: DTZ001  made aware
    earlier = Run.objects.filter(number__lt=current.number).defer(*LONG)
    return earlier.filter(at__lt=quarter).order_by("-number").first() or earlier.order_by("number").first()


def moves_since(current: Figures, earlier: Run) -> list[dict[str, Any]]:
    """Return why the expected loss moved since an earlier run, largest first; empty for who sees only a part.

    Each move carries what caused it as `causes`: subjects of measures, or of a few hosts.
    """
    return list(_moves(current.run.inputs_hash, earlier.inputs_hash)) if current.whole else []


@lru_cache(maxsize=64)
def _moves(current_hash: str, earlier_hash: str) -> tuple[dict[str, Any], ...]:
    """Equal hashes are equal inputs, so what was worked out once stays right."""
    texts = dict(Run.objects.filter(inputs_hash__in={current_hash, earlier_hash}).values_list("inputs_hash", "inputs"))
    then, now = (msgspec.json.decode(texts[each]) for each in (earlier_hash, current_hash))
    return tuple(moves(then, now, with_causes=True))


@lru_cache(maxsize=2)
def _results(pk: int, _results_hash: str) -> dict[str, Any]:
    """Equal hashes are equal results. Whoever is given them shares them with others, and changes nothing in them."""
    results: dict[str, Any] = msgspec.json.decode(Run.objects.values_list("results", flat=True).get(pk=pk))
    return results


def sums_of(run: Run) -> dict[str, Any]:
    """Return a run's results without its scenarios, empty where it has none; the caller knows who may see them.

    The rest of a run is passed over unread: of ten thousand scenarios it is megabytes.
    """
    return _sums(run.pk, run.results_hash)


@lru_cache(maxsize=64)
def _sums(pk: int, _results_hash: str) -> dict[str, Any]:
    text = Run.objects.values_list("results", flat=True).get(pk=pk)
    parts = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    if not msgspec.json.decode(parts.pop("scenarios"), type=list[msgspec.Raw]):
        return {}
    return {name: msgspec.json.decode(part) for name, part in parts.items()}


def past_areas(user: Any, *, most: int = 12) -> list[dict[str, float]]:
    """Return the expected loss of each area in the newest runs, oldest first; empty for who sees only a part."""
    if root_unit().pk not in scope_of(user).units_for(SEE):
        return []
    runs = Run.objects.order_by("-number").values_list("pk", "results_hash")[:most]
    then = [_sums(*run).get("areas", {}) for run in reversed(list(runs))]
    return [{key: area["mean"] for key, area in areas.items()} for areas in then]


def proposal_of(run: Run) -> Proposal | None:
    """Return the plan that was made with a run."""
    return run.proposals.order_by("-id").first()
