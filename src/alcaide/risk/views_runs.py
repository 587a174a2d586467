"""Pages of runs: the list, one run with everything it rests on, computing again, computing now."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Literal
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST, require_safe

from alcaide.common import charts
from alcaide.common.jobs import enqueue, job_shown
from alcaide.common.jobs.queries import JobShown, job_counts
from alcaide.common.lists import Column, Day, FirstDay, Listing, ListPage, Page, Words
from alcaide.common.models import JobTrack
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.common.taken import tell_taken
from alcaide.common.words import money, money_range, money_signed
from alcaide.engine.errors import EngineError
from alcaide.organization.queries import root_unit
from alcaide.risk import jobs, services
from alcaide.risk.drawing_moves import DrawnMoves, draw_moves
from alcaide.risk.models import RUN, SEE, Run
from alcaide.risk.queries import Figures, expected_of, figures, inputs_read, levels_of_all, newest_run, runs
from alcaide.risk.views_scenarios import Asking
from alcaide.risk.words import number

SHOWN_AFTER = timedelta(minutes=10)


def _dress(rows: Sequence[Any], user: Any) -> None:
    """Hang on each run what it says a year costs, for whoever may see the whole."""
    said = expected_of(rows, user)
    for row in rows:
        row.said = said.get(row.pk)


def _expected(row: Any) -> str:
    return money(row.said[0].major, row.currency) if row.said else _("not shown to you")


def _expected_range(row: Any) -> str:
    return money_range(row.said[1].major, row.said[2].major, currency=row.currency) if row.said else ""


LISTING = Listing(
    name="runs",
    label=lazy("Runs"),
    rows=lambda user: runs(),
    sort="-number",
    dress=_dress,
    page_size=20,
    columns=(
        Column(
            "number", lazy("Run"), lambda row: _("Run %(n)s") % {"n": row.number}, order="number", role="lead",
            url=lambda row: reverse("run", args=[row.uid]),
        ),
        Column("expected", lazy("Expected a year"), _expected, _expected_range, numeric=True, role="side"),
        Column("at", lazy("When"), "at", order="at", role="per"),
        Column("cause", lazy("Why"), "cause", role="more"),
        Column("by", lazy("Asked by"), lambda row: row.asked_by.name if row.asked_by else _("the house itself")),
        Column("engine", lazy("Engine"), "engine", shown=False),
        Column("inputs", lazy("Inputs, SHA-256"), "inputs_hash", shown=False),
    ),
    filters=(
        Words(label=lazy("Words of the cause"), fields=("cause",)),
        Day("since", lazy("From"), field="at"),
        Day("until", lazy("Until"), field="at", side="until"),
    ),
    first_day=FirstDay(
        "calendar-stats", lazy("No run yet."),
        lazy("As soon as one scenario has a frequency and a loss, the first run is made within a minute."),
        ((lazy("Go to the register"), "scenarios"),),
    ),
)  # fmt: skip


class RunList(ListPage):
    """Every run there was, newest first."""

    listing = LISTING
    permission = SEE
    template: ClassVar[str] = "risk/runs.html"

    def headline(self, page: Page) -> tuple[str, str]:
        """Say which run the figures are of."""
        is_top = page.order.param == "-number" and page.first == 1 and not page.is_filtered
        newest = page.rows[0].item if is_top and page.rows else newest_run()
        if newest is None:
            return _("Nothing was computed yet."), ""
        return (
            _("The figures are of run %(n)s.") % {"n": newest.number},
            _("A run is written once; the same inputs give the same bits."),
        )

    def more(self, page: Page) -> dict[str, Any]:
        """Give the template the computing that runs or has just ended."""
        return {**computing(self.request), "is_list": True}


@rule(SEE, reach="any")
@require_safe
def run_page(request: Asking, uid: UUID) -> HttpResponse:
    """Show a run: its figures, why they moved, what they rest on, and the proof."""
    run = _run(request, uid)
    return render(request, "risk/run.html", _about(request, run))


@rule(SEE, reach="all")
@require_POST
def run_again(request: Asking, uid: UUID) -> HttpResponse:
    """Compute a run once more from what it kept, and say whether the same bits come out."""
    run = _run(request, uid)
    about: dict[str, Any] = {"run": run, "trouble": ""}
    try:
        again = services.run_again(request.user, run)
        about |= {"again": again, "differs": [_differs(each) for each in again.differs]}
    except EngineError as fault:
        about["trouble"] = str(fault)
    if getattr(request, "htmx", False):
        return render(request, "risk/_again.html", about)
    return render(request, "risk/run.html", {**_about(request, run), **about})


@rule(SEE, reach="all")
@require_safe
def run_inputs(request: Asking, uid: UUID) -> HttpResponse:
    """Hand over what a run was computed from, exactly as it was hashed."""
    run = _whole(request, uid)
    return _file(request, run, "inputs")


@rule(SEE, reach="all")
@require_safe
def run_results(request: Asking, uid: UUID) -> HttpResponse:
    """Hand over what a run said, exactly as it was hashed."""
    run = _whole(request, uid)
    return _file(request, run, "results")


@rule(SEE, reach="all")
@require_safe
def run_kit(request: Asking, uid: UUID) -> HttpResponse:
    """Hand over a run as a kit from which the engine alone computes its figures again."""
    kit = services.reperform(request.user, _whole(request, uid))
    return attached(kit.content, kit.name, "application/zip")


@rule(RUN, reach="any")
@require_POST
def compute(request: Asking) -> HttpResponse:
    """Compute the figures now."""
    require(request.user, RUN)
    enqueue(
        jobs.refresh, key=jobs.REFRESH, about=_("Compute the figures"), asked_by=request.user, url=reverse("runs"),
        by=str(request.user.uid),
    )  # fmt: skip
    return redirect("runs")


def computing(request: Any) -> dict[str, Any]:
    """Return the computing that runs now, or that somebody asked for and that has just ended."""
    may = scope_of(request.user).allows(RUN)
    if not may:
        return {"may_compute": False, "job": None, "needs_worker": False}
    track = JobTrack.objects.select_related("asked_by").filter(name=jobs.REFRESH).order_by("-id").first()
    job: JobShown | None = None
    if track and (track.is_open or _has_just_ended(track)):
        job = job_shown(track, request.user)
    waits = job is not None and job.state == JobTrack.State.WAITING
    return {
        "may_compute": may, "job": job, "needs_worker": waits and not job_counts(request.user).workers,
    }  # fmt: skip


def _has_just_ended(track: JobTrack) -> bool:
    """A look that found nothing is no news; what a person asked for, or what failed, is."""
    is_news = track.asked_by_id is not None or track.state != JobTrack.State.DONE
    return is_news and track.finished_at is not None and timezone.now() - track.finished_at < SHOWN_AFTER


def _run(request: Asking, uid: UUID) -> Run:
    require(request.user, SEE)
    found = Run.objects.select_related("asked_by").filter(uid=uid).first()
    if found is None:
        raise Http404(_("There is no such run."))
    return found


def _whole(request: Asking, uid: UUID) -> Run:
    run = _run(request, uid)
    require(request.user, SEE, unit_id=root_unit().pk)
    return run


def _about(request: Asking, run: Run) -> dict[str, Any]:
    shown = figures(request.user, run)
    before = Run.objects.filter(number=run.number - 1).only("uid", "number", "at").first()
    after = Run.objects.filter(number=run.number + 1).only("uid", "number", "at").first()
    about: dict[str, Any] = {"run": run, "shown": shown, "before": before, "after": after}
    if shown is None or not shown.whole:
        return {**about, "rows": [_scenario(shown, row) for row in shown.results["scenarios"]] if shown else []}
    results = shown.results
    largest = max((row["mean"] for row in results["scenarios"]), default=0.0)
    return {
        **about,
        "curves": _curves(shown),
        "shares": charts.shares(*(results["shares"][basis] for basis in ("measured", "sector", "judgement"))),
        "moved": sum(move["sum"] for move in results["moves"]),
        "moved_words": _moved(shown),
        "moves": _drawn_moves(shown, before),
        "levels": levels_of_all(shown),
        "rows": [_scenario(shown, row, largest=largest) for row in _by_size(results["scenarios"])],
        "inputs": inputs_read(shown),
        "appetite": shown.money(results["beyond"]["limit"]) if results["beyond"] else None,
        "budget": shown.cash(shown.inputs["budget"]) if shown.inputs["budget"] is not None else None,
        "versions": json.loads(run.versions),
        "harm": [number(value) for value in (results["harm"]["mean"], *results["harm"]["range"])]
        if results["harm"]
        else None,
    }


def _by_size(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: -row["mean"])


def _scenario(shown: Figures, row: dict[str, Any], *, largest: float = 0.0) -> dict[str, Any]:
    return {
        "uid": row["uid"], "name": row["name"], "area": row["area"], "mean": shown.money(row["mean"]),
        "low": shown.money(row["range"][0]), "high": shown.money(row["range"][1]),
        "through": shown.money(row["through_flaws"]) if row["through_flaws"] else None,
        "drawn": charts.bar(row["mean"] / largest, area=row["area"]) if largest else "",
    }  # fmt: skip


def _moved(shown: Figures) -> str:
    amount = sum(move["sum"] for move in shown.results["moves"])
    return money_signed(shown.money(amount).major, shown.run.currency) if shown.results["moves"] else ""


def _drawn_moves(shown: Figures, before: Run | None) -> DrawnMoves | None:
    """Draw the moves between the run before and this one; they add up exactly."""
    moves = shown.results["moves"]
    if not moves or before is None:
        return None
    start = shown.results["mean"] - sum(move["sum"] for move in moves)
    labels = (_("Run %(n)s") % {"n": before.number}, _("Run %(n)s") % {"n": shown.run.number})
    return draw_moves(moves, before=start, labels=labels, currency=shown.run.currency)


@dataclass(frozen=True)
class Curves:
    """The loss curve in its two widths, and the same in numbers."""

    wide: SafeString
    narrow: SafeString
    table: charts.CurveTable


def _curves(shown: Figures) -> Curves | None:
    curve, beyond = shown.results["curve"], shown.results["beyond"]
    if curve is None:
        return None
    now = list(zip(curve["at"], curve["chance"], strict=True))
    drawn: dict[str, Any] = {
        "band": list(zip(curve["at"], curve["low"], curve["high"], strict=True)), "currency": shown.run.currency,
    }  # fmt: skip
    appetite = charts.Appetite(beyond["limit"], beyond["accepted"]) if beyond else None
    wide, narrow = (charts.loss_curve(now, wide=wide, appetite=appetite, **drawn) for wide in (True, False))
    return Curves(wide, narrow, charts.curve_table(now, **drawn))


def _differs(each: services.Differs) -> tuple[str, str, str]:
    return each.what, _exactly(each.then), _exactly(each.now)


def _exactly(value: float | None) -> str:
    """Write a figure with all the digits that it has: two figures that differ must read differently."""
    return _("nothing") if value is None else repr(value)


def _file(request: Asking, run: Run, part: Literal["inputs", "results"]) -> HttpResponse:
    text, digest = (run.inputs, run.inputs_hash) if part == "inputs" else (run.results, run.results_hash)
    tell_taken(request.user, run.subject, format="json", asked=part, sha256=digest)
    return attached(text.encode(), f"run-{run.number}-{part}.json", "application/json")


def attached(content: bytes, name: str, kind: str) -> HttpResponse:
    """Answer with a file that the browser keeps and no cache does."""
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
