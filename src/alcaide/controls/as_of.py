"""How the trail tells of this room's records."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from alcaide.common import asof
from alcaide.common.asof import Rows, Trailed, Was
from alcaide.common.models import TrailLine
from alcaide.controls.models import Measure, MeasureTask, MeasureTest


def offer() -> None:
    """Offer them."""
    asof.offer(_measure(), _test(), _task())


def _measure() -> Trailed:
    return Trailed(
        Measure,
        verbs=("propose_measure", "change_measure", "adopt", "put_in_place", "drop_measure", "set_test_cadence",
               "test_measure"),
        followed=("name", "area", "unit", "owner", "what", "cost_minor", "currency", "cost_source", "effort_hours",
                  "mandatory", "mandatory_why", "state", "due_on", "adopted_at", "adopted_by", "in_place_at",
                  "test_every_days", "overdue_low", "overdue_high", "tested_on", "last_result", "failing_since",
                  "held_low", "held_high"),
        quiet={"test_due_on": _("worked out from the last test and how often it is tested")},
        names={"cost": "cost_minor", "test_measure.tested_on": "tested_on"},
        says={
            "adopt": {"adopted_at": Was(None), "adopted_by": Was(None)},
            "put_in_place": {"in_place_at": Was(None)},
        },
        labels={"cost_minor": _("Cost a year"), "what": _("What it is"), "mandatory_why": _("Mandatory because")},
    )  # fmt: skip


def _test() -> Trailed:
    return Trailed(
        MeasureTest, verbs=(),
        fixed=("measure", "what", "how", "tested_on", "by_whom", "result", "found", "held_low", "held_high",
               "entered_by"),
        parent="measure",
    )  # fmt: skip


def _task() -> Trailed:
    return Trailed(
        MeasureTask, verbs=("add_task", "finish_task", "reopen_task"), fixed=("measure", "what", "owner", "due_on"),
        followed=("done_at", "done_by"),
        says={
            "finish_task": {"done_at": Was(None), "done_by": Was(None)},
            "reopen_task": {"done_at": Was(after=None), "done_by": Was(after=None)},
        },
        rows=Rows(lambda task: task.measure.subject, _is_about_task), parent="measure",
    )  # fmt: skip


def _is_about_task(task: MeasureTask, _line: TrailLine, told: Mapping[str, Any]) -> bool:
    return told.get("task") == task.subject
