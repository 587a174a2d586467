"""Reading the log of the door through its monitor, and where people are signed in."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.utils import timezone

from alcaide.common import monitors
from alcaide.common.models import SignedIn, SignInLine, SignInRules, User
from alcaide.common.permissions import require, scope_of

from .keys import SEE_SIGN_INS

RULES_KEPT_S = 10.0
REFUSALS = (SignInLine.What.REFUSED, SignInLine.What.FACTOR_REFUSED, SignInLine.What.LOCKED)
REFUSED = Q(what__in=REFUSALS)


def own_lines(user: User) -> QuerySet[SignInLine]:
    """Return what happened at the door in a user's own name, the newest first."""
    return monitors.own(user, SignInLine.MONITORED)


def lines_read(reader: User) -> QuerySet[Any]:
    """Return lines of the door's log with names masked, for who may see sign-ins where the monitor runs.

    Raises Refused; MonitorOff where it runs nowhere for this reader.
    """
    require(reader, SEE_SIGN_INS)
    return monitors.read(reader, SignInLine.MONITORED)


def refused_since(moment: datetime) -> int:
    """Return how often anybody was refused at the door: a number without people."""
    found = numbers_of(since=moment)
    return sum(found.get(kind, 0) for kind in REFUSALS)


def numbers_of(*, since: datetime, until: datetime | None = None) -> dict[str, int]:
    """Return how often each thing happened at the door in a period: numbers without people."""
    return monitors.numbers(SignInLine.MONITORED, "what", since=since, until=until)


def open_doors(user: User) -> list[SignedIn]:
    """Return where a user is signed in now, the last seen first."""
    rows = list(SignedIn.objects.filter(user=user, ended_at__isnull=True).order_by("-seen_at"))
    alive = set(_alive(row.session_secret for row in rows))
    return [row for row in rows if row.session_secret in alive]


def _alive(keys: Iterable[str]) -> Iterable[str]:
    return Session.objects.filter(session_key__in=list(keys), expire_date__gt=timezone.now()).values_list(
        "session_key", flat=True
    )


def rules_now() -> SignInRules:
    """Return what the house asks of those who sign in; the defaults, unsaved, where nobody set anything."""
    return SignInRules.objects.first() or SignInRules(second_factor_roles=list(SignInRules.DEFAULT))


def second_factor_roles() -> tuple[str, ...]:
    """Return the roles that must have a second factor, kept for some seconds by each process."""
    given: tuple[str, ...] | None = settings.SECOND_FACTOR_ROLES
    if given is not None:
        return given
    now = time.monotonic()
    if now - _rules.read_at > RULES_KEPT_S:
        _rules.roles, _rules.read_at = tuple(rules_now().second_factor_roles), now
    return _rules.roles


def forget_rules() -> None:
    """Have the rules read again at the next page."""
    _rules.read_at = -RULES_KEPT_S


def must_set_factor(user: User) -> bool:
    """Tell whether a user holds a role, anywhere, that asks for a second factor."""
    roles = second_factor_roles()
    return bool(roles) and any(units and role in roles for role, units in scope_of(user).units_by_role.items())


@dataclass
class _Rules:
    roles: tuple[str, ...] = ()
    read_at: float = -1e9


_rules = _Rules()
