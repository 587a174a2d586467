"""The organization, its units, its people, the roles granted in each unit, and what is known of them."""

from .facts import Fact, ListConfirmed, Rate
from .keys import APPETITE, CHANGE, CHANGE_STAFF, GRANT, SEE, SEE_FACTS, SEE_STAFF, SET_APPETITE, WHOLE_LIST
from .people import Grant, Person
from .staff import Absence, Liaison, Qualification
from .units import Appetite, Organization, Unit

__all__ = [
    "APPETITE",
    "CHANGE",
    "CHANGE_STAFF",
    "GRANT",
    "SEE",
    "SEE_FACTS",
    "SEE_STAFF",
    "SET_APPETITE",
    "WHOLE_LIST",
    "Absence",
    "Appetite",
    "Fact",
    "Grant",
    "Liaison",
    "ListConfirmed",
    "Organization",
    "Person",
    "Qualification",
    "Rate",
    "Unit",
]
