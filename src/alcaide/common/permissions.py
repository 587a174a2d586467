"""Who may do what, where: roles granted per unit, asked in the door and again in the service."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Self, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from alcaide.common.counts import Count, capped
from alcaide.common.models import User
from alcaide.common.trail import Actor, System

M = TypeVar("M", bound=models.Model)
OUTSIDE = "outside your units"


class Refused(PermissionError):
    """The actor may not do this here; nothing was written."""


@dataclass(frozen=True)
class Role:
    """A role that can be granted in a unit and everything below it."""

    key: str
    label: str
    lands_on: str = "home"


CHIEF = Role("chief", "Chief security officer")
ANALYST = Role("analyst", "Security analyst")
COMPLIANCE = Role("compliance", "Compliance manager")
SITE_MANAGER = Role("site_manager", "Site manager")
HEAD = Role("head", "Department head")
EXECUTIVE = Role("executive", "Executive")
AUDITOR = Role("auditor", "Auditor")
COUNSEL = Role("counsel", "Counsel")
DPO = Role("dpo", "Data protection officer")
WORKS_COUNCIL = Role("works_council", "Works council")
ADMINISTRATOR = Role("administrator", "Administrator")
GUARD = Role("guard", "Guard")
RECEPTION = Role("reception", "Reception")
EMPLOYEE = Role("employee", "Employee")
# The widest first: the first that somebody holds stands beside their name.
ROLES = {
    role.key: role
    for role in (
        CHIEF, ANALYST, COMPLIANCE, SITE_MANAGER, HEAD, EXECUTIVE, AUDITOR, COUNSEL, DPO, WORKS_COUNCIL, ADMINISTRATOR,
        GUARD, RECEPTION, EMPLOYEE,
    )
}  # fmt: skip


@dataclass(frozen=True)
class Permission:
    """One thing that may be done, `room.verb`, with its words and the roles that carry it."""

    key: str
    label: str
    roles: frozenset[str]
    takes_two: bool = False
    """Needs two roles to act together, so that no role made in the house may carry it."""


_permissions: dict[str, Permission] = {}


def permit(key: str, label: str, *roles: Role, takes_two: bool = False) -> str:
    """Declare a permission and the roles that carry it; called at a room's import. Returns the key."""
    _permissions[key] = Permission(key, label, frozenset(role.key for role in roles), takes_two)
    return key


def permissions() -> Mapping[str, Permission]:
    """Return every declared permission by key."""
    return dict(_permissions)


@dataclass(frozen=True)
class Label:
    """What a unit is called, for rooms below the one that knows the units."""

    pk: int
    uid: str
    name: str


