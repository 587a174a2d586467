"""Reading the log of the door, and where people are signed in. The log is read here and nowhere else."""

from collections.abc import Iterable

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from alcaide.common.models import SignedIn, SignInLine, User
from alcaide.common.permissions import require, scope_of

from .keys import SEE_SIGN_INS

OWN_SHOWN = 100


def sign_in_lines(reader: User, *, of: User | None = None) -> QuerySet[SignInLine]:
    """Return lines of the door's log: one's own to everybody, others' to who may see sign-ins. Raises Refused."""
    rows = SignInLine.objects.order_by("-id")
    if of is not None and of.pk == reader.pk:
        return rows.filter(user=reader)
    require(reader, SEE_SIGN_INS)
    return rows.filter(user=of) if of is not None else rows


def open_doors(user: User) -> list[SignedIn]:
    """Return where a user is signed in now, the last seen first."""
    rows = list(SignedIn.objects.filter(user=user, ended_at__isnull=True).order_by("-seen_at"))
    alive = set(_alive(row.session_key for row in rows))
    return [row for row in rows if row.session_key in alive]


def _alive(keys: Iterable[str]) -> Iterable[str]:
    return Session.objects.filter(session_key__in=list(keys), expire_date__gt=timezone.now()).values_list(
        "session_key", flat=True
    )


def must_set_factor(user: User) -> bool:
    """Tell whether a user holds a role, anywhere, that asks for a second factor."""
    return any(units and role in settings.SECOND_FACTOR_ROLES for role, units in scope_of(user).units_by_role.items())
