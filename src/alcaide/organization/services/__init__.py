"""Writes of the organization: units, people, roles, the appetite, facts, rates, qualifications, liaisons."""

from .facts import Said, say_fact
from .following import follow_everybody, make_rule, retire_rule, set_grace
from .founding import AlreadyFounded, found
from .leaving import close_leavers, end_grants_of_ended_units
from .limits import (
    appetite_asked,
    appetite_before,
    appetite_fault,
    apply_appetite,
    ask_appetite,
    set_appetite,
    undo_appetite,
)
from .lists import confirm_list
from .own_roles import LabelTaken, change_role, make_role, retire_role, unknown_of
from .people import AddressTaken, NumberTaken, ReportsInCircle, add_person, change_person
from .rates import change_organization, set_rate
from .roles import LastHolder, RoleHeld, grant, renew, withdraw
from .sign_in import close_sign_in, let_sign_in, make_sign_in_link
from .staff import (
    be_away,
    change_liaison,
    name_liaison,
    qualify,
    take_back_absence,
    verify_qualification,
    withdraw_qualification,
)
from .units import NameTaken, UnitInUse, add_unit, change_unit

__all__ = [
    "AddressTaken",
    "AlreadyFounded",
    "LabelTaken",
    "LastHolder",
    "NameTaken",
    "NumberTaken",
    "ReportsInCircle",
    "RoleHeld",
    "Said",
    "UnitInUse",
    "add_person",
    "add_unit",
    "appetite_asked",
    "appetite_before",
    "appetite_fault",
    "apply_appetite",
    "ask_appetite",
    "be_away",
    "change_liaison",
    "change_organization",
    "change_person",
    "change_role",
    "change_unit",
    "close_leavers",
    "close_sign_in",
    "confirm_list",
    "end_grants_of_ended_units",
    "follow_everybody",
    "found",
    "grant",
    "let_sign_in",
    "make_role",
    "make_rule",
    "make_sign_in_link",
    "name_liaison",
    "qualify",
    "renew",
    "retire_role",
    "retire_rule",
    "say_fact",
    "set_appetite",
    "set_grace",
    "set_rate",
    "take_back_absence",
    "undo_appetite",
    "unknown_of",
    "verify_qualification",
    "withdraw",
    "withdraw_qualification",
]
