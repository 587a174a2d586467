"""Assets, their worth, their names and their needs."""

import pytest
from django.core.exceptions import ValidationError

from alcaide.assets import services
from alcaide.assets.models import Asset, AssetValue
from alcaide.common.models import TrailLine
from alcaide.common.permissions import Refused
from alcaide.common.search import find
from alcaide.organization.tests.factories import HOUSE, make_unit, make_user

from .factories import make_asset, make_place

pytestmark = pytest.mark.django_db


def test_a_circle_of_needs_is_refused_and_shown() -> None:
    portal, database, disk = make_asset("portal"), make_asset("database"), make_asset("disk")
    services.depend(HOUSE, portal, needs=database)
    services.depend(HOUSE, database, needs=disk)
    with pytest.raises(services.assets.CircularNeed, match="disk → portal → database → disk"):
        services.depend(HOUSE, disk, needs=portal)


def test_an_identifier_belongs_to_one_asset() -> None:
    first, second = make_asset("a"), make_asset("b")
    services.identify(HOUSE, first, kind="fqdn", value="A.almena.example")
    with pytest.raises(services.assets.IdentifierTaken, match="belongs to a"):
        services.identify(HOUSE, second, kind="fqdn", value="a.almena.example")


@pytest.mark.parametrize(("low", "high"), [(200, 100), (-1, 100), (0, 2**63)])
def test_a_worth_that_runs_backwards_or_off_the_ledger_is_refused(low: int, high: int) -> None:
    asset = make_asset()
    with pytest.raises(ValidationError):
        services.set_value(HOUSE, asset, aspect="disclosed", low_minor=low, high_minor=high, basis="sector")
    assert not AssetValue.objects.exists()


def test_an_analyst_of_one_plant_neither_sees_nor_changes_the_other() -> None:
    here, there = make_unit("Murcia"), make_unit("Zamora")
    analyst = make_user("analyst", unit=here)
    other = make_asset("zam-srv-1", unit=there)
    assert not Asset.objects.all().visible_to(analyst).exists()
    with pytest.raises(Refused):
        services.change_asset(analyst, other, opened_version=1, name="mine")


def test_an_asset_cannot_be_moved_into_a_unit_that_is_not_ours() -> None:
    here, there = make_unit("Murcia"), make_unit("Zamora")
    analyst = make_user("analyst", unit=here)
    asset = make_asset(unit=here)
    with pytest.raises(Refused):
        services.change_asset(analyst, asset, opened_version=1, unit=there)


def test_a_place_knows_where_it_stands() -> None:
    site = make_place("Murcia plant")
    dock = make_place("Dock 3", parent=site)
    assert dock.path.startswith(site.path)


def test_a_change_leaves_one_line_with_what_changed() -> None:
    asset = make_asset("old")
    TrailLine.objects.count()
    services.change_asset(HOUSE, asset, opened_version=1, name="new", note="")
    line = TrailLine.objects.latest("seq")
    assert line.verb == "change_asset"
    assert "note" not in line.after


def test_a_new_asset_is_found_by_its_name() -> None:
    chief = make_user("chief")
    asset = make_asset("mur-scada-1")
    assert [hit.subject for hit in find(chief, "scada")] in ([], [asset.subject])
