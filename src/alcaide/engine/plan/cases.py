"""Plan cases read from plain records, and their answers as plain records."""

from collections.abc import Mapping, Sequence
from typing import Any

from alcaide.engine.errors import CaseError
from alcaide.engine.plan.model import Measure, Problem
from alcaide.engine.plan.search import best

Record = Mapping[str, Any]
_SECONDS, _ROUNDS = 300.0, 1000
_UNPROVEN = 1e-6  # the tolerance of the published cases


def solve(given: Record) -> dict[str, Any]:
    """Answer a `plan` case.

    Parameters
    ----------
    given : mapping
        `scenarios`, `measures`, `budget`, and optionally `exclusive`, `requires` and `mandatory`.

    Returns
    -------
    dict
        `annual_loss`, `chosen` (ids sorted as text) and `feasible`; only `feasible` where nothing is allowed.

    Raises
    ------
    CaseError
        For an unknown or missing key, a value that makes no sense, or a case too large to prove its answer.

    Examples
    --------
    >>> lock = {"id": "lock", "cost": 3, "effects": {"theft": 0.5}}
    >>> solve({"scenarios": [{"id": "theft", "annual_loss": 10}], "measures": [lock], "budget": 3})
    {'annual_loss': 5.0, 'chosen': ['lock'], 'feasible': True}
    """
    plan = best(problem_of(given), gap=0.0, rounds_at_most=_ROUNDS, seconds=_SECONDS)
    if not plan.feasible:
        return {"feasible": False}
    if plan.gap > _UNPROVEN:
        raise CaseError(f"the best plan could not be proven: {plan.gap:.2g} of its loss is open; make the case smaller")
    return {"annual_loss": plan.annual_loss, "chosen": list(plan.chosen), "feasible": True}


def problem_of(given: Record) -> Problem:
    """The problem that a case states; raises CaseError for an unknown or missing key or a value of the wrong kind."""
    _keys(given, "input", needs="scenarios measures budget", may="exclusive requires mandatory")
    losses: dict[str, float] = {}
    for at, row in enumerate(_list(given["scenarios"], "scenarios"), start=1):
        _keys(row, f"scenario {at}", needs="id annual_loss")
        name = _text(row["id"], f"scenario {at}: id")
        if name in losses:
            raise CaseError(f'scenario "{name}" is listed twice')
        losses[name] = _number(row["annual_loss"], f'scenario "{name}": annual_loss')
    return Problem(
        losses=losses,
        measures=tuple(_measure(row, at) for at, row in enumerate(_list(given["measures"], "measures"), start=1)),
        budget=_number(given["budget"], "budget"),
        exclusive=_pairs(given, "exclusive"),
        requires=_pairs(given, "requires"),
        mandatory=tuple(_text(name, "mandatory") for name in _list(given.get("mandatory", []), "mandatory")),
    )


def _measure(row: Any, at: int) -> Measure:
    _keys(row, f"measure {at}", needs="id cost effects")
    name = _text(row["id"], f"measure {at}: id")
    effects = row["effects"]
    if not isinstance(effects, Mapping):
        raise CaseError(f'measure "{name}": effects must map scenarios to the share left, not {effects!r}')
    factors = {scenario: _number(factor, f'measure "{name}", "{scenario}"') for scenario, factor in effects.items()}
    return Measure(name, _number(row["cost"], f'measure "{name}": cost'), factors)


def _pairs(given: Record, key: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for pair in _list(given.get(key, []), key):
        if len(_list(pair, f"a pair in {key}")) != 2:
            raise CaseError(f"{key} holds pairs of two measures, not {pair!r}")
        pairs.append((_text(pair[0], key), _text(pair[1], key)))
    return tuple(pairs)


def _keys(row: Any, where: str, *, needs: str, may: str = "") -> None:
    if not isinstance(row, Mapping):
        raise CaseError(f"{where} must be an object, not {row!r}")
    for key in needs.split():
        if key not in row:
            raise CaseError(f"{where}: the key {key} is missing")
    known = [*needs.split(), *may.split()]
    for key in row:
        if key not in known:
            raise CaseError(f"{where}: the key {key} is not known; known are {', '.join(sorted(known))}")


def _list(value: Any, where: str) -> Sequence[Any]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise CaseError(f"{where} must be a list, not {value!r}")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise CaseError(f"{where}: an id is text, not {value!r}")
    return value


def _number(value: Any, where: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise CaseError(f"{where} must be a number, not {value!r}")
    try:
        return float(value)
    except OverflowError:
        raise CaseError(f"{where} is too large a number") from None
