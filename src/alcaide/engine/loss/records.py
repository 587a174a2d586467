"""Portfolios read from plain records; everything unknown is refused in words."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from alcaide.engine.errors import CaseError, EngineError, UnknownKind
from alcaide.engine.loss.atoms import Discrete, Empirical, Fixed
from alcaide.engine.loss.frequency import Bernoulli, Binomial, Counts, Frequency, NegativeBinomial, Poisson
from alcaide.engine.loss.portfolio import Insurance, Layer, Portfolio, Risk, Shock
from alcaide.engine.loss.severity import Exponential, Gamma, Lognormal, Pareto, Pert, Severity, Uniform

Record = Mapping[str, Any]


def keys(record: Record, where: str, *, needs: str = "", may: str = "") -> None:
    """Refuse a record that lacks a key or has one that nobody reads."""
    needed, allowed = needs.split(), needs.split() + may.split()
    for name in record:
        if name not in allowed:
            raise CaseError(f"{where}: the key {name} is not known; known are {', '.join(allowed)}")
    for name in needed:
        if name not in record:
            raise CaseError(f"{where}: the key {name} is missing")


def number(record: Record, name: str, where: str) -> float:
    """A number of a record, refused in words if it is anything else."""
    return number_of(record[name], f"{where}: {name}")


def number_of(value: Any, what: str) -> float:
    """A number, refused in words if it is anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CaseError(f"{what} must be a number, not {value!r}")
    return float(value)


def record_of(value: Any, what: str) -> Record:
    """An object with named keys, refused in words if it is anything else."""
    if not isinstance(value, Mapping):
        raise CaseError(f"{what} must be an object with named keys, not {value!r}")
    return value


