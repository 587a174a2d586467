"""How roles come and go in the example: by rule with the personnel list, by hand between two days, and one of its own.

That everybody who is let in is an employee of their unit is the rule that the organization was founded with.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from alcaide.organization import services as organization
from alcaide.organization.models import Person, Unit

from .content import content
from .estate import HOUSE


def grant_more(units: dict[str, Unit], people: dict[str, list[Person]]) -> None:
    """Make a role and a rule, let in those whom the rule speaks of, and let one move and one leave."""
    told = content("roles")
    own, rule = told["own"], told["rule"]
    made = organization.make_role(
        HOUSE, label=own["label"], description=own["description"], permissions=own["permissions"]
    )
    begins = timezone.localdate() + timedelta(days=own["in_days"])
    organization.grant(
        HOUSE, user=organization.let_sign_in(HOUSE, people[own["home"]][own["place"]]), role=made.key,
        unit=units[own["unit"]], from_on=begins, until_on=begins + timedelta(days=own["days"]),
    )  # fmt: skip
    organization.make_rule(HOUSE, role=rule["role"], title=rule["title"], unit=units[rule["unit"]])
    for each in told["joiner"]:
        _joins(each, units, people[each["unit"]])
    organization.close_leavers(HOUSE)


def _joins(each: dict[str, Any], units: dict[str, Unit], people: list[Person]) -> None:
    """Let somebody of a title in, then let the personnel list say what became of them."""
    person = next(one for one in people[1:] if one.title == each["title"] and one.user_id is None)
    organization.let_sign_in(HOUSE, person)
    since: dict[str, Any] = {}
    if "moves_to" in each:
        since = {"unit": units[each["moves_to"]]}
    if "left_days_ago" in each:
        since = {"left_on": timezone.localdate() - timedelta(days=each["left_days_ago"])}
    if since:
        organization.change_person(HOUSE, person, opened_version=person.version, **since)
