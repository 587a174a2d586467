"""How the trail tells of this room's records."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from alcaide.common import asof
from alcaide.common.asof import Event, Trailed, Was
from alcaide.exposure.models import Action, Decision

SCANS = _("follows scans, which write many rows at once")
PRICED = _("follows the newest run; the runs keep each figure")


def offer() -> None:
    """Offer them."""
    asof.offer(_action(), _decision())


def _action() -> Trailed:
    counted = ("state", "done_at", "due_on", "limit_on", "waits_until", "severity", "open_findings",
               "decided_findings", "assets", "exploited")  # fmt: skip
    priced = ("removes_minor", "removes_low_minor", "removes_high_minor", "per_hour_minor", "currency", "priced_run",
              "priced_at")  # fmt: skip
    return Trailed(
        Action, verbs=("assign_action", "promise_action", "give_action_back", "estimate_action"),
        fixed=("unit", "kind", "source", "check_id", "ecosystem", "package"),
        followed=("owner", "promised_on"),
        quiet={"title": SCANS, "detail": SCANS, "hours": SCANS, "hours_basis": SCANS, "hours_why": SCANS,
               **dict.fromkeys(counted, SCANS),
               **dict.fromkeys(priced, PRICED)},
        is_counted=False,
    )  # fmt: skip


def _decision() -> Trailed:
    decided = {"decided_by": Was(None), "decided_at": Was(None), "is_alone": Was(False), "answer": Was("")}
    ended = {"ended_at": Was(None), "ended_why": Was("")}
    return Trailed(
        Decision,
        verbs=("ask_exception", "propose_exception", "approve_exception", "refuse_exception", "withdraw_exception",
               "end_exception"),
        makes=("ask_exception", "propose_exception"),
        fixed=("kind", "unit", "title", "findings", "until", "owner", "reason", "evidence", "source", "asked_by",
               "asked_at", "answer_by", "renews"),
        followed=("state", "decided_by", "decided_at", "is_alone", "answer", "ended_at", "ended_why"),
        names={"end_exception.why": "ended_why"},
        says={"approve_exception": decided, "refuse_exception": decided, "withdraw_exception": ended,
              "end_exception": ended},
        more=_renewed,
        labels={"is_alone": _("Decided by one alone"), "owner": _("Answers for it")},
    )  # fmt: skip


def _renewed(decision: Any) -> Iterator[Event]:
    """Yield the end of a decision that a later one took the place of: it is told with the later one."""
    if decision.state == "ended" and decision.renewed_by.exclude(decided_at=None).exists():
        yield Event("state", decision.ended_at, 0, "in_force", "ended")
        yield Event("ended_at", decision.ended_at, 0, None, decision.ended_at)
        yield Event("ended_why", decision.ended_at, 0, "", decision.ended_why)
