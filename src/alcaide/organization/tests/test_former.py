"""People who left long ago lose their names, everywhere the house wrote them, unless a hold keeps them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alcaide.common import purging
from alcaide.common.models import PurgeRun, RetentionRule, SearchDoc, SearchWord, TrailValue, User
from alcaide.common.purging.tests.factories import make_hold
from alcaide.common.retention import services as retention
from alcaide.common.trail_check import check_trail
from alcaide.organization import services
from alcaide.organization.models import Person
from alcaide.organization.tests.factories import HOUSE, make_organization

pytestmark = pytest.mark.django_db


def left_long_ago(name: str, *, days: int = 2000) -> Person:
    unit = make_organization()
    person = services.add_person(
        HOUSE, name=name, unit=unit, email=f"{name.split(maxsplit=1)[0].lower()}@almena.example", title="Dispatcher",
    )  # fmt: skip
    services.let_sign_in(HOUSE, person)
    Person.objects.filter(pk=person.pk).update(left_on=timezone.localdate() - timedelta(days=days))
    return Person.objects.get(pk=person.pk)


def run(days_on: int = 0) -> None:
    retention.register()
    RetentionRule.objects.filter(key="people_left").update(state="adopted", days=1095)
    retention.run_all(now=timezone.now() + timedelta(days=days_on))


def test_who_left_long_ago_stays_under_a_number_and_nowhere_under_a_name():
    person = left_long_ago("Wendelin Quastenberg")
    run()
    row, user = Person.objects.get(pk=person.pk), User.objects.get(pk=person.user_id)
    assert (row.name, row.email, row.title) == (f"Former person {row.pk}", "", "")
    assert (user.name, user.is_active) == (f"Former user {user.pk}", False)
    assert not SearchDoc.objects.filter(title__icontains="quastenberg").exists()
    assert not SearchWord.objects.filter(word="quastenberg").exists()
    assert not TrailValue.objects.filter(value__icontains="quastenberg").exists()
    assert check_trail().is_sound
    assert purging.check_ledger().faults == []


def test_who_works_here_or_left_lately_keeps_the_name():
    person = left_long_ago("Wendelin Quastenberg", days=1094)
    run()
    assert Person.objects.get(pk=person.pk).name == "Wendelin Quastenberg"


def test_a_person_under_a_hold_keeps_the_name_until_the_last_hold_is_released():
    person = left_long_ago("Wendelin Quastenberg")
    first, second = (make_hold(number, subjects=(person.subject,)) for number in (1, 2))
    run()
    for hold, days_on in ((first, 1), (second, 2)):
        assert Person.objects.get(pk=person.pk).name == "Wendelin Quastenberg"
        assert User.objects.get(pk=person.user_id).name == "Wendelin Quastenberg"
        hold.state = "released"
        hold.save()
        run(days_on)
    assert Person.objects.get(pk=person.pk).name.startswith("Former person")


def test_a_second_night_erases_nobody_twice():
    left_long_ago("Wendelin Quastenberg")
    run()
    run(1)
    runs = PurgeRun.objects.filter(rule="people_left", model="organization.Person").order_by("id")
    assert [(each.before, each.gone) for each in runs] == [(1, 1), (0, 0)]
