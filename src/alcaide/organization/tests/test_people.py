"""People: their addresses, their dates, and their sign-in."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from alcaide.common.models import TrailLine, User
from alcaide.common.permissions import Refused
from alcaide.common.search import find
from alcaide.organization import services
from alcaide.organization.models import Grant, Person
from alcaide.organization.queries import root_unit

from .factories import HOUSE, make_organization, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db


def change(person: Person, **values: object) -> Person:
    fresh = Person.objects.get(pk=person.pk)
    return services.change_person(HOUSE, fresh, opened_version=fresh.version, **values)


def leave(person: Person, *, days_ago: int = 1) -> Person:
    return change(person, left_on=timezone.localdate() - timedelta(days=days_ago))


def test_a_person_is_found_by_name_title_and_address() -> None:
    chief = make_user("chief")
    person = services.add_person(
        HOUSE, name="Núria Vidal", unit=make_organization(), title="Cold chain", email="n.vidal@almena.example"
    )
    for words in ("nuria", "cold chain", "n.vidal"):
        assert person.subject in [hit.subject for hit in find(chief, words)], words


def test_the_name_of_a_unit_does_not_find_everybody_in_it() -> None:
    chief, unit = make_user("chief"), make_unit("Murcia works")
    make_person(unit=unit)
    assert [hit.subject for hit in find(chief, "murcia")] == [unit.subject]


def test_one_address_belongs_to_one_person_however_it_is_typed() -> None:
    make_organization()
    services.add_person(HOUSE, name="A", unit=root_unit(), email="a@almena.example")
    with pytest.raises(services.AddressTaken, match="Somebody else has the address"):
        services.add_person(HOUSE, name="B", unit=root_unit(), email=" A@Almena.example ")


def test_nobody_leaves_before_joining() -> None:
    person = make_person()
    with pytest.raises(ValidationError, match="Nobody leaves before joining"):
        change(person, joined_on=timezone.localdate(), left_on=timezone.localdate() - timedelta(days=1))


def test_a_person_is_not_moved_into_a_unit_that_is_not_ours() -> None:
    here, there = make_unit("Here"), make_unit("There")
    person = make_person(unit=here)
    with pytest.raises(Refused):
        services.change_person(make_user("chief", unit=here), person, opened_version=1, unit=there)


def test_a_sign_in_keeps_the_name_and_address_of_its_person() -> None:
    person = make_person()
    user = services.let_sign_in(HOUSE, person)
    change(person, name="New Name", email="new@almena.example")
    user.refresh_from_db()
    assert (user.name, user.email) == ("New Name", "new@almena.example")


def test_the_address_of_a_sign_in_cannot_be_left_empty() -> None:
    person = make_person()
    services.let_sign_in(HOUSE, person)
    with pytest.raises(ValidationError, match="signs in with this address"):
        change(person, email="")


def test_a_person_does_not_take_the_address_of_another_sign_in() -> None:
    person, other = make_person(), make_user(None)
    services.let_sign_in(HOUSE, person)
    with pytest.raises(services.AddressTaken):
        change(person, email=other.email)


def test_a_person_without_an_address_cannot_be_let_in() -> None:
    make_organization()
    person = services.add_person(HOUSE, name="A", unit=root_unit())
    with pytest.raises(ValidationError, match="needs an e-mail address first"):
        services.let_sign_in(HOUSE, person)


def test_who_has_left_is_not_let_in() -> None:
    person = leave(make_person())
    with pytest.raises(ValidationError, match="has left"):
        services.make_sign_in_link(HOUSE, person)
    assert person.user is None


def test_closing_a_sign_in_withdraws_every_role() -> None:
    chief, person = make_user("chief"), make_person()
    user = services.let_sign_in(HOUSE, person)
    for role in ("analyst", "auditor"):
        services.grant(HOUSE, user=user, role=role, unit=root_unit())
    withdrawn = services.close_sign_in(chief, person)
    user.refresh_from_db()
    assert len(withdrawn) == 2
    assert not user.is_active
    assert not Grant.objects.filter(user=user, withdrawn_at__isnull=True).exists()
    assert list(TrailLine.objects.order_by("-seq").values_list("verb", flat=True)[:3]) == [
        "close_sign_in", "withdraw", "withdraw",
    ]  # fmt: skip


def test_closing_what_is_closed_changes_nothing() -> None:
    person = make_person()
    services.let_sign_in(HOUSE, person)
    services.close_sign_in(HOUSE, person)
    lines = TrailLine.objects.count()
    assert services.close_sign_in(HOUSE, Person.of(person.uid)) == []
    assert TrailLine.objects.count() == lines


def test_the_last_chief_is_not_closed_out() -> None:
    make_organization()
    with pytest.raises(services.LastHolder, match="Nobody else is Chief"):
        services.close_sign_in(HOUSE, Person.objects.get())
    assert User.objects.get().is_active


def test_nobody_closes_their_own_sign_in() -> None:
    make_user("chief")
    person = Person.objects.get()
    with pytest.raises(Refused, match="your own sign-in"):
        services.close_sign_in(person.user, person)


def test_a_closed_sign_in_is_opened_again_without_its_roles() -> None:
    person = make_person()
    user = services.let_sign_in(HOUSE, person)
    services.grant(HOUSE, user=user, role="analyst", unit=root_unit())
    services.close_sign_in(HOUSE, person)
    services.let_sign_in(HOUSE, Person.of(person.uid))
    user.refresh_from_db()
    assert user.is_active
    assert not Grant.objects.filter(user=user, withdrawn_at__isnull=True).exists()


@pytest.mark.parametrize("verb", [services.make_sign_in_link, services.close_sign_in])
def test_a_chief_of_one_unit_does_not_reach_who_holds_a_role_above(verb) -> None:
    plant = make_unit("Plant")
    person = make_person(unit=plant)
    services.grant(HOUSE, user=services.let_sign_in(HOUSE, person), role="chief", unit=root_unit())
    with pytest.raises(Refused):
        verb(make_user("chief", unit=plant), Person.of(person.uid))
