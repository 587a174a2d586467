"""A plan as the board reads it: rows in order of worth, its curve, its proof."""

import json
from dataclasses import dataclass
from typing import Any

from alcaide.common.money import Money
from alcaide.risk.models import Proposal
from alcaide.risk.queries import Figures, proposal_of


@dataclass(frozen=True)
class PlanRow:
    """One measure of a plan: its cost, what it avoids, and what it does to the bad year."""

    uid: str
    name: str
    area: str
    chosen: bool
    cost: Money
    avoids: Money
    low: Money
    high: Money
    per_unit: float | None
    bad_year: Money
    first_in: int
    draws: int

    @property
    def per_unit_words(self) -> str:
        return "" if self.per_unit is None else f"{self.per_unit:.1f}"

    @property
    def for_the_bad_year(self) -> bool:
        """Whether it costs more than it avoids, so that only the bad year can justify it."""
        return self.per_unit is not None and self.per_unit < 1


@dataclass(frozen=True)
class PlanShown:
    """The plan of one run."""

    proposal: Proposal
    feasible: bool
    reason: str
    rows: tuple[PlanRow, ...]
    cost: Money
    mean: Money
    avoided: Money
    bad_year_now: Money
    bad_year: Money
    curve: list[tuple[float, float]]
    gap: float | None

    @property
    def chosen(self) -> list[PlanRow]:
        return [row for row in self.rows if row.chosen]


def plan_shown(figures: Figures) -> PlanShown | None:
    """Return the plan of a run's figures; None where no plan was made."""
    proposal = proposal_of(figures.run)
    return plan_of(proposal, figures=figures) if proposal else None


def plan_of(proposal: Proposal, *, figures: Figures | None = None) -> PlanShown:
    """Return one proposal as a plan to read."""
    figures = figures or Figures.of(proposal.run)
    results: dict[str, Any] = json.loads(proposal.results)
    chosen = set(results["chosen"])
    now = figures.results
    return PlanShown(
        proposal=proposal,
        feasible=results["feasible"],
        reason=results["reason"],
        rows=tuple(_row(figures, row, is_chosen=row["uid"] in chosen) for row in results["measures"]),
        cost=figures.cash(results["cost"]),
        mean=figures.money(results["mean"]),
        avoided=figures.money(now["mean"] - results["mean"]),
        bad_year_now=figures.money(now["bad_year"]),
        bad_year=figures.money(results["bad_year"]),
        curve=list(zip(results["curve"]["at"], results["curve"]["chance"], strict=True)),
        gap=results["proof"]["gap"],
    )


def _row(figures: Figures, row: dict[str, Any], *, is_chosen: bool) -> PlanRow:
    return PlanRow(
        uid=row["uid"], name=row["name"], area=row["area"], chosen=is_chosen, cost=figures.cash(row["cost"]),
        avoids=figures.money(row["avoids"]), low=figures.money(row["range"][0]), high=figures.money(row["range"][1]),
        per_unit=row["per_unit"], bad_year=figures.money(row["bad_year"]), first_in=row["first_in"],
        draws=row["draws"],
    )  # fmt: skip
