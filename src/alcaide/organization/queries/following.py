"""What roles people should hold by the rules that follow the personnel list, and what that would change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from django.db.models import QuerySet

from alcaide.common.permissions import ADMINISTRATOR, CHIEF, ROLES
from alcaide.organization.models import FollowRule, Grant, Person, Unit

from .clock import today
from .roles import custom_roles
from .structure import works_here

# Nobody becomes these by a title: whoever keeps the personnel list would hand out the house.
NEVER_BY_RULE = frozenset({CHIEF.key, ADMINISTRATOR.key})


@dataclass(frozen=True)
class Following:
    """What the rules would change for one person."""

    person: Person
    gains: tuple[tuple[FollowRule, str], ...]
    """The rules that give something, each with the role."""
    loses: tuple[Grant, ...]
    """What was given by a rule that speaks of them no longer; ends at once."""
    runs_out: tuple[Grant, ...]
    """What was granted by hand where they were before; ends after the days of grace unless renewed."""

    @property
    def is_nothing(self) -> bool:
        return not (self.gains or self.loses or self.runs_out)


def follow_rules() -> QuerySet[FollowRule]:
    """Return the rules in force."""
    return FollowRule.objects.filter(retired_at__isnull=True).select_related("unit").order_by("id")


def may_be_followed() -> list[tuple[str, str]]:
    """Return the roles that a rule may give: key and words."""
    own = list(custom_roles().values_list("key", "label"))
    return [*((key, role.label) for key, role in ROLES.items() if key not in NEVER_BY_RULE), *own]


def speaks_of(rule: FollowRule, person: Person) -> bool:
    """Tell whether a rule speaks of a person, who brings their unit along."""
    if rule.unit is not None and not person.unit.path.startswith(rule.unit.path):
        return False
    if rule.kind and rule.kind != person.kind:
        return False
    return not rule.title or fnmatchcase(person.title.casefold(), f"*{rule.title.casefold()}*")


def who_follows() -> QuerySet[Person]:
    """Return the people whom rules reach: those who work here and may sign in."""
    return Person.objects.filter(works_here(today()), user__is_active=True).select_related("unit", "user")


def following(
    people: Iterable[Person], *, rules: Iterable[FollowRule] | None = None, moved: Mapping[int, Unit] | None = None
) -> list[Following]:
    """Return what the rules would change for these people, nothing written. Two queries at most.

    people: with their unit and user. moved: by a person's key the unit that they came from.
    """
    known = list(follow_rules() if rules is None else rules)
    reached = [person for person in people if person.user is not None and person.user.is_active]
    held: dict[int, list[Grant]] = {}
    rows = Grant.objects.filter(user__in=[person.user_id for person in reached], withdrawn_at__isnull=True)
    for grant in rows.exclude(until_on__lt=today()).select_related("unit", "user", "follows").order_by("id"):
        held.setdefault(grant.user_id, []).append(grant)
    found = [_following(person, known, held.get(person.user_id or 0, []), moved or {}) for person in reached]
    return [each for each in found if not each.is_nothing]


def _following(person: Person, rules: list[FollowRule], held: list[Grant], moved: Mapping[int, Unit]) -> Following:
    wanted: dict[str, FollowRule] = {}
    for rule in rules:
        if speaks_of(rule, person):
            wanted.setdefault(rule.role, rule)
    here = {grant.role for grant in held if grant.unit_id == person.unit_id}
    gains = tuple((rule, role) for role, rule in wanted.items() if role not in here)
    loses = tuple(
        grant for grant in held
        if grant.follows is not None and (grant.unit_id != person.unit_id or grant.role not in wanted)
    )  # fmt: skip
    old: Any = moved.get(person.pk)
    runs_out = tuple(
        grant for grant in held
        if old is not None and grant.follows is None and grant.unit.path.startswith(old.path)
        and not grant.unit.path.startswith(person.unit.path)
    )  # fmt: skip
    return Following(person, gains, loses, runs_out)
