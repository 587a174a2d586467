"""The home page: one range to believe beside one list to decide."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from alcaide.common.charts import Span as DatedSpan
from alcaide.common.charts import Year, lay_out
from alcaide.common.models import User
from alcaide.common.money import Money
from alcaide.common.waiting import dated_for
from alcaide.common.words import day
from alcaide.risk.models import Run
from alcaide.risk.queries import Figures, baseline_run, figures, moves_since, past_areas, sums_of

from .decide import Agenda, agenda

WEEKS = 13
AREAS = (
    ("digital", "Digital", "server-2"),
    ("physical", "Physical", "building-warehouse"),
    ("people", "People", "users"),
)
VERIFIED = "verified action"
MOST_MOVES = 6


@dataclass(frozen=True)
class Baseline:
    """The run that today is compared with, and what it said."""

    run: Run
    results: dict[str, Any]
    label: str


@dataclass(frozen=True)
class AreaCard:
    """One of the three areas: its sum with range, its move, its weakest point."""

    key: str
    name: str
    icon: str
    loss: Money
    low: Money
    high: Money
    move: Money | None
    share: float
    course: tuple[float, ...]
    worst_name: str
    worst_uid: str
    worst_share: float
    scenarios: int


@dataclass(frozen=True)
class Step:
    """One line of the waterfall."""

    what: str
    kind: str
    look: str
    sum: Money
    start: float
    end: float


@dataclass(frozen=True)
class Home:
    """Everything the home page shows."""

    agenda: Agenda
    figures: Figures | None
    baseline: Baseline | None
    areas: tuple[AreaCard, ...]
    year: Year
    steps: tuple[Step, ...]
    ours: Money | None
    cause: str
    """The kind of move that most of the way since the baseline rests on."""
    is_alone: bool
    """Whether no other kind went the same way by more than a twentieth of the change."""


def home(user: User, *, now: datetime) -> Home:
    """Collect the home page of one user."""
    shown = figures(user)
    whole = shown is not None and shown.whole and bool(shown.results["scenarios"])
    baseline = _baseline(shown, today=now.date()) if shown and whole else None
    steps, ours, cause, is_alone = _waterfall(shown, baseline) if shown and baseline else ((), None, "", True)
    return Home(
        agenda=agenda(user, now=now),
        figures=shown,
        baseline=baseline,
        areas=_areas(shown, baseline, past_areas(user)) if shown and whole else (),
        year=_year(user, today=now.date()),
        steps=steps,
        ours=ours,
        cause=cause,
        is_alone=is_alone,
    )


def _baseline(shown: Figures, *, today: date) -> Baseline | None:
    run = baseline_run(shown.run)
    if run is None:
        return None
    then = sums_of(run)
    if not then:
        return None
    label = day(run.at.date(), today=today) if run.at.date() != today else f"run {run.number}"
    return Baseline(run, then, label)


def _areas(shown: Figures, baseline: Baseline | None, past: list[dict[str, float]]) -> tuple[AreaCard, ...]:
    results = shown.results
    cards = []
    for key, name, icon in AREAS:
        area = results["areas"].get(key)
        if area is None:
            continue
        rows = [row for row in results["scenarios"] if row["area"] == key]
        worst = next(row for row in rows if row["uid"] == area["worst"])
        before = baseline.results["areas"].get(key) if baseline else None
        cards.append(
            AreaCard(
                key=key, name=name, icon=icon, loss=shown.money(area["mean"]),
                low=shown.money(area["range"][0]), high=shown.money(area["range"][1]),
                move=shown.money(area["mean"] - before["mean"]) if before else None,
                share=area["mean"] / results["mean"] if results["mean"] else 0.0,
                course=tuple(each[key] for each in past if key in each),
                worst_name=worst["name"], worst_uid=worst["uid"],
                worst_share=worst["mean"] / area["mean"] if area["mean"] else 0.0, scenarios=len(rows),
            )
        )  # fmt: skip
    return tuple(cards)


def _waterfall(shown: Figures, baseline: Baseline) -> tuple[tuple[Step, ...], Money | None, str, bool]:
    moves = _joined(moves_since(shown, baseline.run))
    level = baseline.results["mean"]
    steps = [Step(baseline.label, "", "total", shown.money(level), 0.0, level)]
    kept, rest = moves[:MOST_MOVES], moves[MOST_MOVES:]
    for move in kept:
        look = "other" if move["kind"] != VERIFIED else "ours" if move["sum"] <= 0 else "slipped"
        steps.append(Step(move["what"], move["kind"], look, shown.money(move["sum"]), level, level + move["sum"]))
        level += move["sum"]
    if rest:
        amount = sum(move["sum"] for move in rest)
        steps.append(Step(f"{len(rest)} smaller moves", "mixed", "other", shown.money(amount), level, level + amount))
    steps.append(Step("Today", "", "total", shown.money(shown.results["mean"]), 0.0, shown.results["mean"]))
    ours = sum(move["sum"] for move in moves if move["kind"] == VERIFIED)
    by_kind: dict[str, float] = {}
    for move in moves:
        by_kind[move["kind"]] = by_kind.get(move["kind"], 0.0) + move["sum"]
    change = shown.results["mean"] - baseline.results["mean"]
    return tuple(steps), shown.money(-ours), *cause_of(by_kind, change)


def cause_of(by_kind: dict[str, float], change: float) -> tuple[str, bool]:
    """Return the kind that carried most of a change, and whether no other went its way by over a twentieth of it."""
    way = {kind: amount * (1 if change > 0 else -1) for kind, amount in by_kind.items()}
    cause = max(way, key=way.__getitem__, default="")
    return cause, all(amount <= abs(change) / 20 for kind, amount in way.items() if kind != cause)


def _year(user: User, *, today: date) -> Year:
    last = today + timedelta(weeks=WEEKS)
    spans = [
        DatedSpan(
            what=each.title, first=max(each.on - timedelta(days=each.lead_days), today), last=each.on,
            when=day(each.on, today=today), kind=each.kind, url=each.url,
        )
        for each in dated_for(user, today, last)
    ]  # fmt: skip
    return lay_out(spans, today=today, weeks=WEEKS)


def _joined(moves: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join the moves that one cause made in several scenarios."""
    sums: dict[tuple[str, str], float] = {}
    for move in moves:
        about = (move["what"], move["kind"])
        sums[about] = sums.get(about, 0.0) + move["sum"]
    joined = [{"what": what, "kind": kind, "sum": amount} for (what, kind), amount in sums.items()]
    return sorted(joined, key=lambda each: (-abs(each["sum"]), each["what"]))
