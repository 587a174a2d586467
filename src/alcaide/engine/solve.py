"""One door for cases: read them, compute them, compare with what is expected."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from alcaide.engine.errors import CaseError, EngineError, UnknownKind

SCHEMA = "alcaide.cases/1"

# kind -> module and function; a module loads when the first case of its kind is met
_SOLVERS = {
    "loss": ("alcaide.engine.loss.cases", "solve_loss"),
    "severity": ("alcaide.engine.loss.cases", "solve_severity"),
    "rate_update": ("alcaide.engine.loss.cases", "solve_rate_update"),
    "plan": ("alcaide.engine.plan.cases", "solve"),
    "streams": ("alcaide.engine.loss.frozen", "solve_streams"),
    "moves": ("alcaide.engine.loss.frozen", "solve_moves"),
}
_TOP = {"schema", "cases", "meta"}
_CASE = {"id", "kind", "input", "expected", "tolerance", "title", "reasoning", "why", "source", "meta"}
_ROUNDING = 1e-9  # relative, where a case names no tolerance: an exact figure may differ in its last digits


@dataclass(frozen=True)
class Miss:
    """One expected value that the engine did not reproduce. `key` is its path, parts joined by dots."""

    case: str
    key: str
    expected: Any
    got: Any
    tolerance: str

    def __str__(self) -> str:
        return f"{self.case}: {self.key}: expected {self.expected!r}, got {self.got!r} (tolerance {self.tolerance})"


def load(text: str) -> dict[str, Any]:
    """Read a file of cases.

    Parameters
    ----------
    text : str
        JSON with `schema` and `cases`.

    Returns
    -------
    dict
        The document, its shape checked.

    Raises
    ------
    CaseError
        For broken JSON, another schema, or cases without an id, a kind or an input; the message says where.

    Examples
    --------
    >>> from alcaide.engine.solve import load
    >>> load('{"schema": "alcaide.cases/1", "cases": []}')["cases"]
    []
    """
    try:
        document = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_twins)
    except json.JSONDecodeError as broken:
        raise CaseError(f"not valid JSON: {broken.msg} at line {broken.lineno}, column {broken.colno}") from None
    _check_shape(document)
    return dict(document)


def _no_constant(name: str) -> float:
    raise CaseError(f"{name} is not a number that JSON knows: write null or a finite number")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise CaseError(f"the key {name} stands twice in one object: keep one")
        found[name] = value
    return found


def _check_shape(document: Any) -> None:
    if not isinstance(document, Mapping):
        raise CaseError("a file of cases is an object with the keys schema and cases")
    if document.get("schema", SCHEMA) != SCHEMA:
        raise CaseError(f"schema is {document['schema']!r}; this version reads {SCHEMA}")
    for name in document:
        if name not in _TOP:
            raise CaseError(f"the key {name} at the top is not known; known are {', '.join(sorted(_TOP))}")
    if not isinstance(document.get("cases"), list):
        raise CaseError("the list cases is missing")
    seen: set[str] = set()
    for position, case in enumerate(document["cases"], start=1):
        _check_case(case, position, seen=seen)


def _check_case(case: Any, position: int, *, seen: set[str]) -> None:
    if not isinstance(case, Mapping):
        raise CaseError(f"case {position} must be an object, not {case!r}")
    name = case.get("id", f"number {position}")
    for key in ("id", "kind", "input"):
        if key not in case:
            raise CaseError(f"case {name}: the key {key} is missing")
    for key in case:
        if key not in _CASE:
            raise CaseError(f"case {name}: the key {key} is not known; known are {', '.join(sorted(_CASE))}")
    if not isinstance(case["id"], str) or case["id"] in seen:
        raise CaseError(f"case {name}: ids must be text and differ from case to case")
    if not isinstance(case["input"], Mapping):
        raise CaseError(f"case {name}: input must be an object")
    seen.add(case["id"])


def solve(document: Mapping[str, Any]) -> dict[str, Any]:
    """Compute every case of a document.

    Parameters
    ----------
    document : mapping
        As `load` returns it.

    Returns
    -------
    dict
        {"results": [{"id", "result"}]} in the order of the cases.

    Raises
    ------
    UnknownKind
        For a kind that this version does not compute; names the case.
    CaseError
        For a case that cannot be computed as written; names the case.

    Examples
    --------
    >>> from alcaide.engine.solve import solve
    >>> fire = {"severity": {"kind": "exponential", "mean": 5}, "ask": ["sd"]}
    >>> solve({"schema": "alcaide.cases/1", "cases": [{"id": "a", "kind": "severity", "input": fire}]})
    {'results': [{'id': 'a', 'result': {'sd': 5.0}}]}
    """
    _check_shape(document)
    return {"results": [{"id": case["id"], "result": _solve_one(case)} for case in document["cases"]]}


def _solve_one(case: Mapping[str, Any]) -> dict[str, Any]:
    kind = case["kind"]
    try:
        result = _solver(kind)(dict(case["input"]))
    except UnknownKind as refused:
        raise UnknownKind(f"case {case['id']}: {refused}") from refused
    except EngineError as refused:
        raise CaseError(f"case {case['id']}: {refused}") from refused
    expected = case.get("expected")
    return _named_alike(result, expected) if isinstance(expected, Mapping) else result


def _solver(kind: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    if kind not in _SOLVERS:
        raise UnknownKind(f"the kind {kind!r} is not computed by this version; it computes {', '.join(_SOLVERS)}")
    module, name = _SOLVERS[kind]
    found: Callable[[dict[str, Any]], dict[str, Any]] = getattr(import_module(module), name)
    return found


def _named_alike(result: dict[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    """Write asked numbers as the expected keys write them: 1e6, 1000000 and 1000000.0 are one sum."""
    out: dict[str, Any] = {}
    for name, value in result.items():
        wanted = expected.get(name)
        if isinstance(value, Mapping) and isinstance(wanted, Mapping):
            written = {_as_number(key): key for key in wanted if _as_number(key) is not None}
            out[name] = {written.get(_as_number(key), key): figure for key, figure in value.items()}
        else:
            out[name] = value
    return out


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def check(document: Mapping[str, Any]) -> list[Miss]:
    """Compute the cases that say what they expect, and list every difference.

    Parameters
    ----------
    document : mapping
        As `load` returns it. Cases without `expected` are computed, too, but cannot miss.

    Returns
    -------
    list of Miss
        Empty if all is as expected.

    Raises
    ------
    UnknownKind, CaseError
        As `solve`; also for a tolerance that is neither a number nor an object.

    Examples
    --------
    >>> from alcaide.engine.solve import check
    >>> fire = {"severity": {"kind": "exponential", "mean": 5}, "ask": ["sd"]}
    >>> case = {"id": "a", "kind": "severity", "input": fire, "expected": {"sd": 6}, "tolerance": 0.5}
    >>> print(check({"schema": "alcaide.cases/1", "cases": [case]})[0])
    a: sd: expected 6, got 5.0 (tolerance abs 0.5)
    """
    results = {row["id"]: row["result"] for row in solve(document)["results"]}
    out: list[Miss] = []
    for case in document["cases"]:
        if "expected" in case:
            given = case.get("tolerance")
            for key, expected in case["expected"].items():
                tolerance = _tolerance(given, key, case=case["id"])
                _compare(case["id"], key, expected, got=results[case["id"]].get(key), tolerance=tolerance, out=out)
    return out


@dataclass(frozen=True)
class _Tolerance:
    rel: float
    abs: float

    def __str__(self) -> str:
        parts = [f"{name} {value:g}" for name, value in (("rel", self.rel), ("abs", self.abs)) if value]
        return ", ".join(parts) or "exact"

    def allows(self, expected: float, got: float) -> bool:
        gap = abs(got - expected)
        return math.isfinite(got) and (gap <= self.abs or gap <= self.rel * abs(expected))


def _tolerance(given: Any, key: str, *, case: str) -> _Tolerance:
    if isinstance(given, Mapping) and key in given and key not in ("rel", "abs"):
        given = given[key]
    if given is None:
        return _Tolerance(_ROUNDING, 0.0)
    if isinstance(given, int | float) and not isinstance(given, bool):
        return _Tolerance(0.0, float(given))
    if isinstance(given, Mapping):
        return _Tolerance(float(given.get("rel", 0.0)), float(given.get("abs", 0.0)))
    raise CaseError(f"case {case}: tolerance must be a number or an object with rel and abs, not {given!r}")


def _compare(case: str, key: str, expected: Any, *, got: Any, tolerance: _Tolerance, out: list[Miss]) -> None:
    if isinstance(expected, Mapping):
        for name, value in expected.items():
            inner = got.get(name) if isinstance(got, Mapping) else None
            _compare(case, f"{key}.{name}", value, got=inner, tolerance=tolerance, out=out)
    elif _is_list(expected) and _is_list(got) and len(expected) == len(got):
        for place, (one, other) in enumerate(zip(expected, got, strict=True)):
            _compare(case, f"{key}.{place}", one, got=other, tolerance=tolerance, out=out)
    elif not _alike(expected, got, tolerance):
        out.append(Miss(case, key, expected, got, str(tolerance)))


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _alike(expected: Any, got: Any, tolerance: _Tolerance) -> bool:
    if _is_number(expected) and _is_number(got):
        return tolerance.allows(float(expected), float(got))
    return type(expected) is type(got) and bool(expected == got)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
