"""What a board pack says, as plain words and drawings ready to be set."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from alcaide.common import charts, words
from alcaide.common.models import TrailHead, User
from alcaide.organization.queries import the_organization
from alcaide.risk.models import Proposal
from alcaide.risk.queries import Figures, Plan, baseline_run, moves_since, read_plan

MOST_ROWS = 12
PROVEN_BEST = 1e-5
AREA_WORDS = {"digital": "Digital", "physical": "Physical", "people": "People"}


@dataclass(frozen=True)
class PackContent:
    """A pack before it is set: headings, sums in words, tables, one drawing."""

    title: str
    organization: str
    made: str
    made_on: list[int]
    made_by: str
    headline: str
    sums: list[dict[str, str]]
    shares: str
    harm: str
    curve: str
    """The loss curve as SVG with its colours written in."""
    areas: list[list[str]]
    scenarios: list[list[str]]
    moves: list[list[str]]
    moves_since: str
    plan: dict[str, Any] | None
    proof: list[list[str]]
    is_example: bool

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def pack_content(shown: Figures, *, proposal: Proposal | None, made_at: datetime, made_by: User) -> PackContent:
    """Return the pack of a run whole, in the words that the pages use."""
    organization = the_organization()
    results = shown.results
    plan = read_plan(proposal, shown) if proposal else None
    earlier = baseline_run(shown.run)
    moved = moves_since(shown, earlier) if earlier else []
    return PackContent(
        title=_("What a year may cost us"),
        organization=organization.name,
        made=words.moment(made_at, today=made_at.date()),
        made_on=[made_at.year, made_at.month, made_at.day],
        made_by=made_by.name,
        headline=_("%(sum)s a year is expected, %(range)s.")
        % {"sum": _money(shown, results["mean"]), "range": _range(shown, results["mean_range"])},
        sums=_sums(shown),
        shares=_("%(m)s measured, %(s)s sector, %(j)s judgement")
        % {key[0]: words.share(results["shares"][key]) for key in ("measured", "sector", "judgement")},
        harm=_harm(results["harm"]),
        curve=_curve(shown, plan),
        areas=[
            [AREA_WORDS[key], _money(shown, area["mean"]), _range(shown, area["range"])]
            for key, area in sorted(results["areas"].items(), key=lambda each: -each[1]["mean"])
        ],
        scenarios=[
            [row["name"], AREA_WORDS[row["area"]], _money(shown, row["mean"]), _range(shown, row["range"])]
            for row in sorted(results["scenarios"], key=lambda row: -row["mean"])[:MOST_ROWS]
        ],
        moves=[
            [move["what"], move["kind"], words.money_signed(shown.money(move["sum"]).major, shown.run.currency)]
            for move in moved[:MOST_ROWS]
        ],
        moves_since=f"run {earlier.number}, {words.moment(earlier.at, today=made_at.date())}" if earlier else "",
        plan=_plan(shown, plan) if plan else None,
        proof=_proof(shown),
        is_example=organization.is_example,
    )


def _sums(shown: Figures) -> list[dict[str, str]]:
    results = shown.results
    found = [
        {
            "what": _("Expected loss a year"),
            "sum": _money(shown, results["mean"]),
            "range": _range(shown, results["mean_range"]),
        },
        {
            "what": _("Bad year, 1 in 20"),
            "sum": _money(shown, results["bad_year"]),
            "range": _range(shown, results["bad_year_range"]),
        },
    ]
    beyond = results["beyond"]
    if beyond:
        low, high = beyond["range"]
        found.append(
            {
                "what": _("Chance of passing %(limit)s") % {"limit": _limit(shown, beyond["limit"])},
                "sum": words.share(beyond["chance"]),
                "range": _("%(range)s, appetite %(appetite)s")
                % {"range": words.share_range(low, high), "appetite": words.share(beyond["accepted"])},
            }
        )
    return found


def _harm(harm: dict[str, Any] | None) -> str:
    if harm is None:
        return _("Not estimated yet. Never money.")
    low, high = harm["range"]
    return _("Expected %(mean).1f people a year (%(low).1f–%(high).1f). Never money.") % {
        "mean": harm["mean"], "low": low, "high": high,
    }  # fmt: skip


def _curve(shown: Figures, plan: Plan | None) -> str:
    curve, beyond = shown.results["curve"], shown.results["beyond"]
    return str(
        charts.loss_curve(
            list(zip(curve["at"], curve["chance"], strict=True)),
            currency=shown.run.currency,
            plan=plan.curve if plan else None,
            band=list(zip(curve["at"], curve["low"], curve["high"], strict=True)),
            appetite=charts.Appetite(beyond["limit"], beyond["accepted"]) if beyond else None,
            themed=False,
        )
    )


def _plan(shown: Figures, plan: Plan) -> dict[str, Any]:
    currency = shown.run.currency
    return {
        "words": plan.reason
        if not plan.feasible
        else _("%(cost)s a year of cash under a budget of %(budget)s avoids %(avoided)s a year of expected loss.")
        % {
            "cost": words.money(plan.cost.major, currency),
            "budget": words.money(plan.proposal.budget.major, currency),
            "avoided": words.money(plan.avoided.major, currency),
        },
        "gap": _gap(plan),
        "rows": [
            [
                row.name + (_(" (bought for the bad year)") if row.for_the_bad_year else ""),
                words.money(row.cost.major, currency),
                words.money(row.avoids.major, currency),
                words.money_range(row.low.major, row.high.major, currency=currency),
                words.money_signed(row.bad_year.major, currency),
            ]
            for row in plan.chosen
        ],
    }


def _gap(plan: Plan) -> str:
    """Say how near to the best the plan is proven to be."""
    if plan.gap is None or not plan.feasible:
        return ""
    if plan.gap < PROVEN_BEST:
        return _("No other choice under this budget does better; that is proven.")
    return _("No other choice under this budget can do better by more than %(gap)s.") % {"gap": words.share(plan.gap)}


def _proof(shown: Figures) -> list[list[str]]:
    run = shown.run
    head = TrailHead.objects.order_by("-size").first()
    rows = [
        [_("Run"), f"{run.number}, {run.at:%Y-%m-%d %H:%M} UTC"],
        [_("Engine"), run.engine],
        [_("Seed"), str(run.seed)],
        [_("Inputs, SHA-256"), run.inputs_hash],
        [_("Results, SHA-256"), run.results_hash],
    ]
    if head is not None:
        rows.append([_("Trail head"), f"{head.size} lines, root {head.root}, key {head.key}"])
    return rows


def _money(shown: Figures, amount: float) -> str:
    return words.money(shown.money(amount).major, shown.run.currency)


def _limit(shown: Figures, amount: float) -> str:
    return words.money_exactly(shown.money(amount).major, shown.run.currency)


def _range(shown: Figures, ends: Sequence[float]) -> str:
    low, high = sorted(ends)
    return words.money_range(shown.money(low).major, shown.money(high).major, currency=shown.run.currency)