def list_of(value: Any, what: str) -> Sequence[Any]:
    """A list, refused in words if it is anything else."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise CaseError(f"{what} must be a list, not {value!r}")
    return value


def names_of(value: Any) -> list[str]:
    """A list of names, refused in words if it is anything else."""
    names = list_of(value, "ask")
    for name in names:
        if not isinstance(name, str):
            raise CaseError(f"ask: {name!r} must be the name of a figure")
    return list(names)


def _kind(record: Any, what: str) -> tuple[str, Record]:
    record = record_of(record, what)
    if "kind" not in record:
        raise CaseError(f"{what}: the key kind is missing")
    return record["kind"], {name: value for name, value in record.items() if name != "kind"}


def _table(record: Record, what: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    keys(record, what, needs="pmf")
    table = record_of(record["pmf"], f"{what}: pmf")
    places = []
    for text in table:
        try:
            places.append(float(text))
        except ValueError:
            raise CaseError(f"{what}: pmf: {text!r} must be a number") from None
    return tuple(places), tuple(number_of(value, f"{what}: pmf of {text}") for text, value in table.items())


def _read(record: Record, what: str, *, needs: str, may: str = "") -> dict[str, float]:
    keys(record, what, needs=needs, may=may)
    return {name: number(record, name, what) for name in record}


def severity(given: Any, what: str = "severity") -> Severity:
    """A size from its record.  Raises CaseError for a wrong key, UnknownKind for a kind that is not built."""
    kind, rest = _kind(given, what)
    if kind not in _SIZES:
        raise UnknownKind(f"{what}: the kind {kind!r} is not known; known are {', '.join(_SIZES)}")
    return _SIZES[kind](rest, f"{what} {kind}")


def _fixed(record: Record, what: str) -> Severity:
    return Fixed(_read(record, what, needs="value")["value"])


def _discrete(record: Record, what: str) -> Severity:
    return Discrete(*_table(record, what))


def _empirical(record: Record, what: str) -> Severity:
    keys(record, what, needs="values")
    return Empirical(tuple(number_of(v, f"{what}: values") for v in list_of(record["values"], f"{what}: values")))


def _exponential(record: Record, what: str) -> Severity:
    return Exponential(_read(record, what, needs="mean")["mean"])


def _gamma(record: Record, what: str) -> Severity:
    return Gamma(**_read(record, what, needs="shape scale"))


def _pareto(record: Record, what: str) -> Severity:
    return Pareto(**_read(record, what, needs="scale alpha"))


def _uniform(record: Record, what: str) -> Severity:
    read = _read(record, what, needs="low high")
    return Fixed(read["low"]) if read["low"] == read["high"] else Uniform(**read)


def _pert(record: Record, what: str) -> Severity:
    read = _read(record, what, needs="low mode high", may="gamma")
    return Fixed(read["low"]) if read["low"] == read["mode"] == read["high"] else Pert(**read)


def _lognormal(record: Record, what: str) -> Severity:
    if "median" in record or "sigma" in record:
        read = _read(record, what, needs="median sigma")
        if not (math.isfinite(read["median"]) and read["median"] > 0):
            raise EngineError(f"lognormal median must be above zero, not {read['median']:g}")
        return Fixed(read["median"]) if read["sigma"] == 0 else Lognormal(math.log(read["median"]), read["sigma"])
    read = _read(record, what, needs="low high", may="ci")
    if read["low"] == read["high"]:
        return Fixed(read["low"])
    return Lognormal.from_range(read["low"], read["high"], ci=read.get("ci", 0.9))


_SIZES: dict[str, Callable[[Record, str], Severity]] = {
    "fixed": _fixed,
    "discrete": _discrete,
    "empirical": _empirical,
    "exponential": _exponential,
    "gamma": _gamma,
    "lognormal": _lognormal,
    "pert": _pert,
    "pareto": _pareto,
    "uniform": _uniform,
}


def frequency(given: Any, what: str = "frequency") -> Frequency:
    """A count from its record.  Raises CaseError for a wrong key, UnknownKind for a kind that is not built."""
    kind, rest = _kind(given, what)
    where = f"{what} {kind}"
    if kind == "poisson":
        keys(rest, where, needs="rate")
        rate = rest["rate"]
        return Poisson(severity(rate, f"{where}: rate") if isinstance(rate, Mapping) else number(rest, "rate", where))
    if kind == "bernoulli":
        return Bernoulli(_read(rest, where, needs="p")["p"])
    if kind == "binomial":
        read = _read(rest, where, needs="n p")
        return Binomial(read["n"], read["p"])  # type: ignore[arg-type]  # n is asked to be whole there
    if kind == "negative_binomial":
        read = _read(rest, where, needs="mean shape")
        return NegativeBinomial(read["mean"], read["shape"])
    if kind == "counts":
        return _counts(*_table(rest, where), what=where)
    raise UnknownKind(
        f"{what}: the kind {kind!r} is not known; known are poisson, bernoulli, binomial, negative_binomial, counts"
    )


def _counts(places: tuple[float, ...], chances: tuple[float, ...], *, what: str) -> Counts:
    for place in places:
        if not (math.isfinite(place) and place >= 0 and place == int(place)):
            raise CaseError(f"{what}: {place:g} must be a whole number of losses, 0 or more")
    if not places:
        raise CaseError(f"{what}: pmf is empty")
    row = [0.0] * (int(max(places)) + 1)
    for place, chance in zip(places, chances, strict=True):
        row[int(place)] += chance
    return Counts(tuple(row))


def portfolio_of(given: Record) -> Portfolio:
    """Risks and their dependence from the input of a case."""
    risks = []
    for position, entry in enumerate(list_of(given["risks"], "risks")):
        record = record_of(entry, f"risk {position}")
        keys(record, f"risk {record.get('id', position)}", needs="id frequency severity")
        name = str(record["id"])
        size = severity(record["severity"], f"risk {name}: severity")
        risks.append(Risk(name, frequency(record["frequency"], f"risk {name}: frequency"), size))
    shocks, cv = _dependence(given.get("dependence"))
    return Portfolio(tuple(risks), shocks, cv)


def _dependence(given: Any) -> tuple[tuple[Shock, ...], float]:
    if given is None:
        return (), 0.0
    given = record_of(given, "dependence")
    keys(given, "dependence", may="shocks systemic")
    shocks = tuple(_shock(s) for s in list_of(given.get("shocks") or [], "shocks"))
    systemic = given.get("systemic")
    if systemic is None:
        return shocks, 0.0
    kind, rest = _kind(systemic, "systemic")
    if kind != "gamma":
        raise UnknownKind(f"systemic: the kind {kind!r} is not known; known is gamma")
    return shocks, _read(rest, "systemic", needs="cv")["cv"]


def _shock(given: Any) -> Shock:
    given = record_of(given, "shock")
    keys(given, "shock", needs="rate hits", may="severities")
    how = given.get("severities", "independent")
    if how not in ("independent", "comonotone"):
        raise CaseError(f"shock: severities must be independent or comonotone, not {how!r}")
    hits = tuple(str(hit) for hit in list_of(given["hits"], "shock: hits"))
    return Shock(number(given, "rate", "shock"), hits, how == "comonotone")


def policy_of(given: Any) -> Insurance | None:
    """A policy from its record; None where there is none."""
    if given is None:
        return None
    given = record_of(given, "insurance")
    keys(given, "insurance", may="occurrence aggregate")
    return Insurance(_layer(given.get("occurrence"), "occurrence"), _layer(given.get("aggregate"), "aggregate"))


def _layer(given: Any, what: str) -> Layer:
    if given is None:
        return Layer()
    given = record_of(given, what)
    keys(given, what, may="attachment limit")
    limit = given.get("limit")
    start = number(given, "attachment", what) if given.get("attachment") is not None else 0.0
    return Layer(start, math.inf if limit is None else number(given, "limit", what))
