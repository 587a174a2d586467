"""What waits for a second person in the example: another appetite asked for, and somebody who stands in."""

from datetime import timedelta

from django.utils import timezone

from alcaide.common import eyes
from alcaide.common.models import User
from alcaide.organization import services as organization
from alcaide.organization.models import APPETITE
from alcaide.organization.queries import appetite_of, root_unit

from .content import content
from .estate import CURRENCY


def ask_second(*, staff: list[User]) -> None:
    """Let whoever may, besides the chief, ask for a higher appetite, and name who answers while they are away."""
    told, root = content("second"), root_unit()
    by = next(each for each in staff if eyes.may_answer(each, APPETITE, unit_id=root.pk, makers=()))
    standing, asked = appetite_of(root), told["asked"]
    if standing is None:
        return
    organization.ask_appetite(
        by, unit=root, limit_minor=standing.limit_minor * asked["percent"] // 100, currency=CURRENCY,
        chance=standing.chance, note=asked["note"],
    )  # fmt: skip
    away, today = told["standin"], timezone.localdate()
    taker = next(each for each in staff if each != by)
    eyes.stand_in(
        by, taker, acts_given=[APPETITE], unit_id=None, from_on=today + timedelta(days=away["in_days"]),
        until_on=today + timedelta(days=away["in_days"] + away["days"]), why=away["why"],
    )  # fmt: skip
