"""Writes of the appetite."""

from alcaide.common.changes import note_change
from alcaide.common.models import User
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, audit, write
from alcaide.organization.models import SET_APPETITE, Appetite, Unit

ROOM = "organization"


@write
def set_appetite(
    actor: Actor, *, unit: Unit, limit_minor: int, currency: str, chance: float, note: str = ""
) -> Appetite:
    """Set the sum that a year's loss may pass with at most this chance; the earlier one is kept."""
    require(actor, SET_APPETITE, unit_id=unit.pk)
    made = Appetite(
        unit=unit, limit_minor=limit_minor, currency=currency, chance=chance, note=note,
        set_by=actor if isinstance(actor, User) else None,
    )  # fmt: skip
    made.full_clean(exclude=["set_by"])
    made.save()
    audit(
        actor, "set_appetite", subject=made.subject,
        after={"unit": unit.subject, "limit": made.limit, "chance": chance, "note": note},
    )  # fmt: skip
    note_change(ROOM, made.subject)
    return made
