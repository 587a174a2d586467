"""Reads of plans: what is chosen, what is not and why, and the proof."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from alcaide.common.money import Money
from alcaide.common.words import money, per_unit, share
from alcaide.risk.models import Proposal

from .figures import Figures, proposal_of

Row = Mapping[str, Any]


@dataclass(frozen=True)
class PlanLine:
    """One measure of a plan."""

    uid: str
    name: str
    area: str
    state: str
    is_chosen: bool
    must: str
    """Why the plan had no choice; empty where it had one."""
    why_not: str
    """Why the measure is not in the plan; empty where it is."""
    cost: Money
    avoids: Money
    low: Money
    high: Money
    per_unit: float | None
    bad_year: Money
    first_in: int
    draws: int
    touches: int
    """How many scenarios with a price it touches."""

    @property
    def per_unit_words(self) -> str:
        """What each unit of cash avoids, in short; empty where it costs nothing."""
        if self.per_unit is None:
            return ""
        return per_unit(self.per_unit, self.cost.currency)

    @property
    def for_the_bad_year(self) -> bool:
        """Whether it costs more than it avoids, so that only the bad year can justify it."""
        return self.touches > 0 and self.per_unit is not None and self.per_unit < 1


@dataclass(frozen=True)
class Plan:
    """The plan of one run, with its proof."""

    proposal: Proposal
    figures: Figures
    feasible: bool
    reason: str
    chosen: tuple[PlanLine, ...]
    others: tuple[PlanLine, ...]
    cost: Money
    mean: Money
    mean_range: tuple[Money, Money]
    avoided: Money
    bad_year_now: Money
    bad_year: Money
    curve: list[tuple[float, float]]
    bound: Money | None
    gap: float | None
    greedy_left: Money | None
    greedy_lacks: tuple[str, ...]
    """Measures that are in the best plan found and not in the quick one."""
    greedy_adds: tuple[str, ...]

    @property
    def spare(self) -> Money:
        """What the plan leaves of the budget, cash a year."""
        return self.proposal.budget - self.cost

    @property
    def overlap(self) -> Money:
        """By how much the measures' own worths, added up, are more than what the plan avoids."""
        alone = self.figures.money(0.0)
        for line in self.chosen:
            alone = alone + line.avoids
        return alone - self.avoided


def plan_of(figures: Figures) -> Plan | None:
    """Return the plan that was made with a run's figures; None where no budget was set, or only a part may be seen."""
    proposal = proposal_of(figures.run) if figures.whole else None
    return read_plan(proposal, figures) if proposal else None


def read_plan(proposal: Proposal, figures: Figures) -> Plan:
    """Read a kept plan beside the figures of its run."""
    results: dict[str, Any] = json.loads(proposal.results)
    proof, now = results["proof"], figures.results
    lines = _Reader(figures, results).lines()
    names = {line.uid: line.name for line in lines}
    chosen, greedy = set(results["chosen"]), set(proof["greedy_chosen"])
    left = [proof["bound"], proof["greedy_left"]]
    bound, greedy_left = (None if amount is None else figures.money(amount) for amount in left)
    return Plan(
        proposal=proposal,
        figures=figures,
        feasible=results["feasible"],
        reason=results["reason"],
        chosen=tuple(line for line in lines if line.is_chosen),
        others=tuple(line for line in lines if not line.is_chosen),
        cost=figures.cash(results["cost"]),
        mean=figures.money(results["mean"]),
        mean_range=(figures.money(results["mean_range"][0]), figures.money(results["mean_range"][1])),
        avoided=figures.money(now["mean"] - results["mean"]),
        bad_year_now=figures.money(now["bad_year"]),
        bad_year=figures.money(results["bad_year"]),
        curve=list(zip(results["curve"]["at"], results["curve"]["chance"], strict=True)),
        bound=bound,
        gap=proof["gap"],
        greedy_left=greedy_left,
        greedy_lacks=tuple(sorted(names[uid] for uid in chosen - greedy)),
        greedy_adds=tuple(sorted(names[uid] for uid in greedy - chosen)),
    )


