"""An approver who is also the only administrator: running the house does not make one person into two."""

import pytest

from alcaide.common import eyes
from alcaide.common.eyes.queries import unreviewed_overrides
from alcaide.common.models import EyesAttempt, EyesRequest, User
from alcaide.common.permissions import Refused
from alcaide.organization import services as organization
from alcaide.organization.models import APPETITE, Grant
from alcaide.organization.queries import appetite_of, root_unit
from alcaide.organization.tests.factories import make_organization, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def alone() -> User:
    """The founder: the only chief, the only administrator."""
    make_organization()
    return User.objects.get(email="chief@almena.example")


def asked(by: User) -> EyesRequest:
    return organization.ask_appetite(
        by, unit=root_unit(), limit_minor=1_000_000_00, currency="EUR", chance=0.05, note="The board, in May"
    )


def test_they_may_not_approve_what_they_asked_and_the_try_is_kept(alone: User) -> None:
    with pytest.raises(eyes.SamePerson):
        eyes.approve(alone, asked(alone))
    assert appetite_of(root_unit()) is None
    assert EyesAttempt.objects.filter(by=alone).count() == 1


@pytest.mark.parametrize("role", ["executive", "administrator", "chief"])
def test_no_role_that_they_could_grant_themselves_makes_them_the_second(alone: User, role: str) -> None:
    waiting = asked(alone)
    with pytest.raises(Refused):
        organization.grant(alone, user=alone, role=role, unit=root_unit())
    assert not eyes.may_answer(alone, APPETITE, unit_id=root_unit().pk, makers=[waiting.asked_by_id])


def test_they_may_not_leave_the_house_without_an_administrator_to_get_round_it(alone: User) -> None:
    for held in Grant.objects.filter(user=alone):
        with pytest.raises(organization.LastHolder):
            organization.withdraw(alone, held)


def test_they_let_somebody_in_who_then_answers(alone: User) -> None:
    waiting, other = asked(alone), make_user(None)
    organization.grant(alone, user=other, role="executive", unit=root_unit())
    assert eyes.approve(other, waiting).state == "approved"
    assert appetite_of(root_unit()).limit_minor == 1_000_000_00


def test_in_an_emergency_they_go_on_alone_and_it_stays_listed_until_another_looks(alone: User) -> None:
    eyes.override(alone, asked(alone), "The insurer asks for it today, and nobody else can sign in")
    left = unreviewed_overrides()
    assert [each.by for each in left] == [alone]
    with pytest.raises(eyes.SamePerson):
        eyes.review(alone, left[0], verdict="agreed", words="I looked at what I did and find it good")
