"""The example's scenarios, estimates, measures, appetite and budget."""

from datetime import timedelta

from django.utils import timezone

from alcaide.controls import services as controls
from alcaide.controls.models import Measure
from alcaide.organization import services as organization
from alcaide.organization.models import Person, Unit
from alcaide.risk import services as risk
from alcaide.risk.models import Scenario

from .content import content
from .estate import CURRENCY, HOUSE, minor

APPETITE = 2_500_000
APPETITE_CHANCE = 0.05
BUDGET = 160_000
WHATS = ("frequency", "loss", "through_flaw", "harm")


def make_scenarios(units: dict[str, Unit], people: dict[str, list[Person]]) -> dict[str, Scenario]:
    """Make the scenarios with their owners and ranges, and say which assets' flaws lead to them."""
    found = {}
    for each in content("scenarios")["scenario"]:
        through = "through_flaw" in each
        home, place = each["owner"]
        made = risk.add_scenario(
            HOUSE, name=each["name"], area=each["area"], unit=units[each["unit"]], story=each["story"],
            through_flaws=through, reach_unit=units[each["unit"]] if through else None, owner=people[home][place],
        )  # fmt: skip
        for what in WHATS:
            if what in each:
                low, high, basis, observations, source = each[what]
                scale = minor(1) if what == "loss" else 1
                risk.estimate(
                    HOUSE, made, what=what, low=low * scale, high=high * scale, basis=basis,
                    observations=observations, source=source,
                )  # fmt: skip
        found[each["key"]] = made
    return found


def make_measures(
    units: dict[str, Unit], people: dict[str, list[Person]], scenarios: dict[str, Scenario]
) -> dict[str, Measure]:
    """Propose the measures, with what each leaves of which scenario, and how they bind each other."""
    root = _root(units)
    due = timezone.localdate() + timedelta(days=75)
    found = {}
    for place, each in enumerate(content("measures")["measure"]):
        made = controls.propose(
            HOUSE, name=each["name"], area=each["area"], unit=root, cost_minor=minor(each["cost"]),
            currency=CURRENCY, cost_source=each["cost_source"], effort_hours=each["hours"], what=each["what"],
            mandatory="mandatory" in each, mandatory_why=each.get("mandatory", ""),
            owner=people["Madrid head office"][place], due_on=due if "mandatory" in each else None,
        )  # fmt: skip
        for key, (low, high, basis, source) in each["left"].items():
            risk.set_effect(
                HOUSE, measure=made, scenario=scenarios[key], left_low=low, left_high=high, basis=basis, source=source
            )
        found[each["key"]] = made
    for rule in content("measures").get("links", []):
        controls.link(HOUSE, found[rule["measure"]], kind=rule["kind"], other=found[rule["other"]])
    _tie(scenarios, found)
    return found


def _tie(scenarios: dict[str, Scenario], measures: dict[str, Measure]) -> None:
    """Draw the bow-ties that the example tells: ways in, the event, what follows, with the measures on each line."""
    for each in content("scenarios")["scenario"]:
        scenario = scenarios[each["key"]]
        if "event" in each:
            risk.add_part(HOUSE, scenario, side="event", words=each["event"])
        lines = [("cause", "", *rest) for rest in each.get("ways", [])]
        lines += [("consequence", *rest) for rest in each.get("follows", [])]
        for side, kind, words, placed in lines:
            part = risk.add_part(HOUSE, scenario, side=side, words=words, kind=kind)
            for key in placed:
                risk.place_measure(HOUSE, part, measure=measures[key])


def set_appetite(units: dict[str, Unit]) -> None:
    """Set the appetite of the whole organization."""
    organization.set_appetite(
        HOUSE, unit=_root(units), limit_minor=minor(APPETITE), currency=CURRENCY, chance=APPETITE_CHANCE,
        note="Example: set by the board on 12 March",
    )  # fmt: skip


def set_budget(units: dict[str, Unit]) -> None:
    """Set the budget for new measures."""
    risk.set_budget(HOUSE, unit=_root(units), sum_minor=minor(BUDGET))


def _root(units: dict[str, Unit]) -> Unit:
    return next(unit for unit in units.values() if unit.parent_id is None)
