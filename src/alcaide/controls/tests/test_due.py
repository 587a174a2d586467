"""What measures want decided, and when they must stand."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alcaide.controls import due, services
from alcaide.organization.models import Person
from alcaide.organization.tests.factories import HOUSE, make_organization, make_person, make_unit, make_user

from .factories import adopted, make_measure

pytestmark = pytest.mark.django_db


def titles(user) -> list[str]:
    found = list(due.due(user))
    assert len(found) == due.waiting(user)
    return [each.title for each in found]


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def test_an_adopted_measure_past_its_date_is_overdue():
    adopted("Keys", due_on=in_days(-1))
    [one] = due.due(make_user("chief"))
    assert (one.title, one.at < timezone.now()) == ("Keys", True)


def test_a_day_is_over_only_when_it_ends():
    adopted("Keys", due_on=in_days(0))
    [one] = due.due(make_user("chief"))
    assert one.at > timezone.now()


def test_an_adopted_measure_far_from_its_date_waits_for_nobody():
    adopted(due_on=in_days(60))
    adopted()
    assert titles(make_user("chief")) == []


def test_a_measure_in_place_wants_nothing():
    services.put_in_place(HOUSE, adopted(due_on=in_days(-1)))
    assert titles(make_user("chief")) == []


def test_who_owns_a_measure_is_reminded_without_the_right_to_change_it():
    unit = make_unit()
    head = make_user("head", unit=unit)
    person = make_person(unit=unit)
    Person.objects.filter(pk=person.pk).update(user=head)
    adopted("Keys", unit=unit, owner=person, due_on=in_days(-1))
    assert titles(head) == ["Keys"]
    assert titles(make_user("head", unit=unit)) == []


def test_a_mandatory_measure_that_nobody_adopted_waits_for_who_adopts():
    make_measure("Lids", mandatory=True, mandatory_why="FSMA", cost=17_000)
    [one] = due.due(make_user("executive"))
    assert one.title == "Adopt: Lids"
    assert one.why == "Mandatory: FSMA; €17k of cash a year"
    assert titles(make_user("analyst")) == []


def test_dates_stand_in_the_calendar_with_the_days_that_their_hours_take():
    adopted("Keys", due_on=in_days(30), effort_hours=90)
    make_measure("Idea", due_on=in_days(30))
    make_measure("Lids", mandatory=True, mandatory_why="FSMA", due_on=in_days(40), effort_hours=1e9)
    found = list(due.dates(make_user("chief"), in_days(0), in_days(91)))
    assert [(each.title, each.lead_days) for each in found] == [("Keys", 15), ("Lids", 365)]
    assert list(due.dates(make_user("chief"), in_days(0), in_days(10))) == []


def test_measures_of_other_units_want_nothing_of_me():
    make_organization()
    adopted(due_on=in_days(-1), unit=make_unit())
    assert titles(make_user("chief", unit=make_unit())) == []
