"""Who may answer what: by their own role, or standing in for somebody; never whoever asked."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.models import EyesStandIn, User
from alcaide.common.permissions import AUDITOR, CHIEF, COMPLIANCE, ROLES, permit, scope_of
from alcaide.common.waiting import in_units

from .acts import Act, act_of
from .people import Others, people

SEE = permit("eyes.see", "See the questions for a second person that concern them", *ROLES.values())
SEE_ALL = permit(
    "eyes.see_all", "See every question, override and attempt of two pairs of eyes", CHIEF, AUDITOR, COMPLIANCE
)


@dataclass(frozen=True)
class Rights:
    """What lets a user answer one question, and what would if they or their giver had not asked it."""

    is_own: bool
    through: tuple[User, ...] = ()
    """Those in whose place they may answer."""
    through_makers: tuple[User, ...] = ()
    """Those in whose place they would answer, had these not asked."""

    def __bool__(self) -> bool:
        return self.is_own or bool(self.through)


def rights_of(user: User, act: Act, *, unit_id: int | None, makers: Collection[int]) -> Rights:
    """Return what lets a user answer a question that `makers` asked in a unit. One query."""
    givers = [each.giver for each in stand_ins_of(user) if _covers(each, act, unit_id)]
    through = [giver for giver in givers if giver.pk not in makers]
    return Rights(
        holds(user, act.answer, unit_id), tuple(through), tuple(giver for giver in givers if giver.pk in makers)
    )


def may_answer(
    user: Any,
    act: str,
    *,
    unit_id: int | None,
    makers: Collection[int | None],
    given: Collection[EyesStandIn] | None = None,
) -> bool:
    """Tell whether a user could answer a question that `makers` asked in a unit.

    given: their stand-ins, where a list asks of many rows.  At most one query without them, none for an own right.
    """
    asked, told = {each for each in makers if each}, act_of(act)
    if not isinstance(user, User) or user.pk in asked:
        return False
    if holds(user, told.answer, unit_id):
        return True
    stand_ins = stand_ins_of(user) if given is None else given
    return any(each.giver_id not in asked and _covers(each, told, unit_id) for each in stand_ins)


def answerable(user: User, act: str, *, unit: str = "unit", maker: str = "asked_by") -> Q:
    """Return the condition for those rows of a room's own table that a user could answer. One query.

    unit, maker: the paths to the row's unit and to who asked.
    """
    told = act_of(act)
    own = in_units(user, told.answer, unit) & ~Q(**{maker: user})
    for each in stand_ins_of(user):
        if each.acts and told.key not in each.acts:
            continue
        units = scope_of(each.giver).units_for(told.answer)
        units &= people().within(each.unit_id) if each.unit_id else units
        own |= Q(**{f"{unit}__in": units}) & ~Q(**{maker: each.giver}) & ~Q(**{maker: user})
    return own


def answers_at(user: User, act: str, *, unit_id: int | None, maker: str = "asked_by") -> Q | None:
    """Return the condition on who asked under which a user may answer what is all answered in one unit, None for never.

    For what is decided at the top, wherever its row stands.
    """
    rights = rights_of(user, act_of(act), unit_id=unit_id, makers=())
    if rights.is_own:
        return ~Q(**{maker: user})
    if not rights.through:
        return None
    asked = Q()
    for giver in rights.through:
        asked |= ~Q(**{maker: giver})
    return asked & ~Q(**{maker: user})


def others_who_may(
    act: str, *, unit_id: int | None, but: Collection[int | None], user: Any, permission: str = ""
) -> Others:
    """Return who could answer besides those who asked, stand-ins with them, as told to a user."""
    told = replace(act_of(act), answer=permission or act_of(act).answer)
    asked = {each for each in but if each}
    names = dict.fromkeys(each.name for each in people().holders(told.answer, unit_id) if each.pk not in asked)
    for each in _in_force().select_related("giver", "taker"):
        if each.taker.is_active and not asked & {each.taker_id, each.giver_id} and _covers(each, told, unit_id):
            names[_("%(taker)s for %(giver)s") % {"taker": each.taker.name, "giver": each.giver.name}] = None
    return people().words(told.answer, unit_id, tuple(names), user)


def holds(user: User, permission: str, unit_id: int | None) -> bool:
    """Tell whether a user holds a permission in a unit, or everywhere where it concerns the whole house."""
    scope = scope_of(user)
    if unit_id is None and scope.all_units is not None:
        return scope.covers_all(permission)
    return scope.allows(permission, unit_id)


def stand_ins_of(user: User, *, today: date | None = None) -> list[EyesStandIn]:
    """Return those in force by which a user answers for others. One query."""
    return [each for each in _in_force(today).filter(taker=user).select_related("giver") if each.giver.is_active]


def _in_force(today: date | None = None) -> QuerySet[EyesStandIn]:
    day = today or timezone.localdate()
    return EyesStandIn.objects.filter(ended_at__isnull=True, from_on__lte=day, until_on__gte=day).order_by("pk")


def _covers(each: EyesStandIn, act: Act, unit_id: int | None) -> bool:
    """Tell whether a stand-in reaches an act in a unit; never further than the giver's own role reaches today."""
    if each.acts and act.key not in each.acts:
        return False
    if each.unit_id is not None and (unit_id is None or unit_id not in people().within(each.unit_id)):
        return False
    return holds(each.giver, act.answer, unit_id)


@dataclass(frozen=True)
class Reach:
    """Where a user may answer one act: by their own role, and in whose place."""

    act: Act
    everywhere: bool
    units: frozenset[int]
    standing: tuple[tuple[int, bool, frozenset[int]], ...]
    """Of each giver: their key, whether everywhere, and the units."""

    def own(self) -> Q:
        """Return the condition for rows of this act within the user's own role."""
        return _of(self.act, everywhere=self.everywhere, units=self.units)

    def whole(self) -> Q:
        """Return the condition for questions of this act that the user may answer, stand-ins with them."""
        found = self.own()
        for giver, everywhere, units in self.standing:
            found |= _of(self.act, everywhere=everywhere, units=units) & ~Q(asked_by=giver)
        return found


def reaches(user: User, asked: Collection[Act]) -> Iterator[Reach]:
    """Yield where a user may answer each act. One query."""
    standing, scope = stand_ins_of(user), scope_of(user)
    for act in asked:
        by_giver = []
        for each in standing:
            if each.acts and act.key not in each.acts:
                continue
            units = scope_of(each.giver).units_for(act.answer)
            units &= people().within(each.unit_id) if each.unit_id else units
            by_giver.append((each.giver_id, not each.unit_id and scope_of(each.giver).covers_all(act.answer), units))
        yield Reach(act, scope.covers_all(act.answer), scope.units_for(act.answer), tuple(by_giver))


def _of(act: Act, *, everywhere: bool, units: frozenset[int]) -> Q:
    if everywhere:
        return Q(act=act.key)
    return Q(act=act.key, unit_id__in=units) if units else Q(pk__in=[])
