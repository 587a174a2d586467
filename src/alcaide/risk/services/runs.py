"""Computes runs: collects, prices, plans, and writes the result once."""

import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

import rfc8785
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide import __version__
from alcaide.common.models import User
from alcaide.common.money import Kind, from_engine
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, audit, write
from alcaide.engine.loss import ENGINE_VERSION
from alcaide.organization.models import Organization
from alcaide.organization.queries import root_unit
from alcaide.risk.models import RUN, SEE, Proposal, Run
from alcaide.risk.pricing import Removed, add_levels, knows_levels, moves, price_portfolio, propose
from alcaide.risk.queries import budget_of, collect_inputs, in_ours, latest_run

from .prices import priced_actions, write_action_prices, write_prices

LIBRARIES = ("numpy", "scipy", "highspy")
TRIES = 3
STEPS = 6
COMPARED = {
    "mean": "Expected loss a year",
    "bad_year": "Bad year, 1 in 20",
    "beyond.chance": "Chance of passing the appetite",
    "harm.mean": "People harmed a year",
    "plan.cost": "Cost of the plan",
    "plan.mean": "Expected loss with the plan",
}


Say = Callable[[int, str], None]
"""Told how many steps of a run are done, and what comes now; what it raises ends the run before it is written."""


class ComputedMeanwhile(RuntimeError):
    """Another run was written while this one was computed; ask for the figures again."""


@dataclass(frozen=True)
class Differs:
    """One figure that came out differently: its words, what the run says, what came out now."""

    what: str
    then: float | None
    now: float | None


@dataclass(frozen=True)
class Again:
    """What came of computing a run once more from its stored inputs."""

    same: bool
    results_hash: str
    versions: dict[str, str]
    changed: tuple[tuple[str, str, str], ...]
    """Versions that are not those of the run: name, then, now."""
    differs: tuple[Differs, ...]


def _quiet(_done: int, _words: str) -> None:
    """Say nothing."""


def refresh(actor: Actor, *, cause: str, say: Say = _quiet) -> Run | None:
    """Compute the figures afresh. Returns None where nothing changed since the last run.

    There is no first run before a scenario has its ranges: nobody is told that nothing costs nothing. The computing
    happens before the write, so that no lock is held while the engine works, and whatever `say` raises meanwhile leaves
    nothing behind. Raises ComputedMeanwhile where others write runs faster than this one can be computed.
    """
    require(actor, RUN)
    for _try in range(TRIES):
        # The moment before anything is read: whatever changes after it is seen by the next look.
        at = timezone.now()
        say(0, _("Reading scenarios, findings and measures"))
        before = latest_run()
        inputs = collect_inputs()
        budget = budget_of(root_unit())
        inputs["budget"] = in_ours(budget.sum, ours=inputs["currency"], what="The budget") if budget else None
        text, digest = _canonical(inputs)
        is_same = before is not None and (before.inputs_hash, before.engine) == (digest, ENGINE_VERSION)
        if is_same or (before is None and not inputs["scenarios"]):
            if before is not None:
                _price_actions_again(actor, before, inputs)
            return None
        results = compute(json.loads(text), before=json.loads(before.inputs) if before else None, say=say)
        say(4, _("Pricing what each action removes"))
        actions = priced_actions(inputs)
        say(5, _("Writing the figures"))
        run = _keep(actor, _Computed(at, cause, before, text, digest, results, actions))
        if run is not None:
            return run
    raise ComputedMeanwhile(_("Another run was written while this one was computed. Ask for the figures again."))


def compute(inputs: dict[str, Any], *, before: dict[str, Any] | None, say: Say = _quiet) -> dict[str, Any]:
    """Return the results of stored inputs: figures, moves since the run before, and the plan."""

    def at_step(done: int, words: str) -> Callable[[], None]:
        say(done, words)
        return lambda: say(done, words)

    words = _("Computing %(count)s scenarios") % {"count": len(inputs["scenarios"])}
    results = price_portfolio(inputs, between=at_step(1, words))
    if knows_levels(inputs):
        add_levels(
            inputs, results, between=at_step(2, _("Computing the same without measures, and with those adopted"))
        )
    comparing = at_step(3, _("Comparing with the run before and choosing the plan"))
    results["moves"] = moves(before, inputs) if before else []
    results["plan"] = None
    if inputs["budget"] is not None and inputs["scenarios"]:
        results["plan"] = propose(inputs, budget=inputs["budget"], bad_year=results["bad_year"], between=comparing)
    return results


