"""Writes of the organization: units, people, the roles they hold, the appetite."""

from .founding import AlreadyFounded, found
from .limits import set_appetite
from .people import AddressTaken, add_person, change_person
from .roles import LastChief, RoleHeld, grant, renew, withdraw
from .sign_in import close_sign_in, let_sign_in, make_sign_in_link
from .units import NameTaken, UnitInUse, add_unit, change_unit

__all__ = [
    "AddressTaken",
    "AlreadyFounded",
    "LastChief",
    "NameTaken",
    "RoleHeld",
    "UnitInUse",
    "add_person",
    "add_unit",
    "change_person",
    "change_unit",
    "close_sign_in",
    "found",
    "grant",
    "let_sign_in",
    "make_sign_in_link",
    "renew",
    "set_appetite",
    "withdraw",
]
