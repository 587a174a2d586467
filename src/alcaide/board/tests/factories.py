"""Makes a small programme with figures for tests of the board."""

from alcaide.controls import services as controls
from alcaide.organization import services as organization
from alcaide.organization.tests.factories import HOUSE, make_organization
from alcaide.risk import services as risk
from alcaide.risk.models import Run


def make_programme() -> Run:
    """Make two scenarios, two measures, an appetite and a budget, and compute the figures."""
    root = make_organization()
    organization.set_appetite(HOUSE, unit=root, limit_minor=2_000_000_00, currency="EUR", chance=0.05)
    risk.set_budget(HOUSE, unit=root, sum_minor=50_000_00)
    for name, area, often, sums in (
        ("Ransomware stops a plant", "digital", (0.05, 0.3), (200_000_00, 3_000_000_00)),
        ("Goods stolen from a dock", "physical", (1.0, 3.0), (9_000_00, 120_000_00)),
    ):
        scenario = risk.add_scenario(HOUSE, name=name, area=area, unit=root)
        for what, (low, high) in (("frequency", often), ("loss", sums)):
            risk.estimate(
                HOUSE, scenario, what=what, low=low, high=high, basis="judgement", observations=5, source="a test"
            )
        measure = controls.propose(
            HOUSE, name=f"Against: {name}", area=area, unit=root, cost_minor=20_000_00, currency="EUR"
        )
        risk.set_effect(
            HOUSE, measure=measure, scenario=scenario, left_low=0.3, left_high=0.6, basis="sector", source="a test"
        )
    run = risk.refresh(HOUSE, cause="A test")
    assert run is not None
    return run
