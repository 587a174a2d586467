"""Roles of the house's own, roles that follow the personnel list, and who could do what on a day."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from alcaide.common.models import User
from alcaide.common.permissions import Refused, permissions, permit, scope_of
from alcaide.organization import services
from alcaide.organization.models import CustomRole, Grant, Person
from alcaide.organization.queries import clock, following, today, who_could, who_follows
from alcaide.organization.queries.roles import ROOMS

from .factories import HOUSE, make_organization, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_role_of_the_house_carries_what_it_says_and_no_more(django_assert_num_queries) -> None:
    make_organization()
    role = services.make_role(HOUSE, label="Fire officer", permissions=["assets.see"])
    user = again(make_user(role.key))
    with django_assert_num_queries(2):
        assert scope_of(user).allows("assets.see")
    assert not scope_of(user).allows("assets.change")


def test_nobody_makes_a_role_that_may_do_more_than_they() -> None:
    administrator = make_user("administrator")
    with pytest.raises(Refused, match="See assets"):
        services.make_role(administrator, label="Looker", permissions=["assets.see"])
    role = services.make_role(HOUSE, label="Looker", permissions=[])
    with pytest.raises(Refused, match="See assets"):
        services.change_role(
            administrator, role, opened_version=1, label="Looker", description="", permissions=["assets.see"]
        )


def test_what_takes_two_roles_is_carried_by_none() -> None:
    make_organization()
    key = permit("test.unmask", "Lift a mask", takes_two=True)
    with pytest.raises(ValidationError, match="two roles"):
        services.make_role(HOUSE, label="Alone", permissions=[key])
    role = services.make_role(HOUSE, label="Alone", permissions=[])
    CustomRole.objects.filter(pk=role.pk).update(permissions=[key, "gone.away"])
    assert not scope_of(again(make_user(role.key))).allows(key)
    role.refresh_from_db()
    assert services.unknown_of(role) == [key, "gone.away"]


def test_every_permission_stands_under_the_words_of_a_room(client) -> None:
    make_organization()
    rooms = {key.partition(".")[0] for key in permissions() if not key.startswith("test.")}
    assert rooms <= ROOMS.keys(), "say in ROOMS what these are called"
    client.force_login(make_user("chief"))
    page = client.get("/organization/roles/new/").content.decode()
    assert page.index("Assets</label>") < page.index('value="assets.see"') < page.index("Board</label>")
    assert page.count('name="permissions"') > 40


def test_a_retired_role_is_withdrawn_from_everybody() -> None:
    make_organization()
    role = services.make_role(HOUSE, label="Fire officer", permissions=["assets.see"])
    user = make_user(role.key)
    assert services.retire_role(HOUSE, role) == 1
    assert not scope_of(again(user)).allows("assets.see")


def test_a_role_that_begins_later_does_nothing_until_then() -> None:
    root, user = make_organization(), make_user(None)
    held = services.grant(HOUSE, user=user, role="analyst", unit=root, from_on=today() + DAY)
    assert not scope_of(again(user)).allows("assets.see")
    Grant.objects.filter(pk=held.pk).update(from_on=today())
    assert scope_of(again(user)).allows("assets.see")


def test_who_could_on_a_day_is_told_by_the_grants_of_then() -> None:
    root, user = make_organization(), make_user("analyst")
    before = timezone.now()
    services.withdraw(HOUSE, Grant.objects.get(user=user))
    assert user in [each.user for each in who_could("assets.see", root.pk, before)]
    assert user not in [each.user for each in who_could("assets.see", root.pk, timezone.now())]


def test_what_an_own_role_carried_on_a_day_is_read_from_the_trail() -> None:
    root = make_organization()
    role = services.make_role(HOUSE, label="Fire officer", permissions=["assets.see"])
    user = make_user(role.key)
    before = timezone.now()
    services.change_role(HOUSE, role, opened_version=1, label="Fire officer", description="", permissions=[])
    assert user in [each.user for each in who_could("assets.see", root.pk, before)]
    assert user not in [each.user for each in who_could("assets.see", root.pk, timezone.now())]


def test_a_joiner_gets_what_the_rules_say_and_a_mover_loses_it_there() -> None:
    root, plant = make_organization(), make_unit("Murcia")
    services.make_rule(HOUSE, role="employee")
    person = make_person(unit=plant)
    user = services.let_sign_in(HOUSE, person)
    services.grant(HOUSE, user=user, role="analyst", unit=plant)
    other = make_unit("Zamora")
    person = Person.objects.select_related("unit").get(pk=person.pk)
    services.change_person(HOUSE, person, opened_version=person.version, unit=other)
    held = {(each.role, each.unit_id): each for each in Grant.objects.filter(user=user, withdrawn_at=None)}
    assert set(held) == {("employee", other.pk), ("analyst", plant.pk)}
    assert held["analyst", plant.pk].until_on == today() + 14 * DAY
    assert root.pk not in {unit for _, unit in held}


def test_a_dry_run_tells_and_writes_nothing() -> None:
    person = make_person()
    services.let_sign_in(HOUSE, person)
    rule = services.make_rule(HOUSE, role="guard", title="night")[0]
    Person.objects.filter(pk=person.pk).update(title="Night watch")
    told = following(who_follows())
    assert [(each.person.pk, [role for _, role in each.gains]) for each in told] == [(person.pk, ["guard"])]
    assert not Grant.objects.filter(follows=rule).exists()


def test_nobody_becomes_chief_by_a_title() -> None:
    make_organization()
    with pytest.raises(ValidationError, match="by hand"):
        services.make_rule(HOUSE, role="chief", title="director")


def test_the_last_chief_who_moves_keeps_the_role() -> None:
    root = make_organization()
    person = Person.objects.select_related("unit", "user").get()
    services.change_person(HOUSE, person, opened_version=person.version, unit=make_unit("Murcia"))
    assert set(root.grants.values_list("role", "until_on")) == {("chief", None), ("administrator", None)}


@pytest.mark.parametrize(
    ("utc", "day"),
    [((2026, 3, 28, 23, 30), 29), ((2026, 3, 29, 21, 59), 29), ((2026, 3, 29, 22, 0), 30), ((2026, 10, 25, 22, 59), 25),
     ((2026, 10, 25, 23, 0), 26)],
)  # fmt: skip
def test_a_role_ends_with_the_organization_s_day_when_clocks_change(utc: tuple[int, ...], day: int) -> None:
    make_organization()
    assert clock.day_of(datetime(*utc, tzinfo=UTC)).day == day


def test_a_server_clock_that_steps_back_gives_no_role_back() -> None:
    user = make_user("analyst")
    services.withdraw(HOUSE, Grant.objects.get(user=user))
    with patch("django.utils.timezone.now", return_value=timezone.now() - 5 * DAY):
        assert not scope_of(again(user)).allows("assets.see")


@pytest.mark.parametrize(("asked", "words"), [("", "may do nothing in units"), ("?on=2026-01-31", "could do nothing")])
def test_who_holds_nothing_is_said_to_do_nothing(client, asked: str, words: str) -> None:
    person = make_person("Ana Ruiz", unit=make_organization())
    client.force_login(make_user("chief"))
    page = client.get(f"/organization/people/{person.uid}/rights/{asked}").content.decode()
    assert f"Ana Ruiz {words}" in page
    assert "everything below" not in page