@dataclass(frozen=True)
class Scope:
    """What one user may do where: for each role the units in which it is held, sub-units included.

    `all_units` are all units that there are, None where nobody said so. `stands_in` are the units of the user's
    roles and those above them: what is shared with one of these reaches the user. `labels` name the units
    that they see.
    """

    units_by_role: Mapping[str, frozenset[int]] = field(default_factory=dict)
    all_units: frozenset[int] | None = None
    stands_in: frozenset[int] = frozenset()
    labels: tuple[Label, ...] = ()
    own: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What the roles that the house made itself carry, by their keys; unknown permissions do nothing."""

    def units_for(self, permission: str) -> frozenset[int]:
        """Return the units in which the permission is held. Raises KeyError for an undeclared one."""
        held: set[int] = set()
        known = _permissions[permission]
        own = () if known.takes_two else (role for role, carried in self.own.items() if permission in carried)
        for role in (*known.roles, *own):
            held |= self.units_by_role.get(role, frozenset())
        return frozenset(held)

    def allows(self, permission: str, unit_id: int | None = None) -> bool:
        """Tell whether the permission is held in the unit, or anywhere where no unit is named."""
        units = self.units_for(permission)
        return unit_id in units if unit_id is not None else bool(units)

    def covers_all(self, permission: str) -> bool:
        """Tell whether the permission is held in every unit that there is."""
        return bool(self.all_units) and self.units_for(permission) >= (self.all_units or frozenset())

    def units_outside(self, permission: str) -> frozenset[int] | None:
        """Return the units in which the permission is not held, None where the units are not known."""
        return None if self.all_units is None else self.all_units - self.units_for(permission)


_scope_of: list[Callable[[User], Scope]] = []


def provide_scopes(provider: Callable[[User], Scope]) -> None:
    """Let the room that knows the units answer what a user may do where."""
    _scope_of[:] = [provider]


def scope_of(user: Any) -> Scope:
    """Return what a user may do where; a stranger may do nothing."""
    if not isinstance(user, User) or not user.is_active:
        return Scope()
    kept: Scope | None = getattr(user, "_scope", None)
    if kept is None:
        kept = _scope_of[0](user) if _scope_of else Scope()
        user._scope = kept  # type: ignore[attr-defined]  # a request asks many times; the grants are read once
    return kept


def require(actor: Actor, permission: str, *, unit_id: int | None = None) -> None:
    """Let the house itself and those who hold the permission pass. Raises Refused."""
    if isinstance(actor, System):
        return
    if not scope_of(actor).allows(permission, unit_id):
        where = "" if unit_id is None else " in this unit"
        raise Refused(f"You may not {_permissions[permission].label.lower()}{where}. Ask whoever grants roles here.")


def require_everywhere(actor: Actor, permission: str) -> None:
    """Let the house itself and those who hold the permission in every unit pass: for what concerns them all.

    Raises Refused.
    """
    require(actor, permission)
    if not isinstance(actor, System) and not scope_of(actor).covers_all(permission):
        raise Refused("This concerns the whole organization; your role reaches only a part. Ask whoever grants roles.")


@dataclass(frozen=True)
class Hidden:
    """How many rows a rule keeps from a user."""

    rule: str
    count: Count


class VisibleSet(models.QuerySet[M], Generic[M]):
    """Rows that know who may see them. A model names `SEE` (a permission) and `UNIT_PATH` (where its unit stands)."""

    def visible_to(self, user: Any) -> Self:
        """Keep the rows that the user may see. The first call of every read."""
        if isinstance(user, System):
            return self
        kept = self
        for _, rule in self._rules(user):
            kept = kept.filter(rule)
        return kept

    def hidden_from(self, user: Any) -> list[Hidden]:
        """Return, rule by rule, how many of these rows the user does not see."""
        counted = ((name, capped(rows)) for name, rows in self.kept_from(user))
        return [Hidden(name, count) for name, count in counted if count.shown]

    def kept_from(self, user: Any) -> list[tuple[str, Self]]:
        """Return, rule by rule, the rows that it keeps from the user, for whoever counts them; not read yet."""
        if isinstance(user, System):
            return []
        if type(self)._rules is VisibleSet._rules:
            return self._outside(user)
        found, seen = [], self
        for name, rule in self._rules(user):
            left = seen.filter(rule)
            found.append((name, seen.exclude(pk__in=left.values("pk"))))
            seen = left
        return found

    def _rules(self, user: Any) -> Iterable[tuple[str, models.Q]]:
        model: Any = self.model
        if not scope_of(user).covers_all(model.SEE):
            units = scope_of(user).units_for(model.SEE)
            yield OUTSIDE, models.Q(**{f"{model.UNIT_PATH}__in": units})
        elif _may_be_null(model, model.UNIT_PATH):
            yield OUTSIDE, models.Q(**{f"{model.UNIT_PATH}__isnull": False})

    def _outside(self, user: Any) -> list[tuple[str, Self]]:
        """Return the rows outside the user's units, found by the units outside.

        Asking which rows are not among the visible ones would read the whole table (70 ms at 100,000 rows).
        """
        model: Any = self.model
        scope = scope_of(user)
        outside = scope.units_outside(model.SEE)
        if outside is None or not scope.units_by_role:
            inside = models.Q(**{f"{model.UNIT_PATH}__in": scope.units_for(model.SEE)})
            return [(OUTSIDE, self.exclude(pk__in=self.filter(inside).values("pk")))]
        may_be_null = _may_be_null(model, model.UNIT_PATH)
        kept_back = models.Q(**{f"{model.UNIT_PATH}__in": outside})
        if may_be_null:
            kept_back |= models.Q(**{f"{model.UNIT_PATH}__isnull": True})
        return [(OUTSIDE, self.filter(kept_back))] if outside or may_be_null else []


def _may_be_null(model: Any, path: str) -> bool:
    """Tell whether a path can end with nothing: one of its fields may be null, or it is no path of fields."""
    for name in path.split("__"):
        try:
            found = model._meta.pk if name == "pk" else model._meta.get_field(name)
        except FieldDoesNotExist:
            return True
        if getattr(found, "null", True):
            return True
        model = getattr(found, "related_model", None) or model
    return False
