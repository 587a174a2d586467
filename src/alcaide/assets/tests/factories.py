"""Makes places and assets for tests of every room."""

from itertools import count
from typing import Any
from uuid import uuid4

from django.utils import timezone

from alcaide.assets import services
from alcaide.assets.models import Asset, Place
from alcaide.assets.queries import FLAWS_A_YEAR
from alcaide.common.models import Priced
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


def make_price(asset: Asset, minor: int = 4_000_00) -> Priced:
    """Say what an asset's open flaws cost a year, as a run would."""
    return Priced.objects.create(
        subject=asset.subject, figure=FLAWS_A_YEAR, amount_minor=minor, low_minor=minor // 2, high_minor=minor * 2,
        currency="EUR", run=uuid4(), at=timezone.now(),
    )  # fmt: skip