def run_again(actor: Actor, run: Run) -> Again:
    """Compute a run once more from its stored inputs and compare, bit by bit. Writes nothing.

    Whoever may see the figures of the whole organization may check them.
    """
    require(actor, SEE, unit_id=root_unit().pk)
    before = Run.objects.filter(number=run.number - 1).first()
    results = compute(json.loads(run.inputs), before=json.loads(before.inputs) if before else None)
    text, digest = _canonical(results)
    now, then = versions(), json.loads(run.versions)
    return Again(
        same=digest == run.results_hash,
        results_hash=digest,
        versions=now,
        changed=tuple((name, then.get(name, ""), now[name]) for name in now if now[name] != then.get(name, "")),
        differs=tuple(_differences(json.loads(run.results), json.loads(text))),
    )


@write
def _price_actions_again(actor: Actor, run: Run, inputs: dict[str, Any]) -> None:
    """Price the open actions by the inputs of the newest run: findings may be grouped anew without a figure moving."""
    write_action_prices(actor, run, priced_actions(inputs))


def versions() -> dict[str, str]:
    """Return the versions of everything that a figure depends on."""
    named = {name: version(name) for name in LIBRARIES}
    python = ".".join(map(str, sys.version_info[:3]))
    return {"alcaide": __version__, "engine": ENGINE_VERSION, "python": python, **named}


@dataclass(frozen=True)
class _Computed:
    """A run before it is written."""

    at: datetime
    cause: str
    before: Run | None
    inputs: str
    inputs_hash: str
    results: dict[str, Any]
    actions: dict[str, Removed]


@write
def _keep(actor: Actor, made: _Computed) -> Run | None:
    """Write a computed run. Returns None where another was written since, which its moves do not know."""
    # Two who compute at once stand in line here, on this one row.
    Organization.objects.select_for_update().order_by("id").first()
    last = Run.objects.aggregate(last=Max("number"))["last"] or 0
    if last != (made.before.number if made.before else 0):
        return None
    inputs, results = json.loads(made.inputs), made.results
    outcome, outcome_digest = _canonical(results)
    run = Run.objects.create(
        number=last + 1, at=made.at, asked_by=actor if isinstance(actor, User) else None, cause=made.cause[:300],
        currency=inputs["currency"], seed=inputs["seed"], engine=ENGINE_VERSION, versions=json.dumps(versions()),
        inputs=made.inputs, inputs_hash=made.inputs_hash, results=outcome, results_hash=outcome_digest,
        **_heads(results, inputs["currency"]),
    )  # fmt: skip
    if results["plan"] is not None:
        _keep_plan(run, results["plan"])
    write_prices(run, inputs, results)
    write_action_prices(actor, run, made.actions)
    audit(
        actor, "compute", subject=run.subject,
        after={"number": run.number, "cause": made.cause, "inputs": made.inputs_hash, "results": outcome_digest},
    )  # fmt: skip
    return run


def _heads(results: Mapping[str, Any], currency: str) -> dict[str, int]:
    """Return what lists show of a run."""
    low, high = results["mean_range"]
    sums = {"mean_minor": results["mean"], "low_minor": low, "high_minor": high}
    return {name: from_engine(amount, currency, Kind.EXPECTED).minor for name, amount in sums.items()}


def _keep_plan(run: Run, plan: dict[str, Any]) -> Proposal:
    text, digest = _canonical(plan)
    return Proposal.objects.create(
        run=run, budget_minor=from_engine(plan["budget"], run.currency, Kind.CASH).minor, currency=run.currency,
        inputs=run.inputs_hash, results=text, results_hash=digest,
    )  # fmt: skip


def _differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Differs]:
    for path, words in COMPARED.items():
        was, comes = _at(then, path), _at(now, path)
        if was != comes:
            yield Differs(words, was, comes)
    old = {row["uid"]: row["mean"] for row in then["scenarios"]}
    for row in now["scenarios"]:
        if old.get(row["uid"]) != row["mean"]:
            yield Differs(row["name"], old.get(row["uid"]), row["mean"])


def _at(results: Mapping[str, Any], path: str) -> float | None:
    value: Any = results
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, int | float) else None


def _canonical(content: dict[str, Any]) -> tuple[str, str]:
    """Return the one text of a content (RFC 8785) and its SHA-256."""
    raw = rfc8785.dumps(content)
    return raw.decode(), hashlib.sha256(raw).hexdigest()


__all__ = ["Again", "ComputedMeanwhile", "Differs", "compute", "refresh", "run_again", "versions"]
