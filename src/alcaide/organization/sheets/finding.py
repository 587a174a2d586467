"""How a sheet's texts find units, and how an address is read."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from alcaide.common.permissions import scope_of
from alcaide.common.trail import Actor, System
from alcaide.intake.sheets import BadCell, Reads
from alcaide.intake.sheets.kinds import plain_text
from alcaide.organization.models import CHANGE, SEE, Unit
from alcaide.organization.queries import units_named

LONGEST_ADDRESS = 254


def units(actor: Actor, texts: Sequence[str]) -> Mapping[str, Any]:
    """Find units by name, or by “name, unit above” where several bear the name."""
    rows = Unit.objects.all()
    if not isinstance(actor, System):
        rows = rows.filter(pk__in=scope_of(actor).units_for(SEE))
    return units_named(rows, texts)


def may_change(actor: Actor, unit_id: int) -> bool:
    """Tell whether the actor may change people of a unit."""
    return isinstance(actor, System) or scope_of(actor).allows(CHANGE, unit_id)


def address() -> Reads:
    """An e-mail address, in small letters."""

    def read(cell: Any, _style: str) -> str:
        said = plain_text(cell).lower()
        try:
            validate_email(said)
        except ValidationError as fault:
            raise BadCell(_("“%(text)s” is no e-mail address.") % {"text": said}) from fault
        if len(said) > LONGEST_ADDRESS:
            raise BadCell(_("An e-mail address has at most %(n)s letters.") % {"n": LONGEST_ADDRESS})
        return said

    return Reads("an e-mail address", read)
