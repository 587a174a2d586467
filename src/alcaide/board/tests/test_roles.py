"""Each role lands on a home page made for it."""

import pytest
from django.test import Client
from django.utils import timezone

from alcaide.assets import services as assets
from alcaide.board.queries.roles import HeadHome, home_of, role_home
from alcaide.common.models import TrailLine, User
from alcaide.organization import services as organization
from alcaide.organization.models import Person
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user
from alcaide.risk.models import Scenario

from .factories import make_programme

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house():
    return make_organization()


@pytest.mark.parametrize(
    ("role", "home"),
    [("chief", "whole"), ("executive", "whole"), ("analyst", "analyst"), ("head", "head"), ("auditor", "auditor"),
     ("employee", "employee"), (None, "employee")],
)  # fmt: skip
def test_the_role_decides_what_somebody_lands_on(role, home):
    assert home_of(make_user(role)) == home


def test_the_widest_role_decides_where_somebody_holds_two(house):
    user = make_user("employee")
    organization.grant(HOUSE, user=user, role="analyst", unit=house)
    assert home_of(User.objects.get(pk=user.pk)) == "analyst"


@pytest.mark.parametrize(
    ("role", "words"),
    [("analyst", "Fix first"), ("head", "What your units may lose a year"), ("auditor", "What can be verified"),
     ("employee", "What you were told")],
)  # fmt: skip
def test_every_home_says_what_to_do_first_in_an_empty_house(client: Client, role, words):
    client.force_login(make_user(role))
    page = client.get("/").content.decode()
    assert words in page
    assert "Nothing needs you today." in page


def test_a_head_sees_the_sum_of_their_own_units_alone():
    make_programme()
    unit = make_unit("Murcia")
    whole = role_home(make_user("head"), "head", now=timezone.now())
    own = role_home(make_user("head", unit=unit), "head", now=timezone.now())
    assert isinstance(whole, HeadHome)
    assert isinstance(own, HeadHome)
    assert whole.priced == Scenario.objects.filter(priced_run__isnull=False).count() > 0
    assert sum(each.loss.minor for each in whole.scenarios) == whole.loss.minor
    assert (own.loss, own.priced) == (None, 0)


def test_an_employee_sees_what_they_answer_for(client: Client, house):
    user = make_user("employee")
    person = Person.objects.filter(user=user).first() or organization.add_person(
        HOUSE, name="Ana Vidal", unit=house, email="ana@almena.example"
    )
    Person.objects.filter(pk=person.pk).update(user=user)
    assets.add_asset(HOUSE, name="Till 4", kind="equipment", unit=house, owner=person)
    client.force_login(user)
    page = client.get("/").content.decode()
    # Only what the role may see shows: an employee sees no assets.
    assert "Till 4" not in page


def test_an_auditor_sees_how_far_the_trail_is_signed(client: Client):
    client.force_login(make_user("auditor"))
    page = client.get("/").content.decode()
    assert "None yet; the first is signed within the hour." in page
    assert str(TrailLine.objects.count()) in page


def test_who_may_not_see_the_figures_is_not_told_that_there_are_none(client: Client):
    make_programme()
    client.force_login(make_user("employee"))
    assert "no figures yet" not in client.get("/").content.decode()
