"""The last administrator stays, whichever way the house is asked to do without."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from alcaide.common.models import RetentionRule
from alcaide.common.permissions import scope_of
from alcaide.common.retention import services as retention
from alcaide.organization import services
from alcaide.organization.models import Grant, Person, Unit
from alcaide.organization.queries import root_unit
from alcaide.organization.tests.factories import HOUSE, make_organization

pytestmark = pytest.mark.django_db


def founder() -> Person:
    """Return the only administrator, who has left."""
    make_organization()
    Person.objects.update(left_on=timezone.localdate() - timedelta(days=2000))
    return Person.objects.select_related("user", "unit").get()


def withdrawn(person: Person) -> None:
    services.withdraw(HOUSE, Grant.objects.get(user=person.user, role="administrator"))


def disabled(person: Person) -> None:
    services.close_sign_in(HOUSE, person)


def given_an_end(person: Person) -> None:
    held = Grant.objects.get(user=person.user, role="administrator")
    services.renew(HOUSE, held, until_on=timezone.localdate() + timedelta(days=1))


def left_by_the_list_of_people(_person: Person) -> None:
    services.close_leavers(HOUSE)


def unit_ended(_person: Person) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Unit.objects.filter(parent__isnull=True).update(until_on=yesterday)
    services.end_grants_of_ended_units(HOUSE)


def name_forgotten(_person: Person) -> None:
    retention.register()
    RetentionRule.objects.filter(key="people_left").update(state="adopted", days=1095)
    retention.run_all(now=timezone.now())


@pytest.mark.parametrize(
    "asked", [withdrawn, disabled, given_an_end, left_by_the_list_of_people, unit_ended, name_forgotten]
)
def test_the_last_administrator_stays(asked: Callable[[Person], None]) -> None:
    person = founder()
    try:
        asked(person)
    except (services.LastHolder, ValidationError) as told:
        assert str(told)
    kept = Grant.objects.select_related("user").get(role="administrator", withdrawn_at__isnull=True)
    assert (kept.user.is_active, kept.user.name, kept.until_on) == (True, person.user.name, None)
    assert scope_of(kept.user).allows("organization.grant", root_unit().pk)
    assert not kept.user.email.endswith("@erased.invalid")
