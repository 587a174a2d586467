"""What whoever grants roles must decide."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alcaide.common.registries import everything_due
from alcaide.organization import services
from alcaide.organization.due import due
from alcaide.organization.models import Grant, Person
from alcaide.organization.queries import root_unit

from .factories import HOUSE, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
DAY = timedelta(days=1)


def leaver(*, days_ago: int = 2, role: str | None = "analyst") -> Person:
    person = make_person("Rafa Marín", unit=make_unit("Zamora"))
    user = services.let_sign_in(HOUSE, person)
    if role:
        services.grant(HOUSE, user=user, role=role, unit=root_unit())
    left = TODAY - days_ago * DAY
    return services.change_person(HOUSE, person, opened_version=1, left_on=left)


def test_who_left_and_can_still_get_in_is_overdue_since_the_day_after() -> None:
    chief, person = make_user("chief"), leaver()
    [one] = due(chief)
    assert (one.subject, one.act) == (person.subject, "Close")
    assert one.title == "Rafa Marín left and can still get in"
    assert one.why.endswith("still Security analyst")
    assert timezone.localdate(one.at) == TODAY - DAY


def test_who_left_without_a_role_can_still_sign_in() -> None:
    chief = make_user("chief")
    leaver(role=None)
    assert [each.why.partition(", ")[2] for each in due(chief)] == ["can still sign in"]


def test_closing_the_sign_in_settles_it() -> None:
    chief, person = make_user("chief"), leaver()
    services.close_sign_in(chief, person)
    assert list(due(chief)) == []


def test_the_last_day_of_work_is_no_matter_yet() -> None:
    chief = make_user("chief")
    leaver(days_ago=0)
    assert list(due(chief)) == []


@pytest.mark.parametrize(("days", "is_due"), [(0, True), (14, True), (15, False)])
def test_a_role_is_told_of_two_weeks_before_it_ends(days: int, is_due: bool) -> None:
    chief, analyst = make_user("chief"), make_user("analyst")
    services.renew(HOUSE, Grant.objects.get(user=analyst), until_on=TODAY + days * DAY)
    found = list(due(chief))
    assert [each.act for each in found] == (["Renew"] if is_due else [])


def test_nobody_is_asked_to_renew_their_own_role() -> None:
    make_user("chief")
    chief = make_user("chief")
    services.renew(HOUSE, Grant.objects.get(user=chief), until_on=TODAY + DAY)
    assert list(due(chief)) == []


@pytest.mark.parametrize("role", ["analyst", "head", "executive", "auditor", "employee"])
def test_who_grants_nothing_is_asked_nothing(role: str) -> None:
    leaver()
    assert list(due(make_user(role))) == []


def test_a_chief_of_one_unit_is_asked_only_of_that_unit() -> None:
    leaver()
    assert list(due(make_user("chief", unit=make_unit("Murcia")))) == []


def test_home_hears_of_it() -> None:
    chief, person = make_user("chief"), leaver()
    assert person.subject in [each.subject for each in everything_due(chief)]


def test_what_is_due_costs_as_many_queries_for_many_as_for_one(django_assert_max_num_queries) -> None:
    chief = make_user("chief")
    for number in range(5):
        person = make_person(f"P {number}")
        services.let_sign_in(HOUSE, person)
        services.change_person(HOUSE, person, opened_version=1, left_on=TODAY - DAY)
    with django_assert_max_num_queries(7):
        assert len(list(due(chief))) == 5
