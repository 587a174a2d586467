"""Units, people and grants."""

import pytest

from alcaide.common.models import LostUpdate, TrailLine
from alcaide.common.permissions import Refused, scope_of
from alcaide.organization import services
from alcaide.organization.models import Unit
from alcaide.organization.queries import appetite_of, root_unit

from .factories import HOUSE, make_organization, make_unit, make_user

pytestmark = pytest.mark.django_db


def test_founding_happens_once() -> None:
    make_organization()
    with pytest.raises(services.AlreadyFounded):
        services.found(HOUSE, name="B", currency="EUR", time_zone="UTC", chief_email="b@b.example", chief_name="B")


def test_a_role_reaches_everything_below_its_unit_and_nothing_beside_it() -> None:
    plant, office = make_unit("Murcia plant"), make_unit("Madrid office")
    dock = make_unit("Dock", parent=plant, kind="department")
    analyst = make_user("analyst", unit=plant)
    units = scope_of(analyst).units_for("organization.see")
    assert {plant.pk, dock.pk} == units
    assert office.pk not in units


def test_hidden_units_are_counted_and_the_rule_is_named() -> None:
    plant = make_unit("Murcia plant")
    make_unit("Madrid office")
    analyst = make_user("analyst", unit=plant)
    hidden = Unit.objects.all().hidden_from(analyst)
    assert [(each.rule, each.count.shown) for each in hidden] == [("outside your units", 2)]


def test_a_stranger_sees_nothing() -> None:
    make_unit("Murcia plant")
    assert not Unit.objects.all().visible_to(make_user(None)).exists()


def test_nobody_grants_a_role_to_themselves() -> None:
    chief = make_user("chief")
    with pytest.raises(Refused, match="yourself"):
        services.grant(chief, user=chief, role="executive", unit=root_unit())


def test_an_analyst_may_not_add_a_unit() -> None:
    with pytest.raises(Refused):
        services.add_unit(make_user("analyst"), name="X", kind="plant", parent=make_organization())
    assert not Unit.objects.filter(name="X").exists()


def test_the_second_of_two_editors_is_told_and_nothing_is_lost() -> None:
    unit = make_unit("Murcia plant")
    mine = Unit.objects.get(pk=unit.pk)
    services.change_unit(HOUSE, Unit.objects.get(pk=unit.pk), opened_version=1, name="Murcia")
    with pytest.raises(LostUpdate) as caught:
        services.change_unit(HOUSE, mine, opened_version=1, name="Planta de Murcia")
    assert caught.value.rows == [("name", "Planta de Murcia", "Murcia")]
    assert Unit.objects.get(pk=unit.pk).name == "Murcia"


def test_a_unit_without_an_appetite_takes_the_one_above() -> None:
    root = make_organization()
    plant = make_unit("Murcia plant")
    services.set_appetite(HOUSE, unit=root, limit_minor=5_000_000_00, currency="EUR", chance=0.05)
    assert appetite_of(plant).limit_minor == 5_000_000_00


def test_each_write_leaves_a_line() -> None:
    make_unit("Murcia plant")
    assert list(TrailLine.objects.values_list("verb", flat=True)) == ["found", "grant", "grant", "add_unit"]
