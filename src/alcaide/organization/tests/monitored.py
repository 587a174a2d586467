"""Makes monitors run in tests, as two people would let them."""

from datetime import timedelta
from typing import Any

from alcaide.common import eyes
from alcaide.common.clock import today as house_today
from alcaide.common.models import MonitorSetting, User
from alcaide.common.monitors import services
from alcaide.common.monitors.services import Terms
from alcaide.organization.tests.factories import make_organization, make_user


def terms(**more: Any) -> Terms:
    """Return terms that leave nothing out."""
    today = house_today()
    told = {
        "purpose": "To clear up incidents.", "basis": "interest", "retention_days": 90, "viewers": ["chief"],
        "since": today, "council": "none", "council_on": today - timedelta(days=9), "council_by": "HR, since 2019",
        "no_agreement_why": "No works council here", "with_below": True,
    }  # fmt: skip
    return Terms(**{**told, **more})


def agree_to(key: str, *, unit: Any = None, by: User | None = None, **more: Any) -> MonitorSetting:
    """Record a monitor in a unit and let somebody else agree."""
    there = unit or make_organization()
    told = terms(**more)
    row = services.record(by or make_user("chief"), key, unit_id=there.pk, terms=told)
    asked = services.ask_agreement(row.recorded_by, row, why="Two thefts of passwords")
    eyes.approve(make_user("dpo" if told.council == "none" else "works_council", unit=there), asked)
    row.refresh_from_db()
    return row
