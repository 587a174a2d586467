"""Who may do what, where: roles granted per unit, asked in the door and again in the service."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Self, TypeVar

from django.db import models

from alcaide.common.counts import Count, capped
from alcaide.common.models import User
from alcaide.common.trail import Actor, System

M = TypeVar("M", bound=models.Model)


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
HEAD = Role("head", "Department head")
EXECUTIVE = Role("executive", "Executive")
AUDITOR = Role("auditor", "Auditor")
EMPLOYEE = Role("employee", "Employee")
ROLES = {role.key: role for role in (CHIEF, ANALYST, HEAD, EXECUTIVE, AUDITOR, EMPLOYEE)}


@dataclass(frozen=True)
class Permission:
    """One thing that may be done, `room.verb`, with its words and the roles that carry it."""

    key: str
    label: str
    roles: frozenset[str]


_permissions: dict[str, Permission] = {}


def permit(key: str, label: str, *roles: Role) -> str:
    """Declare a permission and the roles that carry it; called at a room's import. Returns the key."""
    _permissions[key] = Permission(key, label, frozenset(role.key for role in roles))
    return key


def permissions() -> Mapping[str, Permission]:
    """Return every declared permission by key."""
    return dict(_permissions)


@dataclass(frozen=True)
class Scope:
    """What one user may do where: for each role the units in which it is held, sub-units included."""

    units_by_role: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def units_for(self, permission: str) -> frozenset[int]:
        """Return the units in which the permission is held. Raises KeyError for an undeclared one."""
        held: set[int] = set()
        for role in _permissions[permission].roles:
            held |= self.units_by_role.get(role, frozenset())
        return frozenset(held)

    def allows(self, permission: str, unit_id: int | None = None) -> bool:
        """Tell whether the permission is held in the unit, or anywhere where no unit is named."""
        units = self.units_for(permission)
        return unit_id in units if unit_id is not None else bool(units)


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
        if isinstance(user, System):
            return []
        found, seen = [], self
        for name, rule in self._rules(user):
            left = seen.filter(rule)
            count = capped(seen.exclude(pk__in=left.values("pk")))
            if count.shown:
                found.append(Hidden(name, count))
            seen = left
        return found

    def _rules(self, user: Any) -> Iterable[tuple[str, models.Q]]:
        model: Any = self.model
        units = scope_of(user).units_for(model.SEE)
        yield "outside your units", models.Q(**{f"{model.UNIT_PATH}__in": units})
