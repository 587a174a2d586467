"""The tree of units: its names, its moves, its search."""

import pytest
from django.core.exceptions import ValidationError

from alcaide.common.permissions import Refused, scope_of
from alcaide.common.search import find
from alcaide.organization import services
from alcaide.organization.models import Unit
from alcaide.organization.queries import root_unit, tree_of, unit_words

from .factories import HOUSE, make_organization, make_unit, make_user

pytestmark = pytest.mark.django_db


def move(unit: Unit, *, to: Unit | None) -> Unit:
    fresh = Unit.objects.get(pk=unit.pk)
    return services.change_unit(HOUSE, fresh, opened_version=fresh.version, parent=to)


def test_a_unit_that_moves_takes_everything_below_along() -> None:
    north, south = make_unit("North"), make_unit("South")
    plant = make_unit("Plant", parent=north)
    dock = make_unit("Dock", parent=plant)
    move(plant, to=south)
    assert Unit.objects.get(pk=dock.pk).path == f"{Unit.objects.get(pk=south.pk).path}{plant.pk}/{dock.pk}/"


def test_a_role_reaches_a_unit_where_it_stands_now() -> None:
    north, south = make_unit("North"), make_unit("South")
    plant = make_unit("Plant", parent=north)
    analyst = make_user("analyst", unit=south)
    move(plant, to=south)
    assert plant.pk in scope_of(analyst).units_for("organization.see")


@pytest.mark.parametrize("to", ["itself", "below"])
def test_a_circle_of_units_is_refused(to: str) -> None:
    plant = make_unit("Plant")
    dock = make_unit("Dock", parent=plant)
    with pytest.raises(services.UnitInUse, match="cannot stand below"):
        move(plant, to=plant if to == "itself" else dock)
    assert Unit.objects.get(pk=plant.pk).parent == root_unit()


def test_the_top_unit_stays_at_the_top() -> None:
    plant = make_unit("Plant")
    with pytest.raises(services.UnitInUse, match="stays at the top"):
        move(root_unit(), to=plant)


def test_a_unit_is_not_moved_where_the_mover_may_change_nothing() -> None:
    here, there = make_unit("Here"), make_unit("There")
    dock = make_unit("Dock", parent=here)
    with pytest.raises(Refused):
        services.change_unit(make_user("chief", unit=here), dock, opened_version=dock.version, parent=there)


def test_two_units_below_the_same_one_have_two_names() -> None:
    make_unit("Plant")
    with pytest.raises(services.NameTaken, match="There is a “Plant” below Almena Foods already"):
        make_unit("Plant")


def test_two_units_of_one_name_below_different_ones_are_told_apart() -> None:
    dock = make_unit("Maintenance", parent=make_unit("Murcia"))
    assert unit_words(Unit.objects.select_related("parent").get(pk=dock.pk)) == "Maintenance, Murcia"


def test_a_name_too_long_for_a_unit_is_refused_in_words() -> None:
    with pytest.raises(ValidationError, match="at most 200 characters"):
        make_unit("x" * 201)


def test_a_tree_too_deep_to_keep_is_refused_in_words() -> None:
    unit = make_organization()
    Unit.objects.filter(pk=unit.pk).update(path="/" + "1" * 398 + "/")
    with pytest.raises(services.UnitInUse, match="as deep as it can be kept"):
        make_unit("Plant", parent=Unit.objects.get(pk=unit.pk))


def test_the_tree_tells_nothing_of_units_that_are_not_seen() -> None:
    plant = make_unit("Plant")
    dock = make_unit("Dock", parent=plant)
    assert [(unit.name, depth) for unit, depth in tree_of([dock, plant])] == [("Plant", 0), ("Dock", 1)]


def test_a_unit_is_found_by_its_new_name() -> None:
    chief = make_user("chief")
    unit = make_unit("Old mill")
    services.change_unit(HOUSE, unit, opened_version=unit.version, name="Murcia works")
    assert [hit.subject for hit in find(chief, "murcia")] == [unit.subject]
    assert find(chief, "mill") == []


def test_a_unit_is_not_found_by_who_does_not_see_it() -> None:
    make_unit("Murcia works")
    assert find(make_user("analyst", unit=make_unit("Zamora")), "murcia") == []
