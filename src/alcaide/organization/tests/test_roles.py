"""Roles: granted, renewed, withdrawn, and never without a chief or an administrator."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from alcaide.common.permissions import ROLES, Refused, scope_of
from alcaide.organization import services
from alcaide.organization.models import Grant
from alcaide.organization.queries import root_unit

from .factories import HOUSE, make_organization, make_unit, make_user

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
DAY = timedelta(days=1)


def held_by(user) -> Grant:
    return Grant.objects.get(user=user)


def run_out(held: Grant) -> None:
    Grant.objects.filter(pk=held.pk).update(from_on=TODAY - 9 * DAY, until_on=TODAY - DAY)


@pytest.mark.parametrize("role", ["chief", "administrator"])
def test_the_last_of_a_role_that_the_house_needs_keeps_it(role: str) -> None:
    held = make_organization().grants.get(role=role)
    with pytest.raises(services.LastHolder, match="Grant it to somebody else first"):
        services.withdraw(HOUSE, held)
    with pytest.raises(services.LastHolder):
        services.renew(HOUSE, held, until_on=TODAY + 30 * DAY)


def test_one_of_two_chiefs_may_go() -> None:
    second = make_user("chief")
    services.withdraw(second, Grant.objects.exclude(user=second).get(role="chief"))
    assert Grant.objects.filter(withdrawn_at__isnull=True, role="chief").count() == 1


@pytest.mark.parametrize("spoil", ["closed", "runs out", "of a plant"])
def test_a_second_chief_who_is_none_does_not_count(spoil: str) -> None:
    first = make_organization().grants.get(role="chief")
    other = make_user("chief", unit=make_unit("Plant") if spoil == "of a plant" else None)
    if spoil == "closed":
        other.is_active = False
        other.save()
    if spoil == "runs out":
        services.renew(HOUSE, held_by(other), until_on=TODAY + DAY)
    with pytest.raises(services.LastHolder):
        services.withdraw(HOUSE, first)


def test_a_chief_of_a_plant_may_go() -> None:
    plant_chief = make_user("chief", unit=make_unit("Plant"))
    services.withdraw(HOUSE, held_by(plant_chief))
    assert not scope_of(plant_chief).allows("organization.grant")


def test_a_role_does_not_end_before_today() -> None:
    analyst = make_user("analyst")
    with pytest.raises(ValidationError, match="ends today or later"):
        services.renew(HOUSE, held_by(analyst), until_on=TODAY - DAY)
    with pytest.raises(ValidationError, match="ends today or later"):
        services.grant(HOUSE, user=analyst, role="head", unit=root_unit(), until_on=TODAY - DAY)


def test_a_role_that_ends_today_still_holds_today() -> None:
    analyst = make_user("analyst")
    services.renew(HOUSE, held_by(analyst), until_on=TODAY)
    assert scope_of(analyst).allows("organization.see")


def test_a_role_is_not_held_twice() -> None:
    analyst = make_user("analyst")
    with pytest.raises(services.RoleHeld, match="holds this role there already"):
        services.grant(HOUSE, user=analyst, role="analyst", unit=root_unit())


def test_a_role_that_ran_out_is_granted_anew() -> None:
    analyst = make_user("analyst")
    run_out(held_by(analyst))
    assert not scope_of(analyst).allows("organization.see")
    services.grant(HOUSE, user=analyst, role="analyst", unit=root_unit())
    assert Grant.objects.filter(user=analyst, withdrawn_at__isnull=True).count() == 1


def test_a_closed_sign_in_gets_no_role() -> None:
    user = make_user(None)
    user.is_active = False
    user.save()
    with pytest.raises(ValidationError, match="is closed"):
        services.grant(HOUSE, user=user, role="analyst", unit=make_organization())


def test_nobody_renews_a_role_of_their_own() -> None:
    make_organization()
    chief = make_user("chief")
    with pytest.raises(Refused, match="of your own"):
        services.renew(chief, held_by(chief), until_on=None)


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"chief", "administrator"}))
def test_only_a_chief_or_an_administrator_grants(role: str) -> None:
    actor, other = make_user(role), make_user(None)
    with pytest.raises(Refused):
        services.grant(actor, user=other, role="employee", unit=root_unit())
    with pytest.raises(Refused):
        services.withdraw(actor, Grant.objects.first())
