"""What falls with what, what that costs, and which information an asset handles."""

from datetime import date
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from alcaide.assets import services
from alcaide.assets.graph import Graph, circles
from alcaide.assets.models import Asset, ClassReach, Criticality, Dependency, HeldClass
from alcaide.assets.queries import weights_of
from alcaide.organization.tests.factories import HOUSE, make_unit, make_user

from .factories import make_asset, make_place

pytestmark = pytest.mark.django_db


def worth(asset: Asset, euros: int, *, aspect: str = "unavailable", low: int = 0) -> None:
    services.set_value(HOUSE, asset, aspect=aspect, low_minor=low * 100, high_minor=euros * 100, basis="measured")


def chain(*names: str) -> list[Asset]:
    made = [make_asset(name) for name in names]
    for needer, needed in pairwise(made):
        services.depend(HOUSE, needer, needs=needed)
    return made


def holds(asset: Asset, people: int | None, *, of: str = "health", country: str = "") -> HeldClass:
    return services.hold_class(
        HOUSE, asset, data_class=of, people=people, country=country, basis="measured", counted_on=date(2026, 11, 1)
    )


def critical(asset: Asset, aspect: str = "unavailable") -> Criticality:
    return Criticality.objects.get(asset=asset, aspect=aspect)


def test_what_is_needed_is_as_critical_as_what_needs_it_and_says_through_what() -> None:
    orders, database, disk = chain("orders", "database", "disk")
    worth(orders, 40_000, low=9_000)
    services.weigh_all(HOUSE)
    row = critical(disk)
    assert (row.low_minor, row.high_minor, row.source, row.via, row.steps) == (900_000, 4_000_000, orders, database, 2)
    disk.refresh_from_db()
    assert (disk.critical_minor, disk.critical_own) == (4_000_000, False)


def test_a_worse_worth_of_its_own_stands_over_an_inherited_one() -> None:
    orders, database = chain("orders", "database")
    worth(orders, 40_000)
    worth(database, 90_000)
    services.weigh_all(HOUSE)
    assert critical(database).source == database
    assert critical(orders).high_minor == 4_000_000


def test_an_equal_worth_of_its_own_needs_no_other_to_say_it() -> None:
    orders, database = chain("orders", "database")
    worth(orders, 40_000)
    worth(database, 40_000)
    services.weigh_all(HOUSE)
    assert (critical(database).source, critical(database).steps) == (database, 0)


def test_a_circle_falls_together() -> None:
    portal, database, disk = chain("portal", "database", "disk")
    services.depend(HOUSE, disk, needs=portal)
    worth(database, 7_000)
    services.weigh_all(HOUSE)
    assert {critical(each).high_minor for each in (portal, database, disk)} == {700_000}
    assert circles([(portal.pk, database.pk), (database.pk, disk.pk), (disk.pk, portal.pk)]) == [
        [portal.pk, database.pk, disk.pk]
    ]


def test_what_is_out_of_use_passes_nothing_on() -> None:
    orders, database, disk = chain("orders", "database", "disk")
    worth(orders, 40_000)
    services.weigh_all(HOUSE)
    services.retire_asset(HOUSE, database, opened_version=1)
    services.weigh_all(HOUSE)
    assert not Criticality.objects.filter(asset=disk).exists()
    assert Asset.of(disk.uid).critical_minor == 0


def test_a_building_is_needed_by_all_that_stands_in_it() -> None:
    hall = make_place("Hall")
    building = make_asset("Cold warehouse", kind="building", is_place=hall)
    stock = make_asset("Stock", kind="goods", place=make_place("Cell", parent=hall))
    worth(stock, 300_000, aspect="destroyed")
    services.weigh_all(HOUSE)
    assert critical(building, "destroyed").source == stock


def test_two_buildings_are_not_one_place() -> None:
    hall = make_place("Hall")
    make_asset("Cold warehouse", kind="building", is_place=hall)
    with pytest.raises(ValidationError, match="Cold warehouse is this place already"):
        make_asset("Other", kind="building", is_place=hall)
    with pytest.raises(ValidationError, match="Only a building"):
        make_asset("host", is_place=make_place())


def test_people_hurt_are_counted_and_never_part_of_the_sum() -> None:
    crew, hall = chain("crew", "hall")
    services.set_value(HOUSE, crew, aspect="hurt", low_minor=0, high_minor=10**9, basis="judgement", people=(1, 12))
    services.weigh_all(HOUSE)
    assert critical(hall, "hurt").people_high == 12
    assert Asset.of(hall.uid).critical_minor == 0


@pytest.mark.parametrize("people", [None, (5, 2), (-1, 2), (0, 10**12)])
def test_harm_to_people_needs_a_range_of_people(people: tuple[int, int] | None) -> None:
    with pytest.raises(ValidationError):
        services.set_value(
            HOUSE, make_asset(), aspect="hurt", low_minor=0, high_minor=0, basis="judgement", people=people
        )


