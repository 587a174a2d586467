"""How the trail tells of this room's records."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from alcaide.common import asof
from alcaide.common.asof import Event, Rows, Trailed, Was, once
from alcaide.common.models import TrailLine
from alcaide.risk.models import Budget, Effect, Estimate, Scenario, Tolerance

PRICED = _("follows the newest run; the runs keep each figure")


def offer() -> None:
    """Offer them."""
    asof.offer(_scenario(), *_ranges(), _tolerance())


def _scenario() -> Trailed:
    priced = ("currency", "loss_minor", "loss_low_minor", "loss_high_minor", "inherent_minor", "planned_minor",
              "moved_minor", "moved_size_minor", "rate_band", "size_band", "priced_run", "priced_at")  # fmt: skip
    return Trailed(
        Scenario, verbs=("add_scenario", "change_scenario", "set_reach", "retire_scenario"),
        followed=("name", "story", "area", "unit", "owner", "through_flaws", "reach_unit", "retired_at"),
        quiet={
            "draw_key": _("names the draws of the simulation"), **dict.fromkeys(priced, PRICED),
            "ranges_from": _("worked out from the estimates"), "tolerated_until": _("worked out from the tolerances"),
        },
        names={"set_reach.unit": "reach_unit"},
        says={"retire_scenario": {"retired_at": Was(None)}},
        labels={"reach_unit": _("Reaches the unit"), "through_flaws": _("More frequent through open flaws")},
    )  # fmt: skip


def _ranges() -> tuple[Trailed, ...]:
    return (
        Trailed(
            Estimate, verbs=(),
            fixed=("scenario", "what", "low", "high", "low_minor", "high_minor", "currency", "basis", "observations",
                   "source", "made_by", "made_at"),
            parent="scenario",
        ),
        Trailed(
            Effect, verbs=("withdraw_effect", "set_effect"),
            fixed=("measure", "scenario", "left_low", "left_high", "basis", "source", "made_by"),
            followed=("withdrawn_at",),
            quiet={"draw_key": _("names the draws of the simulation")},
            rows=Rows(lambda effect: effect.scenario.subject, _never), more=once("withdrawn_at"), parent="scenario",
        ),
        Trailed(
            Budget, verbs=("set_budget",), fixed=("unit", "sum_minor", "currency", "set_by"),
        ),
    )  # fmt: skip


def _never(_effect: Effect, _line: TrailLine, _told: Mapping[str, Any]) -> bool:
    return False


def _tolerance() -> Trailed:
    decided = {"decided_by": Was(None), "decided_at": Was(None), "is_alone": Was(False), "decision": Was("")}
    return Trailed(
        Tolerance, verbs=("ask_to_tolerate", "agree_to_tolerate", "refuse_to_tolerate", "withdraw_tolerance"),
        fixed=("scenario", "until", "reason", "run", "loss_minor", "low_minor", "high_minor", "currency",
               "limit_minor", "limit_chance", "chance", "above_appetite", "asked_by", "asked_at"),
        followed=("state", "decided_by", "decided_at", "is_alone", "decision", "ended_by", "ended_at", "ended_why"),
        names={"refuse_to_tolerate.why": "decision", "withdraw_tolerance.why": "ended_why", "loss": "loss_minor"},
        says={
            "ask_to_tolerate": {"state": Was(after="asked")},
            "agree_to_tolerate": {**decided, "state": Was("asked", "agreed")},
            "refuse_to_tolerate": {**decided, "state": Was("asked", "refused")},
            "withdraw_tolerance": {"state": Was(after="withdrawn"), "ended_by": Was(None), "ended_at": Was(None),
                                   "ended_why": Was("")},
        },
        more=_replaced,
        labels={"loss_minor": _("Expected a year"), "low_minor": _("From"), "high_minor": _("To"),
                "limit_minor": _("Appetite then"), "is_alone": _("Decided by one alone")},
    )  # fmt: skip


def _replaced(tolerance: Any) -> Iterator[Event]:
    """Yield the end of a tolerance that a later one took the place of: it is told with the later one."""
    if tolerance.state == "replaced":
        yield Event("state", tolerance.ended_at, 0, "agreed", "replaced")
        yield Event("ended_at", tolerance.ended_at, 0, None, tolerance.ended_at)
