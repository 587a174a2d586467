"""What the example organization says of itself, who speaks for whom, papers of people, tests, and tolerated risks."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from alcaide.common.models import User
from alcaide.controls import services as controls
from alcaide.controls.models import Measure
from alcaide.organization import services as organization
from alcaide.organization.models import Person, Unit
from alcaide.organization.queries import root_unit
from alcaide.risk import services as risk
from alcaide.risk.models import Scenario

from .content import content
from .estate import CURRENCY, HOUSE, minor

RATES = "Example: invented, near what the central bank published"


def make_office(units: dict[str, Unit], people: dict[str, list[Person]], chief: User) -> None:
    """Say the facts, the rates, the appetites of units, the qualifications and the liaisons."""
    _say_facts()
    _say_rates()
    for each in content("office")["appetite"]:
        organization.set_appetite(
            HOUSE, unit=units[each["unit"]], limit_minor=minor(each["limit"]), currency=CURRENCY,
            chance=1 / each["one_in"], note=each["note"],
        )  # fmt: skip
    for each in content("office")["qualification"]:
        _qualify(each, people[each["unit"]][each["person"]], chief)
    for each in content("office")["liaison"]:
        staff = people[each["unit"]]
        organization.name_liaison(
            HOUSE, units[each["unit"]], person=staff[each["person"]], topic=each["topic"],
            deputy=staff[each["deputy"]] if "deputy" in each else None, from_on=_ago(each["began"]),
        )  # fmt: skip


def record_tests(measures: dict[str, Measure]) -> None:
    """Record the tests that found less than was thought, so that a measure has drifted."""
    for each in content("office")["test"]:
        measure = Measure.objects.get(pk=measures[each["measure"]].pk)
        overdue_low, overdue_high = each["overdue"]
        controls.set_cadence(
            HOUSE, measure, opened_version=measure.version, every_days=each["every_days"], overdue_low=overdue_low,
            overdue_high=overdue_high,
        )  # fmt: skip
        low, high = each["held"]
        controls.record_test(
            HOUSE, measure, what=each["what"], how=each["how"], tested_on=_ago(each["days_ago"]),
            by_whom=each["by_whom"], outcome=controls.Outcome(each["result"], each["found"], low, high),
        )  # fmt: skip


def tolerate(scenarios: dict[str, Scenario], *, by: User, decided_by: User) -> None:
    """Ask that risks be tolerated at the figures of the last run; those with an answer are agreed to."""
    for each in content("office")["tolerate"]:
        scenario = Scenario.objects.get(pk=scenarios[each["scenario"]].pk)
        until = timezone.localdate() + timedelta(days=each["days"])
        asked = risk.ask_to_tolerate(by, scenario, until=until, reason=each["reason"])
        if "agreed" in each:
            risk.agree_to_tolerate(decided_by, asked, opened_version=asked.version, note=each["agreed"])


def _say_facts() -> None:
    root, last_year = root_unit(), timezone.localdate().year - 1
    for each in content("office")["fact"]:
        value = each["value"]
        if isinstance(value, dict) and "currency" in value:
            value = {**value, "year": last_year}
        said = organization.Said(value, each["basis"], each["source"], from_on=_ago(each["days_ago"]))
        organization.say_fact(HOUSE, said, unit=root, key=each["key"])


def _say_rates() -> None:
    for each in content("office")["rate"]:
        for days, number in each["per_ours"].items():
            organization.set_rate(
                HOUSE, currency=each["currency"], on=_ago(int(days)), per_ours=Decimal(number), source=RATES
            )


def _qualify(each: dict[str, Any], person: Person, chief: User) -> None:
    ends = timezone.localdate() + timedelta(days=each["ends_in"]) if "ends_in" in each else None
    held = organization.qualify(
        HOUSE, person, kind=each["kind"], number=each["number"], issuer=each["issuer"], from_on=_ago(each["began"]),
        until_on=ends,
    )  # fmt: skip
    if each["is_verified"]:
        organization.verify_qualification(chief, held, opened_version=held.version)


def _ago(days: int) -> Any:
    return timezone.localdate() - timedelta(days=days)
