"""Computes runs: collects, prices, plans, and writes the result once."""

import hashlib
import json
import sys
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import rfc8785
from django.db.models import Max
from django.utils import timezone

from alcaide import __version__
from alcaide.common.models import User
from alcaide.common.money import to_engine
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, audit, write
from alcaide.engine.loss import ENGINE_VERSION
from alcaide.organization.queries import root_unit
from alcaide.risk.models import RUN, Proposal, Run
from alcaide.risk.pricing import moves, price_portfolio, propose
from alcaide.risk.queries import budget_of, collect_inputs, latest_run

from .prices import write_prices

LIBRARIES = ("numpy", "scipy", "highspy")


@dataclass(frozen=True)
class Again:
    """What came of computing a run once more from its stored inputs."""

    same: bool
    results_hash: str
    versions: dict[str, str]


def refresh(actor: Actor, *, cause: str) -> Run | None:
    """Compute the figures afresh. Returns None where nothing changed since the last run.

    The computing happens before the write, so that no lock is held while the engine works.
    """
    require(actor, RUN)
    inputs = collect_inputs()
    budget = budget_of(root_unit())
    inputs["budget"] = to_engine(budget.sum) if budget else None
    text, digest = _canonical(inputs)
    before = latest_run()
    if before is not None and before.inputs_hash == digest and before.engine == ENGINE_VERSION:
        return None
    inputs = json.loads(text)
    results = compute(inputs, before=json.loads(before.inputs) if before else None)
    return _keep(actor, cause=cause, inputs=inputs, results=results)


def compute(inputs: dict[str, Any], *, before: dict[str, Any] | None) -> dict[str, Any]:
    """Return the results of stored inputs: figures, moves since the run before, and the plan."""
    results = price_portfolio(inputs)
    results["moves"] = moves(before, inputs) if before else []
    results["plan"] = None
    if inputs["budget"] is not None and inputs["scenarios"]:
        results["plan"] = propose(inputs, budget=inputs["budget"], bad_year=results["bad_year"])
    return results


def run_again(actor: Actor, run: Run) -> Again:
    """Compute a run once more from its stored inputs and compare, bit by bit."""
    require(actor, RUN)
    before = Run.objects.filter(number=run.number - 1).first()
    results = compute(json.loads(run.inputs), before=json.loads(before.inputs) if before else None)
    _, digest = _canonical(results)
    return Again(digest == run.results_hash, digest, versions())


def versions() -> dict[str, str]:
    """Return the versions of everything that a figure depends on."""
    named = {name: version(name) for name in LIBRARIES}
    python = ".".join(map(str, sys.version_info[:3]))
    return {"alcaide": __version__, "engine": ENGINE_VERSION, "python": python, **named}


@write
def _keep(actor: Actor, *, cause: str, inputs: dict[str, Any], results: dict[str, Any]) -> Run:
    text, digest = _canonical(inputs)
    outcome, outcome_digest = _canonical(results)
    number = (Run.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    run = Run.objects.create(
        number=number, at=timezone.now(), asked_by=actor if isinstance(actor, User) else None, cause=cause[:300],
        currency=inputs["currency"], seed=inputs["seed"], engine=ENGINE_VERSION, versions=json.dumps(versions()),
        inputs=text, inputs_hash=digest, results=outcome, results_hash=outcome_digest,
    )  # fmt: skip
    if results["plan"] is not None:
        _keep_plan(run, results["plan"])
    write_prices(run, inputs, results)
    audit(
        actor, "compute", subject=run.subject,
        after={"number": number, "cause": cause, "inputs": digest, "results": outcome_digest},
    )  # fmt: skip
    return run


def _keep_plan(run: Run, plan: dict[str, Any]) -> Proposal:
    budget = budget_of(root_unit())
    text, digest = _canonical(plan)
    return Proposal.objects.create(
        run=run, budget_minor=budget.sum_minor if budget else 0, currency=run.currency,
        inputs=run.inputs_hash, results=text, results_hash=digest,
    )  # fmt: skip


def _canonical(content: dict[str, Any]) -> tuple[str, str]:
    """Return the one text of a content (RFC 8785) and its SHA-256."""
    raw = rfc8785.dumps(content)
    return raw.decode(), hashlib.sha256(raw).hexdigest()


__all__ = ["Again", "compute", "refresh", "run_again", "versions"]
