"""Assets, their worth, their names and their needs."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from alcaide.assets import services
from alcaide.assets.models import Asset, AssetValue
from alcaide.assets.queries import assets, costliest, needs_of
from alcaide.assets.services.matching import HostHint, match_or_add
from alcaide.common.models import LostUpdate, Priced, TrailLine
from alcaide.common.permissions import Refused
from alcaide.common.search import find
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user

from .factories import make_asset, make_price

pytestmark = pytest.mark.django_db


def test_a_circle_of_needs_is_kept_and_told() -> None:
    portal, database, disk = make_asset("portal"), make_asset("database"), make_asset("disk")
    services.depend(HOUSE, portal, needs=database)
    assert services.circle_of(HOUSE, services.depend(HOUSE, database, needs=disk)) == ""
    closing = services.depend(HOUSE, disk, needs=portal)
    assert services.circle_of(HOUSE, closing) == "disk needs portal needs database needs disk"


def test_an_asset_does_not_need_itself() -> None:
    asset = make_asset()
    with pytest.raises(ValidationError, match="does not need itself"):
        services.depend(HOUSE, asset, needs=asset)


def test_an_identifier_belongs_to_one_asset() -> None:
    first, second = make_asset("a"), make_asset("b")
    services.identify(HOUSE, first, kind="fqdn", value="A.almena.example")
    with pytest.raises(services.IdentifierTaken, match="belongs to a"):
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


def test_a_change_leaves_one_line_with_what_changed() -> None:
    asset = make_asset("old")
    services.change_asset(HOUSE, asset, opened_version=1, name="new", note="")
    line = TrailLine.objects.latest("seq")
    assert line.verb == "change_asset"
    assert "note" not in line.after


def test_a_new_asset_is_found_by_its_name() -> None:
    chief = make_user("chief")
    asset = make_asset("mur-scada-1")
    assert [hit.subject for hit in find(chief, "scada")] == [asset.subject]


def test_an_asset_is_not_found_by_who_does_not_see_it() -> None:
    make_asset("mur-scada-1", unit=make_unit("Murcia"))
    assert find(make_user("analyst", unit=make_unit("Zamora")), "scada") == []


def test_an_asset_is_found_by_its_address_after_it_was_changed() -> None:
    chief, asset = make_user("chief"), make_asset("mur-scada-1")
    services.identify(HOUSE, asset, kind="ipv4", value="198.51.100.7")
    services.change_asset(HOUSE, asset, opened_version=1, note="line 2")
    assert [hit.subject for hit in find(chief, "198.51.100.7")] == [asset.subject]
    services.no_longer_identify(HOUSE, asset, kind="ipv4", value="198.51.100.7")
    assert find(chief, "198.51.100.7") == []


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("fqdn", " Mur-Scada-1.Almena.Example. ", "mur-scada-1.almena.example"),
        ("mac", "00-50-56-AB-CD-01", "00:50:56:ab:cd:01"),
        ("ipv6", "2001:DB8:0:0::1", "2001:db8::1"),
    ],
)
def test_a_name_is_kept_in_the_form_in_which_scans_bring_it(kind: str, typed: str, kept: str) -> None:
    assert services.identify(HOUSE, make_asset(), kind=kind, value=typed).value == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [("ipv4", "127.0.0.1"), ("ipv4", "300.1.1.1"), ("mac", "none"), ("fqdn", "one"), ("stand-in", "x")],
)
def test_a_name_that_cannot_tell_hosts_apart_is_refused(kind: str, typed: str) -> None:
    with pytest.raises(ValidationError, match="malformed, or many hosts bear it"):
        services.identify(HOUSE, make_asset(), kind=kind, value=typed)


def test_a_full_name_counts_everywhere_and_a_short_one_in_its_zone() -> None:
    asset = make_asset()
    assert services.identify(HOUSE, asset, kind="fqdn", value="a.almena.example", zone="office").zone == ""
    assert services.identify(HOUSE, asset, kind="hostname", value="a", zone=" office ").zone == "office"


def test_a_scan_finds_the_asset_by_a_name_that_a_person_gave() -> None:
    asset, unit = make_asset("scada"), make_organization()
    services.identify(HOUSE, asset, kind="hostname", value="MUR-SCADA-1", zone="line")
    host = HostHint("1", "mur-scada-1", (("hostname", "mur-scada-1"),), timezone.now())
    assert match_or_add(HOUSE, [host], unit=unit, zone="line")["1"].asset == asset


def test_a_taken_name_does_not_tell_of_an_asset_that_is_not_seen() -> None:
    here, there = make_unit("Murcia"), make_unit("Zamora")
    services.identify(HOUSE, make_asset("secret", unit=there), kind="fqdn", value="a.almena.example")
    with pytest.raises(services.IdentifierTaken, match="belongs to an asset outside your units"):
        services.identify(make_user("analyst", unit=here), make_asset(unit=here), kind="fqdn", value="a.almena.example")


def test_a_circle_does_not_tell_of_an_asset_that_is_not_seen() -> None:
    here, there = make_unit("Murcia"), make_unit("Zamora")
    mine, other = make_asset("mine", unit=here), make_asset("also mine", unit=here)
    secret = make_asset("secret", unit=there)
    services.depend(HOUSE, other, needs=secret)
    services.depend(HOUSE, secret, needs=mine)
    analyst = make_user("analyst", unit=here)
    closing = services.depend(analyst, mine, needs=other)
    way = "mine needs also mine needs an asset outside your units needs mine"
    assert services.circle_of(analyst, closing) == way


def test_nobody_needs_what_they_do_not_see() -> None:
    here, there = make_unit("Murcia"), make_unit("Zamora")
    with pytest.raises(Refused):
        services.depend(make_user("analyst", unit=here), make_asset(unit=here), needs=make_asset(unit=there))


def test_needs_that_are_not_seen_are_counted() -> None:
    here, there = make_unit("Murcia"), make_unit("Zamora")
    asset, seen = make_asset(unit=here), make_asset("seen", unit=here)
    for each in (seen, make_asset("secret", unit=there)):
        services.depend(HOUSE, asset, needs=each)
    needs = needs_of(asset, make_user("analyst", unit=here))
    assert [need.needs.name for need in needs.seen] == ["seen"]
    assert [(each.rule, each.count.shown) for each in needs.hidden] == [("outside your units", 1)]


def test_a_need_stands_once() -> None:
    portal, database = make_asset("portal"), make_asset("database")
    services.depend(HOUSE, portal, needs=database)
    with pytest.raises(ValidationError, match="portal needs database already"):
        services.depend(HOUSE, portal, needs=database)


def test_what_is_out_of_use_comes_back() -> None:
    asset = make_asset()
    services.retire_asset(HOUSE, asset, opened_version=1)
    assert not assets(HOUSE).exists()
    services.bring_back(HOUSE, asset, opened_version=2)
    assert list(assets(HOUSE)) == [asset]


def test_taking_out_of_use_what_somebody_changed_meanwhile_writes_nothing() -> None:
    asset = make_asset("old")
    services.change_asset(HOUSE, Asset.of(asset.uid), opened_version=1, name="new")
    with pytest.raises(LostUpdate):
        services.retire_asset(HOUSE, asset, opened_version=1)
    assert Asset.of(asset.uid).retired_at is None


@pytest.mark.parametrize("name", ["", "x" * 201])
def test_a_name_that_cannot_be_kept_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        services.add_asset(HOUSE, name=name, kind="host", unit=make_organization())
    assert not Asset.objects.exists()


def test_the_costliest_asset_is_one_that_the_user_sees_and_that_is_in_use() -> None:
    here, there = make_unit("Murcia"), make_unit("Zamora")
    cheap, dear, retired = make_asset(unit=here), make_asset(unit=there), make_asset(unit=here)
    services.retire_asset(HOUSE, retired, opened_version=1)
    for asset, minor in ((cheap, 100), (dear, 900), (retired, 5000)):
        make_price(asset, minor)
    assert costliest(make_user("analyst", unit=here))[0] == cheap.name
    assert costliest(make_user("chief"))[0] == dear.name


def test_what_is_priced_beside_assets_is_never_read_as_one() -> None:
    unit = make_unit("Murcia")
    asset, other = make_asset(unit=unit), make_asset(unit=unit)
    make_price(asset, 100)
    Priced.objects.filter(pk=make_price(other, 900).pk).update(subject=f"domain:{unit.subject}")
    assert costliest(make_user("chief"))[0] == asset.name
