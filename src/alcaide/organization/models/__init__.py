"""The organization, its units, its people, the roles granted in each unit, and what is known of them."""

from .facts import Fact, ListConfirmed, Rate
from .keys import (
    APPETITE,
    CHANGE,
    CHANGE_STAFF,
    GRANT,
    MAKE_ROLES,
    SEE,
    SEE_FACTS,
    SEE_RIGHTS,
    SEE_STAFF,
    SET_APPETITE,
    WHOLE_LIST,
)
from .people import Grant, Person
from .roles import OWN_PREFIX, CustomRole, FollowRule
from .staff import Absence, Liaison, Qualification
from .units import Appetite, Organization, Unit

__all__ = [
    "APPETITE",
    "CHANGE",
    "CHANGE_STAFF",
    "GRANT",
    "MAKE_ROLES",
    "OWN_PREFIX",
    "SEE",
    "SEE_FACTS",
    "SEE_RIGHTS",
    "SEE_STAFF",
    "SET_APPETITE",
    "WHOLE_LIST",
    "Absence",
    "Appetite",
    "CustomRole",
    "Fact",
    "FollowRule",
    "Grant",
    "Liaison",
    "ListConfirmed",
    "Organization",
    "Person",
    "Qualification",
    "Rate",
    "Unit",
]
