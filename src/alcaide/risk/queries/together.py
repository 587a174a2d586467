"""What a choice of actions removes a year when all of it is done, by the inputs of the newest run."""

import json
from dataclasses import dataclass
from functools import lru_cache
from math import isclose
from typing import Any, Literal

from alcaide.common.money import Kind, Money, from_engine
from alcaide.exposure.queries import Chosen, HostLeft, left_when_done
from alcaide.risk.models import Run
from alcaide.risk.pricing import Touch, removed_together

# A chance that differs by more than rounding is another chance.
ALIKE = 1e-9


@dataclass(frozen=True)
class Together:
    """What a choice removes a year with its range, or why that cannot be said now."""

    run: Run
    state: Literal["priced", "changed", "many"]
    removes: Money | None = None
    low: Money | None = None
    high: Money | None = None


def together(chosen: Chosen) -> Together | None:
    """Price a choice of actions as one, not as a sum of each alone. None where no run says anything of its hosts.

    Where findings, feeds or scans moved since the run, its inputs no longer fit what is left, and nothing is priced.
    """
    run = Run.objects.order_by("-number").only("uid", "number", "at", "currency", "inputs_hash").first()
    if run is None:
        return None
    hosts = left_when_done(chosen)
    if hosts is None:
        return Together(run, "many")
    inputs = _inputs(run.inputs_hash)
    pressed = {each["uid"]: each for scenario in inputs["scenarios"] for each in scenario["pressure"]}
    touched = [host for host in hosts if str(host.asset) in pressed]
    if not touched:
        return None
    if not all(_fits(host, pressed[str(host.asset)]) for host in touched):
        return Together(run, "changed")
    touches = [Touch("", str(each.asset), each.low, each.high, each.low_after, each.high_after) for each in touched]
    found = removed_together(inputs, touches)
    sums = [from_engine(each, run.currency, Kind.EXPECTED) for each in (found.mean, found.low, found.high)]
    return Together(run, "priced", *sums)


def _fits(host: HostLeft, then: dict[str, Any]) -> bool:
    is_alike = isclose(host.low, then["low"], rel_tol=ALIKE) and isclose(host.high, then["high"], rel_tol=ALIKE)
    return is_alike and host.reached_from == then["reach"]


@lru_cache(maxsize=1)
def _inputs(inputs_hash: str) -> dict[str, Any]:
    """Return a run's inputs with the scenarios that flaws lead to. Equal hashes are equal inputs, so it stays right."""
    text = Run.objects.filter(inputs_hash=inputs_hash).values_list("inputs", flat=True)[0]
    inputs: dict[str, Any] = json.loads(text)
    return {**inputs, "scenarios": [each for each in inputs["scenarios"] if each["pressure"]]}
