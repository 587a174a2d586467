"""What ends by itself the day after somebody's last day of work: their sign-in and their roles."""

from django.db.models import Q
from django.utils import timezone

from alcaide.common.trail import Actor, audit, write
from alcaide.organization.models import Grant, Person
from alcaide.organization.queries import can_still_enter

from .roles import LastHolder
from .sign_in import close_sign_in


def close_leavers(actor: Actor) -> tuple[int, int]:
    """Close the sign-in of everybody whose last day is over, and withdraw what they hold.

    Each person is one write. The last chief and the last administrator stay, since the house needs both; home
    goes on asking.
    Returns how many were closed and how many were left open.
    """
    closed = left = 0
    for person in Person.objects.filter(can_still_enter()).select_related("user", "unit").order_by("pk"):
        try:
            close_sign_in(actor, person)
        except LastHolder:
            left += 1
        else:
            closed += 1
    return closed, left


@write
def end_grants_of_ended_units(actor: Actor) -> int:
    """Withdraw the roles held in units whose last day is over; a unit that ended keeps the line of each."""
    today = timezone.localdate()
    over = Q(unit__until_on__lt=today, withdrawn_at__isnull=True, unit__parent__isnull=False)
    rows = list(Grant.objects.filter(over).select_related("unit", "user"))
    for held in rows:
        held.withdrawn_at = timezone.now()
        held.save(update_fields=["withdrawn_at"])
        told = {"role": held.role, "unit": held.unit.subject, "why": "the unit ended"}
        audit(actor, "withdraw", subject=held.user.subject, before=told)
    return len(rows)
