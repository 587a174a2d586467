"""A scenario as its page shows it: its figure with the steps to it, its ranges with their grounds, its measures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from alcaide.common.money import Kind, Money
from alcaide.risk.models import Effect, Estimate, Run, Scenario
from alcaide.risk.pricing import Derivation, derive, what_is_left

from .figures import Figures, figures

ALWAYS = ("frequency", "loss", "harm")
WHATS = tuple(what for what, _words in Estimate.WHATS)


@dataclass(frozen=True)
class RangeGiven:
    """An estimate with its ends as they are shown: sums for a loss, numbers for the rest."""

    estimate: Estimate
    is_in_force: bool
    low_money: Money | None
    high_money: Money | None

    @property
    def label(self) -> str:
        """What the range is of."""
        return self.estimate.get_what_display()


@dataclass(frozen=True)
class Ground:
    """One thing that can be estimated of a scenario, with its range in force if somebody gave one."""

    what: str
    label: str
    given: RangeGiven | None
    is_needed: bool


@dataclass(frozen=True)
class EffectGiven:
    """What a measure leaves of the scenario, and whether the figures hold it."""

    effect: Effect
    left: float
    counts: str
    """How the figures take it, in words."""


@dataclass(frozen=True)
class ScenarioShown:
    """One scenario with all that its page says."""

    scenario: Scenario
    figures: Figures | None
    row: Mapping[str, Any] | None
    """The scenario's row in the newest run, None where it has no price there."""
    derivation: Derivation | None
    why_unpriced: str
    given: tuple[RangeGiven, ...]
    """Every estimate, newest first."""
    effects: tuple[EffectGiven, ...]
    is_stale: bool
    """Whether an estimate is newer than the figures."""

    @property
    def run(self) -> Run | None:
        return self.figures.run if self.figures else None

    @property
    def in_force(self) -> dict[str, RangeGiven]:
        """The ranges in force, by what they are of."""
        return {each.estimate.what: each for each in self.given if each.is_in_force}

    @property
    def grounds(self) -> list[Ground]:
        """Everything that can be estimated of it; the share of flaws only where flaws lead here."""
        held = self.in_force
        return [
            Ground(what, words, held.get(what), what in {"frequency", "loss"})
            for what, words in Estimate.WHATS
            if what != "through_flaw" or self.scenario.through_flaws
        ]

    @property
    def missing(self) -> tuple[str, ...]:
        """What must still be said before there is a price."""
        return tuple(what for what in ("frequency", "loss") if what not in self.in_force)

    @property
    def may_lack_share(self) -> bool:
        """Whether flaws are said to lead here while nobody gave the share of them that does."""
        return self.scenario.through_flaws and "through_flaw" not in self.in_force

    @property
    def loss(self) -> Money | None:
        return self._money(self.row["mean"]) if self.row else None

    @property
    def low(self) -> Money | None:
        return self._money(self.row["range"][0]) if self.row else None

    @property
    def high(self) -> Money | None:
        return self._money(self.row["range"][1]) if self.row else None

    @property
    def each_time(self) -> Money | None:
        return self._money(self.derivation.each_time) if self.derivation else None

    @property
    def through_flaws(self) -> Money | None:
        """What of the expected loss comes through open flaws."""
        return self._money(self.row["through_flaws"]) if self.row and self.row["through_flaws"] else None

    def _money(self, amount: float) -> Money | None:
        return self.figures.money(amount) if self.figures else None


def scenario_shown(user: Any, scenario: Scenario) -> ScenarioShown:
    """Return a scenario as the newest run and the newest estimates say it. The caller has asked who may see it."""
    shown = figures(user)
    uid = str(scenario.uid)
    row = _found(shown.results["scenarios"], uid) if shown else None
    stored = _found(shown.inputs["scenarios"], uid) if shown else None
    given = _given(scenario)
    effects = _effects(scenario, stored)
    return ScenarioShown(
        scenario=scenario,
        figures=shown,
        row=row,
        derivation=derive(stored) if stored else None,
        why_unpriced=_why_unpriced(shown, uid),
        given=given,
        effects=effects,
        is_stale=shown is not None and scenario.retired_at is None and _is_newer(given, stored),
    )


def _given(scenario: Scenario) -> tuple[RangeGiven, ...]:
    found, seen = [], set()
    for each in scenario.estimates.select_related("made_by").order_by("-id"):
        sums = [
            None if minor is None else Money(minor, each.currency, Kind.EXPECTED)
            for minor in (each.low_minor, each.high_minor)
        ]
        found.append(RangeGiven(each, each.what not in seen, *sums))
        seen.add(each.what)
    return tuple(found)


def _effects(scenario: Scenario, stored: Mapping[str, Any] | None) -> tuple[EffectGiven, ...]:
    rows = scenario.effects.filter(withdrawn_at__isnull=True).exclude(measure__state="dropped")
    counted = {each["measure"] for each in (stored or {}).get("in_place", [])}
    return tuple(
        EffectGiven(each, what_is_left(each.left_low, each.left_high), _counts(each, counted))
        for each in rows.select_related("measure", "made_by").order_by("measure__name")
    )


def _counts(effect: Effect, counted: set[str]) -> str:
    if effect.measure.state != "in_place":
        return _("not in place yet, so not in the figure")
    if str(effect.measure.uid) in counted:
        return _("in place and in the figure")
    return _("in place before the estimate, so in it already")


def _why_unpriced(shown: Figures | None, uid: str) -> str:
    row = _found(shown.inputs.get("unpriced", []), uid) if shown else None
    return str(row["why"]) if row else ""


def _is_newer(given: tuple[RangeGiven, ...], stored: Mapping[str, Any] | None) -> bool:
    """Tell whether a range in force is not the one that the run was computed from."""
    held = {part["estimate"] for what in WHATS if (part := (stored or {}).get(what))}
    used = WHATS if stored and stored["pressure"] is not None else tuple(each for each in WHATS if each in ALWAYS)
    return any(each.is_in_force and each.estimate.what in used and str(each.estimate.uid) not in held for each in given)


def _found(rows: list[dict[str, Any]], uid: str) -> dict[str, Any] | None:
    return next((row for row in rows if row["uid"] == uid), None)
