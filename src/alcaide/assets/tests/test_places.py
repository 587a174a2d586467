"""The tree of places."""

import pytest
from django.core.exceptions import ValidationError

from alcaide.assets import services
from alcaide.assets.models import Place
from alcaide.assets.queries import assets_in, place_tree, places_above
from alcaide.common.models import LostUpdate
from alcaide.common.permissions import Refused
from alcaide.common.search import find
from alcaide.organization.tests.factories import HOUSE, make_unit, make_user

from .factories import make_asset, make_place

pytestmark = pytest.mark.django_db


def change(place: Place, **values: object) -> Place:
    fresh = Place.objects.get(pk=place.pk)
    return services.change_place(HOUSE, fresh, opened_version=fresh.version, **values)


def test_a_place_knows_where_it_stands() -> None:
    site = make_place("Murcia plant")
    dock = make_place("Dock 3", parent=site)
    assert dock.path.startswith(site.path)


def test_a_place_that_moves_takes_what_stands_in_it_along() -> None:
    here, there = make_place("Murcia"), make_place("Zamora")
    hall = make_place("Hall", parent=here)
    room = make_place("Room", parent=hall)
    change(hall, parent=there)
    assert [place.name for place in places_above(Place.objects.get(pk=room.pk), HOUSE)] == ["Zamora", "Hall"]
    change(hall, parent=None)
    assert [place.name for place in places_above(Place.objects.get(pk=room.pk), HOUSE)] == ["Hall"]


@pytest.mark.parametrize("to", ["itself", "inside"])
def test_a_circle_of_places_is_refused(to: str) -> None:
    hall = make_place("Hall")
    room = make_place("Room", parent=hall)
    with pytest.raises(services.PlaceInItself, match="Hall cannot stand in"):
        change(hall, parent=hall if to == "itself" else room)
    assert Place.objects.get(pk=hall.pk).parent is None


def test_a_place_is_not_given_to_a_unit_that_is_not_ours() -> None:
    here, there = make_unit("Murcia"), make_unit("Zamora")
    with pytest.raises(Refused):
        services.change_place(make_user("analyst", unit=here), make_place(unit=here), opened_version=1, unit=there)


def test_a_place_is_not_put_into_one_that_is_not_seen() -> None:
    here, there = make_unit("Murcia"), make_unit("Zamora")
    hidden = make_place(unit=there)
    with pytest.raises(Refused):
        services.add_place(make_user("analyst", unit=here), name="Room", kind="room", unit=here, parent=hidden)


def test_the_second_of_two_editors_of_a_place_is_told() -> None:
    place = make_place("Hall")
    change(place, name="Line hall")
    with pytest.raises(LostUpdate):
        services.change_place(HOUSE, place, opened_version=1, name="Hall 1")
    assert Place.objects.get(pk=place.pk).name == "Line hall"


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_a_place_without_a_name_that_can_be_kept_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        make_place(name) if name else change(make_place("Hall"), name=name)


def test_the_tree_stands_by_name_and_a_place_whose_outer_one_is_hidden_at_its_root() -> None:
    site = make_place("Murcia")
    rooms = [make_place(name, parent=site) for name in ("Órbita", "dock", "Office")]
    seen = [(place.name, depth) for place, depth in place_tree([site, *rooms])]
    assert seen == [("Murcia", 0), ("dock", 1), ("Office", 1), ("Órbita", 1)]
    assert [depth for _, depth in place_tree(rooms)] == [0, 0, 0]


def test_what_stands_in_a_room_stands_in_its_site() -> None:
    site = make_place("Murcia")
    asset = make_asset(place=make_place("Server room", parent=site))
    assert list(assets_in(site, HOUSE)) == [asset]


def test_a_place_is_found_by_its_name_and_address() -> None:
    chief = make_user("chief")
    place = make_place("Murcia plant")
    change(place, address="Camino del Río 7")
    assert [hit.subject for hit in find(chief, "camino rio")] == [place.subject]
