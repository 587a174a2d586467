"""Makes measures for tests of this room."""

from itertools import count
from typing import Any

from alcaide.controls import services
from alcaide.controls.models import Measure
from alcaide.organization.models import Unit
from alcaide.organization.tests.factories import HOUSE, make_organization

_next = count(1)
EURO = 100


def make_measure(
    name: str | None = None, *, cost: int = 10_000, unit: Unit | None = None, area: str = "digital", **more: Any
) -> Measure:
    return services.propose(
        HOUSE, name=name or f"Measure {next(_next)}", area=area, unit=unit or make_organization(),
        cost_minor=cost * EURO, currency="EUR", **more,
    )  # fmt: skip


def adopted(name: str | None = None, **more: Any) -> Measure:
    return services.adopt(HOUSE, make_measure(name, **more))
