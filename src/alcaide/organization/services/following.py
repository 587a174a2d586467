"""Writes of the rules by which roles follow the personnel list, and of what they give and take."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.models import User
from alcaide.common.permissions import Refused, require
from alcaide.common.trail import Actor, System, audit, write, writing
from alcaide.organization.models import GRANT, FollowRule, Grant, Organization, Person, Unit
from alcaide.organization.queries import (
    Following,
    follow_rules,
    following,
    may_be_followed,
    root_unit,
    the_organization,
    today,
    who_follows,
)

from .roles import give, let_run_out, take_away
from .rows import check, refuse

CHUNK = 500
# What rules that give roles ask of a person.
FOLLOWED = frozenset({"unit", "title", "kind"})
RULES = System("rules")


@write
def make_rule(
    actor: Actor, *, role: str, title: str = "", unit: Unit | None = None, kind: str = ""
) -> tuple[FollowRule, int]:
    """Let people of a title, unit or kind hold a role in their own unit, and give it to whom that speaks of now.

    Needs the right to grant roles in every unit. Nobody becomes chief or administrator so. Returns the rule, and
    for how many people something changed.
    """
    require(actor, GRANT, unit_id=root_unit().pk)
    if role not in dict(may_be_followed()):
        raise refuse("role", _("No rule gives this role. Grant it by hand."))
    rule = FollowRule(role=role, title=title.strip(), unit=unit, kind=kind)
    check(rule, fields={"title"})
    if kind not in {"", *dict(Person.KINDS)}:
        raise refuse("kind", _("There is no such kind of person."))
    rule.save()
    told = {"role": role, "title": rule.title, "unit": unit.subject if unit else None, "kind": kind}
    audit(actor, "make_rule", subject=rule.subject, after=told)
    return rule, follow(actor, who_follows())


@write
def retire_rule(actor: Actor, rule: FollowRule) -> int:
    """End a rule: what it gave and no other rule gives is withdrawn. Needs the right to grant roles in every unit."""
    require(actor, GRANT, unit_id=root_unit().pk)
    if rule.retired_at is not None:
        return 0
    rule.retired_at = timezone.now()
    rule.save(update_fields=["retired_at"])
    audit(actor, "retire_rule", subject=rule.subject, after={"role": rule.role})
    return follow(actor, who_follows())


@write
def set_grace(actor: Actor, *, days: int) -> Organization:
    """Say how many days a role granted by hand lasts after its holder moved. Needs to grant roles in every unit."""
    require(actor, GRANT, unit_id=root_unit().pk)
    house = the_organization()
    before, house.grace_days = house.grace_days, days
    check(house, fields={"grace_days"})
    if before != days:
        house.save(update_fields=["grace_days"])
        audit(actor, "set_grace", subject=house.subject, before={"days": before}, after={"days": days})
    return house


def follow(actor: Actor, people: Iterable[Person], *, moved: Mapping[int, Unit] | None = None) -> int:
    """Give and take what the rules say of these people; inside the write that changed them.

    moved: by key the unit that a person came from. Nobody gains by their own write. Returns for how many something
    changed.
    """
    changes = following(people, moved=moved)
    if not changes:
        return 0
    last_day = today() + timedelta(days=the_organization().grace_days)
    return sum(_apply(actor, each, last_day=last_day) for each in changes)


def must_not_serve_oneself(actor: Actor, person: Person, *, fields: Iterable[str]) -> None:
    """Refuse that somebody changes in their own line what rules give roles by. Raises Refused."""
    is_own = isinstance(actor, User) and person.user_id == actor.pk
    if is_own and FOLLOWED & set(fields) and follow_rules().exists():
        raise Refused(_("Roles follow your title, unit and kind, so somebody else changes yours."))


def follow_everybody() -> int:
    """Let the rules give and take for everybody who may sign in, in chunks; what imports and undos left behind."""
    changed, keys = 0, list(who_follows().values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        with writing():
            changed += follow(RULES, who_follows().filter(pk__in=keys[start : start + CHUNK]))
    return changed


def _apply(actor: Actor, change: Following, *, last_day: date) -> bool:
    user = change.person.user
    if user is None or (isinstance(actor, User) and actor.pk == user.pk):
        return False
    for held in change.loses:
        take_away(actor, held, why="the rule speaks of them no longer")
    for held in change.runs_out:
        let_run_out(actor, held, last_day=last_day, why="moved to another unit")
    for rule, role in change.gains:
        same = Grant.objects.filter(user=user, role=role, unit=change.person.unit, withdrawn_at__isnull=True)
        same.update(withdrawn_at=timezone.now())
        give(actor, user, role=role, unit=change.person.unit, from_on=today(), follows=rule)
    return True