class _Reader:
    """Puts the rows of a kept plan into words, with the rules that its run knew."""

    def __init__(self, figures: Figures, results: Mapping[str, Any]) -> None:
        self.figures, self.results = figures, results
        self.chosen = set(results["chosen"])
        self.measures = {each["uid"]: each for each in figures.inputs["measures"]}
        self.links = figures.inputs["links"]
        self.spare = results["budget"] - results["cost"]

    def lines(self) -> list[PlanLine]:
        return [self._line(row) for row in self.results["measures"]]

    def _line(self, row: Row) -> PlanLine:
        figures, is_chosen = self.figures, row["uid"] in self.chosen
        return PlanLine(
            uid=row["uid"], name=row["name"], area=row["area"], state=row["state"], is_chosen=is_chosen,
            must=self._must(row), why_not="" if is_chosen else self._why_not(row), cost=figures.cash(row["cost"]),
            avoids=figures.money(row["avoids"]), low=figures.money(row["range"][0]),
            high=figures.money(row["range"][1]), per_unit=row["per_unit"], bad_year=figures.money(row["bad_year"]),
            first_in=row["first_in"], draws=row["draws"], touches=len(self.measures[row["uid"]]["effects"]),
        )  # fmt: skip

    def _must(self, row: Row) -> str:
        measure = self.measures[row["uid"]]
        if measure["state"] == "adopted":
            return _("adopted already")
        if measure["mandatory"]:
            return measure.get("mandatory_why") or _("mandatory")
        by = [a for kind, a, b in self.links if kind == "needs" and b == row["uid"] and a in self.chosen]
        if by and not measure["effects"]:
            return _("needed by %(name)s") % {"name": self._name(by[0])}
        return ""

    def _why_not(self, row: Row) -> str:  # noqa: PLR0911  one return per reason is the clearest table
        uid = row["uid"]
        if not self.results["feasible"]:
            return _("there is no plan")
        for kind, a, b in self.links:
            if kind == "excludes" and uid in {a, b} and (other := b if a == uid else a) in self.chosen:
                return _("cannot stand beside %(name)s") % {"name": self._name(other)}
        if not self.measures[uid]["effects"]:
            return _("nobody said yet what it leaves of a scenario that has a price")
        missing, beats = self._missing(uid), self._beats_a_chosen_one(row)
        cost = sum(self.measures[each]["cost"] for each in missing)
        words = {"cost": self._cash(cost), "spare": self._cash(self.spare), "names": self._names(missing - {uid})}
        if cost > self.spare * 1.000001 + 1e-9:
            if words["names"]:
                return _("over budget: with %(names)s, which it needs, %(cost)s; %(spare)s is left") % words
            said = _("over budget: it costs %(cost)s and %(spare)s is left") % words
            return _("%(said)s; making room for it would lose more than it adds") % {"said": said} if beats else said
        gap = self.results["proof"]["gap"]
        if gap:
            return _("adds less than the proof can tell, %(gap)s") % {"gap": share(gap)}
        return _("adds nothing to the measures that are chosen")

    def _beats_a_chosen_one(self, row: Row) -> bool:
        """Whether it avoids more for each unit of cash than something that the plan was free to choose."""
        free = [one for one in self.results["measures"] if one["uid"] in self.chosen and not self._must(one)]
        return any((row["per_unit"] or 0.0) > (one["per_unit"] or math.inf) for one in free)

    def _missing(self, uid: str) -> set[str]:
        found, waiting = {uid}, [uid]
        while waiting:
            at = waiting.pop()
            more = {b for kind, a, b in self.links if kind == "needs" and a == at} - self.chosen - found
            found |= more
            waiting.extend(more)
        return found

    def _name(self, uid: str) -> str:
        return str(self.measures[uid]["name"]) if uid in self.measures else _("another measure")

    def _names(self, uids: set[str]) -> str:
        return ", ".join(sorted(self._name(uid) for uid in uids))

    def _cash(self, amount: float) -> str:
        return money(self.figures.cash(amount).major, self.figures.run.currency)
