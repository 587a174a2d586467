"""How the trail tells of this room's records."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from alcaide.common import asof
from alcaide.common.asof import Rows, Trailed, Was, once
from alcaide.common.asof.queries import value_then
from alcaide.common.asof.sheets import events
from alcaide.common.history import TRAIL_SEE
from alcaide.common.models import TrailLine
from alcaide.common.permissions import scope_of
from alcaide.common.trail import System
from alcaide.organization.models import (
    CHANGE,
    SEE_RIGHTS,
    Absence,
    Appetite,
    CustomRole,
    Fact,
    Grant,
    Liaison,
    Person,
    Qualification,
    Rate,
    Unit,
)
from alcaide.organization.services.former import FORMER, NAMED

WORKED_OUT = _("worked out from the tree of units")
TOLD_UNDER = _("kept beside the row, not told in the trail")


def offer() -> None:
    """Offer them, and the tree of units as it was."""
    asof.offer(*_units(), *_people(), *_staff())
    asof.provide_tree(units_above)


def units_above(unit_id: int, moment: datetime) -> tuple[frozenset[int], bool]:
    """Return the units above one at a moment, itself included, and whether every step is sure."""
    by_subject = {unit.subject: unit for unit in Unit.objects.select_related("parent")}
    at = next((unit for unit in by_subject.values() if unit.pk == unit_id), None)
    above: set[int] = set()
    is_sure = True
    while at is not None and at.pk not in above:
        above.add(at.pk)
        found = value_then(at, "parent", moment)
        is_sure = is_sure and found.is_known
        at = by_subject.get(found.value) if found.is_known else at.parent
    return frozenset(above), is_sure


def _units() -> tuple[Trailed, ...]:
    return (
        Trailed(
            Unit, verbs=("add_unit", "change_unit"),
            followed=("name", "kind", "parent", "country", "from_on", "until_on", "legal_name", "registration",
                      "jurisdiction", "share_held"),
            quiet={"path": WORKED_OUT},
            labels={"parent": _("Stands below")},
        ),
        Trailed(
            Appetite, verbs=("set_appetite",),
            fixed=("unit", "limit_minor", "currency", "chance", "set_by", "note"),
        ),
        Trailed(
            Fact, verbs=("say_fact",),
            fixed=("unit", "key", "value", "from_on", "until_on", "basis", "source", "said_by"),
            followed=("replaced_at",), more=once("replaced_at"), is_counted=False,
        ),
        Trailed(
            Rate, verbs=("set_rate",), fixed=("ours", "currency", "on"), followed=("per_ours", "source"),
            quiet={"said_by": TOLD_UNDER},
        ),
    )  # fmt: skip


def _people() -> tuple[Trailed, ...]:
    return (
        Trailed(
            Person, verbs=("add_person", "change_person", "let_sign_in"),
            followed=("name", "hr_number", "kind", "place", "manager", "email", "title", "unit", "user", "joined_on",
                      "left_on"),
            more=events, lets=_may_read_person, erased=_erased,
            labels={"manager": _("Reports to"), "place": _("Place of work"), "left_on": _("Leaves"),
                    "user": _("Sign-in"), "hr_number": _("HR number"), "email": _("E-mail"),
                    "joined_on": _("Joined")},
        ),
        Trailed(
            Grant, verbs=("grant", "renew", "let_run_out", "withdraw"),
            fixed=("user", "role", "unit", "from_on", "granted_by", "follows"),
            followed=("until_on", "withdrawn_at"),
            quiet={"moved_on": TOLD_UNDER}, sees=_by_its_unit,
            names={"until": "until_on"},
            more=once("withdrawn_at"), rows=Rows(lambda held: held.user.subject, _is_about_grant), is_counted=False,
        ),
        Trailed(
            CustomRole, verbs=("make_role", "change_role", "retire_role"),
            fixed=("key", "made_by"), followed=("label", "description", "permissions", "retired_at"),
            says={"retire_role": {"retired_at": Was(None)}}, sees=_reads_rights,
        ),
    )  # fmt: skip


def _staff() -> tuple[Trailed, ...]:
    return (
        Trailed(
            Qualification, verbs=("qualify", "verify_qualification", "withdraw_qualification"),
            fixed=("person", "kind", "number", "issuer", "from_on", "until_on", "file", "file_name"),
            followed=("verified_by", "verified_at", "withdrawn_at"),
            quiet={"ends_on": _("worked out from the last day")},
            says={"verify_qualification": {"verified_by": Was(), "verified_at": Was()}},
        ),
        Trailed(
            Absence, verbs=("be_away", "take_back_absence"),
            fixed=("person", "kind", "from_on", "until_on", "from_noon", "until_noon"), followed=("withdrawn_at",),
            sees=_by_its_unit,
        ),
        Trailed(
            Liaison, verbs=("name_liaison", "change_liaison"), fixed=("unit", "topic", "from_on"),
            followed=("person", "deputy", "until_on"),
        ),
    )  # fmt: skip


def _is_about_grant(held: Grant, line: TrailLine, told: Mapping[str, Any]) -> bool:
    """Tell whether a line about a user is of this role in this unit, while this grant of it stood."""
    stood = line.at >= held.created_at and (held.withdrawn_at is None or line.at <= held.withdrawn_at)
    return stood and told.get("role") == held.role and told.get("unit") == held.unit.subject


def _erased(person: Person) -> frozenset[str]:
    return frozenset(NAMED) if person.name.startswith(FORMER) else frozenset()


def _by_its_unit(_user: Any, _row: Any) -> bool:
    """The rows themselves say who sees them; none has a page of its own."""
    return True


def _reads_rights(user: Any, _role: CustomRole) -> bool:
    return scope_of(user).allows(SEE_RIGHTS)


def _may_read_person(user: Any, person: Person) -> bool:
    """Whoever changes people of the unit, or reads the trail, reads what was; as on the person's page."""
    scope = scope_of(user)
    return isinstance(user, System) or scope.allows(CHANGE, person.unit_id) or scope.allows(TRAIL_SEE)
