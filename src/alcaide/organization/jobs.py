"""What this room does in the background."""

from django.utils.translation import gettext

from alcaide.common.jobs import Progress, job
from alcaide.common.trail import System
from alcaide.organization import services

HOUSE = System("organization")
CLOSE = "organization.close_leavers"
CLOSE_EVERY_S = 3_600


@job(CLOSE, again=True)
def close_leavers(progress: Progress) -> str:
    """Close the sign-ins of those whose last day is over, and end the roles of units that ended."""
    progress.check_cancel()
    closed, left = services.close_leavers(HOUSE)
    followed = services.follow_everybody()
    ended = services.end_grants_of_ended_units(HOUSE)
    told = gettext("%(closed)s sign-ins closed, %(left)s left open, %(ended)s roles of ended units withdrawn.")
    also = gettext("Roles of %(followed)s people follow the personnel list.")
    return f"{told} {also}" % {
        "closed": f"{closed:,}", "left": f"{left:,}", "ended": f"{ended:,}", "followed": f"{followed:,}",
    }  # fmt: skip