def test_weighing_again_changes_nothing() -> None:
    orders, _database = chain("orders", "database")
    worth(orders, 40_000)
    holds(make_asset("records", kind="data_set"), 12)
    assert services.weigh_all(HOUSE).criticality == 2
    again = services.weigh_all(HOUSE)
    assert (again.criticality, again.classes) == (0, 0)


def test_a_source_that_is_not_seen_is_not_named() -> None:
    here, there = make_unit("Murcia"), make_unit("Zamora")
    secret, mine = make_asset("secret", unit=there), make_asset("mine", unit=here)
    services.depend(HOUSE, secret, needs=mine)
    worth(secret, 40_000)
    services.weigh_all(HOUSE)
    [weight] = weights_of(mine, make_user("analyst", unit=here))
    assert (weight.source, weight.is_own) == (None, False)


def test_health_data_reaches_what_processes_it_what_holds_it_and_what_runs_that() -> None:
    records = make_asset("records", kind="data_set")
    portal, web, disk = make_asset("portal", kind="application"), make_asset("web"), make_asset("disk")
    power = make_asset("power", kind="equipment")
    for needer, needed in ((portal, records), (portal, web), (records, disk), (disk, power)):
        services.depend(HOUSE, needer, needs=needed)
    holds(records, 12_000)
    services.weigh_all(HOUSE)
    found = {row.asset.name: (row.how, row.people) for row in ClassReach.objects.select_related("asset")}
    assert found == {
        "records": ("holds", 12_000), "disk": ("holds", 12_000), "portal": ("processes", 12_000),
        "web": ("runs", 12_000),
    }  # fmt: skip


def test_people_of_several_countries_add_up_and_of_several_sets_do_not() -> None:
    first, second = make_asset("first", kind="data_set"), make_asset("second", kind="data_set")
    portal = make_asset("portal", kind="application")
    for each in (first, second):
        services.depend(HOUSE, portal, needs=each)
    holds(first, 7_000, country="ES")
    holds(first, 2_000, country="PT")
    holds(second, 8_000)
    services.weigh_all(HOUSE)
    row = ClassReach.objects.get(asset=portal)
    assert (row.people, row.source, row.is_counted) == (9_000, first, True)


def test_a_set_that_nobody_counted_makes_the_number_a_least() -> None:
    first, second = make_asset("first", kind="data_set"), make_asset("second", kind="data_set")
    portal = make_asset("portal", kind="application")
    for each in (first, second):
        services.depend(HOUSE, portal, needs=each)
    holds(first, 7_000)
    holds(second, None)
    services.weigh_all(HOUSE)
    row = ClassReach.objects.get(asset=portal)
    assert (row.people, row.is_counted) == (7_000, False)


def test_a_total_beside_counts_by_country_is_refused() -> None:
    records = make_asset("records", kind="data_set")
    holds(records, 10, country="es")
    with pytest.raises(ValidationError, match="Counts by country stand already"):
        holds(records, 30)
    assert HeldClass.objects.get().country == "ES"


@pytest.mark.parametrize(
    ("kind", "more"),
    [("host", {}), ("data_set", {"people": -1}), ("data_set", {"country": "12"}), ("data_set", {"of": "secrets"})],
)
def test_information_that_cannot_be_kept_is_refused(kind: str, more: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        holds(make_asset(kind=kind), **{"people": 5, **more})


def test_a_long_chain_and_a_wide_estate_are_walked_once() -> None:
    far = 100_000
    found = Graph.of((node, node + 1) for node in range(far)).spread([0])
    assert found[far].steps == far
    assert len(circles([*((node, node + 1) for node in range(far)), (far, 0)])[0]) == far + 1


@pytest.mark.parametrize("size", [2_000, pytest.param(100_000, marks=pytest.mark.full)])
def test_a_wide_estate_is_weighed_whole_and_the_second_time_nothing_is_written(size, django_assert_max_num_queries):
    unit = make_unit()
    Asset.objects.bulk_create([Asset(name=f"a{n}", kind="host", unit=unit) for n in range(size)], batch_size=500)
    numbers = list(Asset.objects.order_by("pk").values_list("pk", flat=True))
    Dependency.objects.bulk_create(
        [Dependency(asset_id=numbers[n // 3], needs_id=numbers[n]) for n in range(1, size)], batch_size=500
    )
    worth(Asset.objects.get(pk=numbers[0]), 1_000_000)
    with django_assert_max_num_queries(40 + size // 70):
        assert services.weigh_all(HOUSE).criticality == size
    with django_assert_max_num_queries(20):
        assert services.weigh_all(HOUSE).criticality == 0


def test_the_list_finds_what_handles_health_data(client) -> None:
    records = make_asset("records", kind="data_set")
    make_asset("other")
    holds(records, 12)
    services.weigh_all(HOUSE)
    client.force_login(make_user("chief"))
    page = client.get(reverse("assets"), {"handles": "health"}).content.decode()
    assert "records" in page
    assert ">other<" not in page
