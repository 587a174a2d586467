"""What is tolerated: asked by one, agreed by another, until a day, at a figure that is kept."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from alcaide.common.eyes import SamePerson
from alcaide.common.models import TrailLine
from alcaide.common.models.base import LostUpdate
from alcaide.common.permissions import Refused
from alcaide.organization import services as organization
from alcaide.organization.queries import first_chief
from alcaide.organization.tests.factories import HOUSE, make_organization, make_person, make_unit, make_user
from alcaide.risk import services
from alcaide.risk.models import NEVER, Tolerance
from alcaide.risk.queries import standing, tolerance_shown
from alcaide.risk.tests.factories import estimate, priced_scenario, run

pytestmark = pytest.mark.django_db
EUROS = 100


def soon(days: int = 90):
    return timezone.localdate() + timedelta(days=days)


def set_appetite(unit, euros: int, chance: float = 0.05) -> None:
    organization.set_appetite(HOUSE, unit=unit, limit_minor=euros * EUROS, currency="EUR", chance=chance, note="a test")


@pytest.fixture
def plant():
    return make_unit("Plant")


@pytest.fixture
def scenario(plant):
    """A scenario of about 80,000 euros a year, far within the appetite of 50 million one year in 20."""
    set_appetite(make_organization(), 50_000_000)
    made = priced_scenario("Theft", unit=plant)
    run()
    made.refresh_from_db()
    return made


@pytest.fixture
def analyst(plant):
    return make_user("analyst", unit=plant)


def asked(scenario, by, **more) -> Tolerance:
    given = {"until": soon(), "reason": "The fence is bought and comes in spring.", **more}
    return services.ask_to_tolerate(by, scenario, **given)


def agreed(scenario, by, head) -> Tolerance:
    made = asked(scenario, by)
    return services.agree_to_tolerate(head, made, opened_version=made.version)


def test_the_figure_is_kept_as_it_stood(scenario, analyst):
    made = asked(scenario, analyst)
    assert (made.loss_minor, made.low_minor, made.high_minor) == (
        scenario.loss_minor, scenario.loss_low_minor, scenario.loss_high_minor,
    )  # fmt: skip
    assert made.run.number == 1
    assert not made.above_appetite


def test_somebody_else_agrees_and_the_scenario_says_until_when(scenario, analyst, plant):
    made = agreed(scenario, analyst, make_user("head", unit=plant))
    scenario.refresh_from_db()
    assert made.state == "agreed"
    assert scenario.tolerated_until == made.until
    assert TrailLine.objects.filter(verb="agree_to_tolerate", subject=made.subject).count() == 1


def test_in_a_house_with_one_chief_who_asks_is_told_at_once_what_to_do(scenario, client):
    chief = first_chief()
    client.force_login(chief)
    page = client.get(reverse("tolerate", args=[scenario.uid])).content.decode()
    assert "Nobody else may answer yet." in page
    made = asked(scenario, chief)
    page = client.get(reverse("tolerance", args=[made.uid])).content.decode()
    assert "Department head or Executive in Plant" in page
    executive = make_user("executive")
    page = client.get(reverse("tolerance", args=[made.uid])).content.decode()
    assert f"{executive.name} may answer." in page


def test_nobody_agrees_to_their_own_request_whatever_their_role(scenario):
    chief = make_user("chief")
    made = asked(scenario, chief)
    with pytest.raises(SamePerson):
        services.agree_to_tolerate(chief, made, opened_version=made.version)
    with pytest.raises(SamePerson):
        services.refuse_to_tolerate(chief, made, opened_version=made.version, why="no")


def test_the_database_refuses_it_too(scenario, analyst):
    made = asked(scenario, analyst)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tolerance.objects.filter(pk=made.pk).update(decided_by=analyst)


def test_the_house_itself_decides_nothing(scenario, analyst):
    made = asked(scenario, analyst)
    with pytest.raises(Refused, match="person"):
        services.agree_to_tolerate(HOUSE, made, opened_version=made.version)


def test_who_answers_for_it_may_ask_without_a_role_there(scenario):
    user = make_user("employee")
    scenario.owner = make_person("Ana", unit=scenario.unit)
    scenario.owner.user = user
    scenario.owner.save()
    scenario.save()
    assert asked(scenario, user).asked_by == user
    with pytest.raises(Refused):
        asked(scenario, make_user("employee"))


def test_an_analyst_does_not_agree(scenario, analyst, plant):
    made = asked(scenario, analyst)
    with pytest.raises(Refused):
        services.agree_to_tolerate(make_user("analyst", unit=plant), made, opened_version=made.version)


def test_above_the_units_appetite_only_the_top_agrees(scenario, analyst, plant):
    set_appetite(plant, 1_000, chance=0.01)
    made = asked(scenario, analyst)
    assert made.above_appetite
    assert made.chance > 0.01
    for who in (make_user("head", unit=plant), make_user("executive", unit=plant)):
        with pytest.raises(Refused):
            services.agree_to_tolerate(who, made, opened_version=made.version)
    assert services.agree_to_tolerate(make_user("executive"), made, opened_version=made.version).state == "agreed"


def test_an_appetite_set_lower_meanwhile_counts_at_the_decision(scenario, analyst, plant):
    made = asked(scenario, analyst)
    set_appetite(plant, 1_000, chance=0.01)
    with pytest.raises(Refused):
        services.agree_to_tolerate(make_user("head", unit=plant), made, opened_version=made.version)


def test_without_an_appetite_only_the_top_agrees(plant, analyst):
    made = priced_scenario("Fire", unit=plant)
    run()
    assert asked(made, analyst).above_appetite


@pytest.mark.parametrize("days", [0, -1, 367, 10_000])
def test_a_day_past_or_more_than_a_year_off_is_refused(scenario, analyst, days):
    with pytest.raises(ValidationError) as refused:
        asked(scenario, analyst, until=soon(days))
    assert "until" in refused.value.error_dict


def test_a_reason_is_needed_and_one_request_waits_at_a_time(scenario, analyst):
    with pytest.raises(ValidationError):
        asked(scenario, analyst, reason="  ")
    asked(scenario, analyst)
    with pytest.raises(ValidationError, match="already"):
        asked(scenario, analyst)


def test_what_has_no_price_cannot_be_tolerated(plant, analyst, scenario):
    other = priced_scenario("Fire", unit=plant)
    assert standing(other) is None
    with pytest.raises(ValidationError, match="no price"):
        asked(other, analyst)


def test_a_figure_that_rose_since_it_was_asked_is_not_agreed_to(scenario, analyst, plant):
    made = asked(scenario, analyst)
    estimate(scenario, "loss", 20_000, 600_000)
    run()
    with pytest.raises(ValidationError, match="by now"):
        services.agree_to_tolerate(make_user("head", unit=plant), made, opened_version=made.version)


def test_a_figure_that_rises_afterwards_comes_back(scenario, analyst, plant):
    head = make_user("head", unit=plant)
    made = agreed(scenario, analyst, head)
    estimate(scenario, "loss", 12_000, 330_000)
    run()
    assert not tolerance_shown(Tolerance.objects.get(), head).has_risen
    estimate(scenario, "loss", 20_000, 600_000)
    run()
    shown = tolerance_shown(Tolerance.objects.get(), head)
    assert shown.has_risen
    assert shown.now.minor == pytest.approx(2 * made.loss_minor, abs=2)


def test_a_day_that_passed_is_said(scenario, analyst, plant):
    made = agreed(scenario, analyst, make_user("head", unit=plant))
    assert not tolerance_shown(made, analyst, today=made.until).is_out
    assert tolerance_shown(made, analyst, today=made.until + timedelta(days=1)).is_out


def test_a_later_one_replaces_the_earlier(scenario, analyst, plant):
    head = make_user("head", unit=plant)
    first, second = agreed(scenario, analyst, head), agreed(scenario, analyst, head)
    first.refresh_from_db()
    assert (first.state, second.state) == ("replaced", "agreed")


def test_withdrawn_is_not_tolerated_and_stays_as_history(scenario, analyst, plant):
    made = agreed(scenario, analyst, make_user("head", unit=plant))
    services.withdraw_tolerance(analyst, made, opened_version=made.version, why="The fence stands.")
    scenario.refresh_from_db()
    assert scenario.tolerated_until == NEVER
    with pytest.raises(services.AlreadyDecided):
        services.withdraw_tolerance(analyst, made, opened_version=made.version, why="again")


def test_not_agreed_says_why(scenario, analyst, plant):
    made = asked(scenario, analyst)
    head = make_user("head", unit=plant)
    with pytest.raises(ValidationError):
        services.refuse_to_tolerate(head, made, opened_version=made.version, why="")
    services.refuse_to_tolerate(head, made, opened_version=made.version, why="Show me a price for the fence.")
    with pytest.raises(services.AlreadyDecided):
        services.agree_to_tolerate(head, made, opened_version=made.version)


def test_two_who_decide_at_once_do_not_both_decide(scenario, analyst, plant):
    made = asked(scenario, analyst)
    other = Tolerance.objects.get(pk=made.pk)
    services.refuse_to_tolerate(make_user("head", unit=plant), made, opened_version=1, why="No.")
    with pytest.raises(LostUpdate):
        services.agree_to_tolerate(make_user("chief"), other, opened_version=1)
