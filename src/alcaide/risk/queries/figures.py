"""Reads of runs as figures: what a page shows, dated, with what is hidden counted."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from alcaide.common.counts import Count
from alcaide.common.money import Kind, Money, from_engine
from alcaide.common.permissions import Hidden, scope_of
from alcaide.organization.queries import root_unit
from alcaide.risk.models import SEE, Proposal, Run, Scenario


@dataclass(frozen=True)
class Figures:
    """The figures of one run as one user may see them."""

    run: Run
    inputs: dict[str, Any]
    results: dict[str, Any]
    whole: bool
    """Whether the user may see the sums of the whole organization."""
    hidden: tuple[Hidden, ...] = ()

    def money(self, amount: float) -> Money:
        """Return an amount of the results as a sum of expected loss."""
        return from_engine(amount, self.run.currency, Kind.EXPECTED)

    def cash(self, amount: float) -> Money:
        """Return an amount of the results as cash."""
        return from_engine(amount, self.run.currency, Kind.CASH)

    @property
    def at(self) -> datetime:
        return self.run.at

    @cached_property
    def moves(self) -> list[dict[str, Any]]:
        """Why the expected loss moved since the run before, largest first."""
        return list(self.results.get("moves", []))


def latest_run() -> Run | None:
    """Return the newest run."""
    return Run.objects.order_by("-number").first()


def figures(user: Any, run: Run | None = None) -> Figures | None:
    """Return the figures of a run (the newest by default), None before the first.

    Someone who may not see the whole organization gets the scenarios of their own units and no totals.
    """
    run = run or latest_run()
    if run is None:
        return None
    inputs, results = json.loads(run.inputs), json.loads(run.results)
    seen = scope_of(user).units_for(SEE)
    if root_unit().pk in seen:
        return Figures(run, inputs, results, whole=True)
    return _narrowed(user, run, inputs, results)


def _narrowed(user: Any, run: Run, inputs: dict[str, Any], results: dict[str, Any]) -> Figures:
    from_rows = results["scenarios"]
    rows = Scenario.objects.filter(uid__in=[row["uid"] for row in from_rows]).visible_to(user)
    visible = {str(uid) for uid in rows.values_list("uid", flat=True)}
    kept = [row for row in from_rows if row["uid"] in visible]
    gone = len(from_rows) - len(kept)
    hidden = (Hidden("outside your units", Count(gone)),) if gone else ()
    return Figures(run, inputs, {"scenarios": kept, "moves": []}, whole=False, hidden=hidden)


def move_since(current: Figures, earlier: Run | None) -> float | None:
    """Return how far the expected loss moved since an earlier run, None where there is none."""
    if earlier is None or not current.whole:
        return None
    return float(current.results["mean"]) - float(json.loads(earlier.results)["mean"])


def proposal_of(run: Run) -> Proposal | None:
    """Return the plan that was made with a run."""
    return run.proposals.order_by("-id").first()
