"""Qualifications, absences, liaisons, legal entities and managers."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from alcaide.common.models import LostUpdate
from alcaide.common.permissions import Refused
from alcaide.organization import services
from alcaide.organization.due import due
from alcaide.organization.models import Person, Unit
from alcaide.organization.queries import has_ended, is_qualified, liaison_of, without_liaison

from .factories import HOUSE, make_organization, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def licence(person: Person, *, days: int = 30):
    return services.qualify(
        HOUSE, person, kind="Guard licence", from_on=date(2024, 1, 1), until_on=TODAY() + timedelta(days=days)
    )


def test_a_qualification_that_ends_soon_is_due() -> None:
    licence(make_person("Ana Ruiz"), days=30)
    licence(make_person("Bo Li"), days=90)
    titles = [each.title for each in due(make_user("chief"))]
    assert titles == ["Guard licence of Ana Ruiz ends"]


def test_a_qualification_holds_until_its_last_day() -> None:
    person = make_person()
    licence(person, days=0)
    assert is_qualified(person, "guard LICENCE")
    assert not is_qualified(person, "guard licence", TODAY() + timedelta(days=1))


def test_nobody_verifies_their_own_paper() -> None:
    person = make_person()
    person.user = make_user("chief")
    person.save()
    held = licence(person)
    with pytest.raises(Refused):
        services.verify_qualification(person.user, held, opened_version=held.version)
    with pytest.raises(LostUpdate):
        services.verify_qualification(HOUSE, held, opened_version=held.version + 1)


def test_colleagues_do_not_see_licences_and_absences(client) -> None:
    person = make_person()
    licence(person)
    client.force_login(make_user("employee"))
    assert "Guard licence" not in client.get(reverse("person", args=[person.uid])).content.decode()
    assert client.get(reverse("qualifications")).status_code == 403
    client.force_login(make_user("head"))
    assert "Guard licence" in client.get(reverse("person", args=[person.uid])).content.decode()


def test_half_days_count_as_halves_and_may_meet_at_noon() -> None:
    person, day = make_person(), date(2026, 5, 4)
    morning = services.be_away(HOUSE, person, kind="holiday", from_on=day, until_on=day, until_noon=True)
    services.be_away(HOUSE, person, kind="sick", from_on=day, until_on=day, from_noon=True)
    assert morning.days == 0.5
    with pytest.raises(ValidationError):
        services.be_away(HOUSE, person, kind="other", from_on=day, until_on=day)


def test_a_unit_turns_to_its_own_liaison_or_to_that_above() -> None:
    top, plant = make_organization(), make_unit("Plant")
    above, own = make_person(unit=top), make_person(unit=plant)
    services.name_liaison(HOUSE, top, person=above, topic="Access")
    assert liaison_of(plant, "access").person == above
    services.name_liaison(HOUSE, plant, person=own, topic="Access", deputy=above)
    assert liaison_of(plant, "access").person == own
    with pytest.raises(ValidationError):
        services.name_liaison(HOUSE, plant, person=above, topic="access")


def test_a_unit_with_people_and_without_a_liaison_is_named(client) -> None:
    plant = make_unit("Plant <i>")
    make_person(unit=plant)
    chief = make_user("chief")
    assert plant in without_liaison(chief)
    client.force_login(chief)
    assert "Plant &lt;i&gt;" in client.get(reverse("liaisons")).content.decode()


def test_an_ended_unit_gets_no_new_roles_people_or_units() -> None:
    plant = make_unit("Plant")
    dock = make_unit("Dock", parent=plant)
    services.change_unit(HOUSE, plant, opened_version=1, until_on=TODAY() - timedelta(days=1))
    assert has_ended(Unit.objects.get(pk=dock.pk))
    with pytest.raises(ValidationError):
        make_user("head", unit=dock)
    with pytest.raises(ValidationError):
        make_unit("New", parent=plant)
    with pytest.raises(ValidationError):
        make_person(unit=dock)


def test_facts_of_a_legal_entity_need_its_name() -> None:
    plant = make_unit("Plant")
    with pytest.raises(ValidationError):
        services.change_unit(HOUSE, plant, opened_version=1, share_held=0.6)
    services.change_unit(HOUSE, plant, opened_version=1, legal_name="Plant SA", share_held=0.6)
    assert Unit.objects.get(pk=plant.pk).share_held == 0.6


def test_nobody_reports_to_somebody_who_reports_to_them() -> None:
    ana, bo = make_person("Ana"), make_person("Bo")
    services.change_person(HOUSE, bo, opened_version=1, manager=ana)
    with pytest.raises(ValidationError, match="reports to them"):
        services.change_person(HOUSE, ana, opened_version=1, manager=bo)


@pytest.mark.parametrize(
    "name", ["rates", "rate-new", "counting-edit", "people-lists", "liaison-new", "qualifications"]
)
def test_the_chief_opens_every_page(client, name) -> None:
    make_organization()
    client.force_login(make_user("chief"))
    assert client.get(reverse(name)).status_code == 200


def test_forms_of_a_person_take_what_is_typed(client) -> None:
    person = make_person()
    client.force_login(make_user("chief"))
    typed = {"kind": "First aid", "from_on": "2026-01-01", "until_on": "2028-01-01"}
    assert client.post(reverse("qualification-new", args=[person.uid]), typed).status_code == 302
    typed = {"kind": "holiday", "from_on": "2026-01-01", "until_on": "2026-01-03", "until_noon": "on"}
    assert client.post(reverse("absence-new", args=[person.uid]), typed).status_code == 302
    assert "2.5 days" in client.get(reverse("person", args=[person.uid])).content.decode()
