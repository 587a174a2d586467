"""Makes places and assets for tests of every room."""

from itertools import count
from typing import Any

from alcaide.assets import services
from alcaide.assets.models import Asset, Place
from alcaide.organization.models import Unit
from alcaide.organization.tests.factories import HOUSE, make_organization

_next = count(1)


def make_asset(name: str | None = None, *, kind: str = "host", unit: Unit | None = None, **more: Any) -> Asset:
    return services.add_asset(
        HOUSE, name=name or f"asset-{next(_next)}", kind=kind, unit=unit or make_organization(), **more
    )


def make_place(name: str | None = None, *, unit: Unit | None = None, parent: Place | None = None) -> Place:
    kind = "room" if parent else "site"
    return services.add_place(
        HOUSE, name=name or f"place-{next(_next)}", kind=kind, unit=unit or make_organization(), parent=parent
    )
