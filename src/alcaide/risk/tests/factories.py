"""Makes scenarios, estimates, measures with effects, and what scans found, for tests of this room and above."""

from itertools import count
from typing import Any
from unittest.mock import patch

from alcaide.assets.models import Asset
from alcaide.controls import services as controls
from alcaide.controls.models import Measure
from alcaide.exposure.queries import AssetPressure
from alcaide.organization.models import Unit
from alcaide.organization.tests.factories import HOUSE, make_organization
from alcaide.risk import services
from alcaide.risk.models import Estimate, Run, Scenario

_next = count(1)
EURO = 100


def make_scenario(name: str | None = None, *, area: str = "digital", unit: Unit | None = None, **more: Any) -> Scenario:
    return services.add_scenario(
        HOUSE, name=name or f"Scenario {next(_next)}", area=area, unit=unit or make_organization(), **more
    )


def estimate(scenario: Scenario, what: str, low: float, high: float, **more: Any) -> Estimate:
    """Give a range; a loss in whole euros."""
    scale = EURO if what == "loss" else 1
    given = {"basis": "judgement", "observations": 6, "source": "a test", **more}
    return services.estimate(HOUSE, scenario, what=what, low=low * scale, high=high * scale, **given)


def priced_scenario(
    name: str | None = None,
    *,
    frequency: tuple[float, float] = (0.1, 0.9),
    loss: tuple[float, float] = (10_000, 300_000),
    **more: Any,
) -> Scenario:
    scenario = make_scenario(name, **more)
    estimate(scenario, "frequency", *frequency)
    estimate(scenario, "loss", *loss)
    return scenario


def make_measure(
    name: str | None = None, *, cost: int = 10_000, unit: Unit | None = None, area: str = "digital", **more: Any
) -> Measure:
    return controls.propose(
        HOUSE, name=name or f"Measure {next(_next)}", area=area, unit=unit or make_organization(),
        cost_minor=cost * EURO, currency="EUR", **more,
    )  # fmt: skip


def leaves(measure: Measure, scenario: Scenario, low: float, high: float, *, basis: str = "judgement") -> None:
    services.set_effect(
        HOUSE, measure=measure, scenario=scenario, left_low=low, left_high=high, basis=basis, source="a test"
    )


def set_budget(euros: int) -> None:
    services.set_budget(HOUSE, unit=make_organization(), sum_minor=euros * EURO)


def run(cause: str = "a test") -> Run:
    made = services.refresh(HOUSE, cause=cause)
    assert made is not None, "nothing changed since the last run"
    return made


def pressed(asset: Asset, *, flaws: int = 3, low: float = 0.2, high: float = 0.9, **more: Any) -> AssetPressure:
    """What a scan would say of one host."""
    known = {
        "unit_id": asset.unit_id, "kind": asset.kind, "reached_from": asset.reached_from, "known_exploited": 0,
        "sector": 0, "unpriced": 0, "scanned_at": asset.created_at,
    }  # fmt: skip
    return AssetPressure(
        asset.pk, asset.uid, asset.name, chance_low=low, chance_high=high, flaws=flaws, **{**known, **more}
    )


def clean(asset: Asset, **more: Any) -> AssetPressure:
    """What a scan says of a host without a flaw."""
    return pressed(asset, flaws=0, low=0.0, high=0.0, **more)


def scans_say(*found: AssetPressure) -> Any:
    """Let a block read this in place of what scans really found."""
    rows = {each.asset_id: each for each in found}
    return patch("alcaide.risk.queries.inputs.pressure", lambda ids: [rows[pk] for pk in ids if pk in rows])
