"""Loss, severity and rate cases read from plain records, and their answers as plain records."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from alcaide.engine.calibration import update_rate
from alcaide.engine.errors import CaseError, EngineError, UnknownKind
from alcaide.engine.loss import moments
from alcaide.engine.loss.atoms import Discrete, Empirical, Fixed
from alcaide.engine.loss.distribution import Aggregate
from alcaide.engine.loss.frequency import Bernoulli, Binomial, Counts, Frequency, NegativeBinomial, Poisson
from alcaide.engine.loss.insurance import Ceded, ceded
from alcaide.engine.loss.portfolio import Insurance, Layer, Portfolio, Risk, Shock
from alcaide.engine.loss.severity import Exponential, Gamma, Lognormal, Pareto, Pert, Severity, Uniform

Record = Mapping[str, Any]
Result = dict[str, Any]


def solve_loss(given: Record) -> Result:
    """Answer a `loss` case.

    Parameters
    ----------
    given : mapping
        `risks`, `ask`, and optionally `dependence` and `insurance`, as the cases' format says.

    Returns
    -------
    dict
        One key for each key of `ask`; a figure that does not exist (an infinite mean) is a sentence that says so.

    Raises
    ------
    CaseError
        For an unknown or missing key, or a value that makes no sense.

    Examples
    --------
    >>> from alcaide.engine.loss.cases import solve_loss
    >>> risk = {"id": "a", "frequency": {"kind": "poisson", "rate": 2}, "severity": {"kind": "fixed", "value": 10}}
    >>> solve_loss({"risks": [risk], "ask": {"mean": True}})
    {'mean': 20.0}
    """
    keys(given, "input", needs="risks ask", may="dependence insurance")
    portfolio = _portfolio(given)
    policy = _insurance(given.get("insurance"))
    return _Answers(portfolio, policy).to(_record(given["ask"], "ask"))


def solve_severity(given: Record) -> Result:
    """Answer a `severity` case: parameters and moments of one distribution.

    given: `severity` and the list `ask`.  Returns one key for each asked.  Raises CaseError, EngineError.
    """
    keys(given, "input", needs="severity ask")
    size = severity(given["severity"])
    return {name: _answer(lambda name=name: _parameter(size, name)) for name in _names(given["ask"])}


def solve_rate_update(given: Record) -> Result:
    """Answer a `rate_update` case: a gamma belief on a rate after so many events in so many years.

    given: `prior` (shape, rate), `events`, `years`, the list `ask`.  Raises CaseError, EngineError.
    """
    keys(given, "input", needs="prior events years ask")
    prior = _record(given["prior"], "prior")
    keys(prior, "prior", needs="shape rate")
    after = update_rate(
        number(prior, "shape", "prior"),
        number(prior, "rate", "prior"),
        events=number(given, "events", "input"),
        years=number(given, "years", "input"),
    )
    plain = {"shape": after.shape, "rate": after.rate, "mean": after.mean, "sd": after.sd}
    plain["p_none_next_year"] = after.none_next_year
    out: Result = {}
    for name in _names(given["ask"]):
        interval = re.fullmatch(r"interval_([1-9][0-9]?)", name)
        if interval:
            out[name] = list(after.interval(int(interval[1]) / 100))
        elif name in plain:
            out[name] = plain[name]
        else:
            raise CaseError(f"ask: {name} is not known; a rate has {', '.join(plain)}, interval_90")
    return out


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
    return _number(record[name], f"{where}: {name}")


def _number(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CaseError(f"{what} must be a number, not {value!r}")
    return float(value)


def _record(value: Any, what: str) -> Record:
    if not isinstance(value, Mapping):
        raise CaseError(f"{what} must be an object with named keys, not {value!r}")
    return value


def _list(value: Any, what: str) -> Sequence[Any]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise CaseError(f"{what} must be a list, not {value!r}")
    return value


def _names(value: Any) -> list[str]:
    names = _list(value, "ask")
    for name in names:
        if not isinstance(name, str):
            raise CaseError(f"ask: {name!r} must be the name of a figure")
    return list(names)


def _kind(record: Any, what: str) -> tuple[str, Record]:
    record = _record(record, what)
    if "kind" not in record:
        raise CaseError(f"{what}: the key kind is missing")
    return record["kind"], {name: value for name, value in record.items() if name != "kind"}


def _table(record: Record, what: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    keys(record, what, needs="pmf")
    table = _record(record["pmf"], f"{what}: pmf")
    places = []
    for text in table:
        try:
            places.append(float(text))
        except ValueError:
            raise CaseError(f"{what}: pmf: {text!r} must be a number") from None
    return tuple(places), tuple(_number(value, f"{what}: pmf of {text}") for text, value in table.items())


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
    return Empirical(tuple(_number(v, f"{what}: values") for v in _list(record["values"], f"{what}: values")))


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
        return Binomial(read["n"], read["p"])  # type: ignore[arg-type]
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


def _portfolio(given: Record) -> Portfolio:
    risks = []
    for position, entry in enumerate(_list(given["risks"], "risks")):
        record = _record(entry, f"risk {position}")
        keys(record, f"risk {record.get('id', position)}", needs="id frequency severity")
        name = str(record["id"])
        size = severity(record["severity"], f"risk {name}: severity")
        risks.append(Risk(name, frequency(record["frequency"], f"risk {name}: frequency"), size))
    shocks, cv = _dependence(given.get("dependence"))
    return Portfolio(tuple(risks), shocks, cv)


def _dependence(given: Any) -> tuple[tuple[Shock, ...], float]:
    if given is None:
        return (), 0.0
    given = _record(given, "dependence")
    keys(given, "dependence", may="shocks systemic")
    shocks = tuple(_shock(s) for s in _list(given.get("shocks") or [], "shocks"))
    systemic = given.get("systemic")
    if systemic is None:
        return shocks, 0.0
    kind, rest = _kind(systemic, "systemic")
    if kind != "gamma":
        raise UnknownKind(f"systemic: the kind {kind!r} is not known; known is gamma")
    return shocks, _read(rest, "systemic", needs="cv")["cv"]


def _shock(given: Any) -> Shock:
    given = _record(given, "shock")
    keys(given, "shock", needs="rate hits", may="severities")
    how = given.get("severities", "independent")
    if how not in ("independent", "comonotone"):
        raise CaseError(f"shock: severities must be independent or comonotone, not {how!r}")
    hits = tuple(str(hit) for hit in _list(given["hits"], "shock: hits"))
    return Shock(number(given, "rate", "shock"), hits, how == "comonotone")


def _insurance(given: Any) -> Insurance | None:
    if given is None:
        return None
    given = _record(given, "insurance")
    keys(given, "insurance", may="occurrence aggregate")
    return Insurance(_layer(given.get("occurrence"), "occurrence"), _layer(given.get("aggregate"), "aggregate"))


def _layer(given: Any, what: str) -> Layer:
    if given is None:
        return Layer()
    given = _record(given, what)
    keys(given, what, may="attachment limit")
    limit = given.get("limit")
    start = number(given, "attachment", what) if given.get("attachment") is not None else 0.0
    return Layer(start, math.inf if limit is None else number(given, "limit", what))


def _parameter(size: Severity, name: str) -> float:
    known: dict[str, Callable[[], float]] = {
        "mean": lambda: moments.required(size.mean, "mean"),
        "variance": lambda: moments.required(size.variance, "standard deviation"),
        "sd": lambda: math.sqrt(moments.required(size.variance, "standard deviation")),
        "skewness": lambda: _skewness(size),
        "median": lambda: float(size.quantile(np.array(0.5))),
    }
    own = ("mu", "sigma", "alpha", "beta", "shape", "scale", "low", "mode", "high", "gamma")
    for parameter in own:
        if hasattr(size, parameter):
            known[parameter] = lambda parameter=parameter: float(getattr(size, parameter))  # type: ignore[misc]
    if name not in known:
        raise CaseError(f"ask: {name} is not known of this severity; known are {', '.join(known)}")
    return known[name]()


def _skewness(size: Severity) -> float:
    once = Portfolio((Risk("size", Counts((0.0, 1.0)), size),))
    _, variance, third = moments.cumulants(once)
    if variance == 0:
        raise EngineError("the skewness of a size that never varies is not defined")
    return moments.required(third, "skewness") / moments.required(variance, "standard deviation") ** 1.5


def _answer(figure: Callable[[], Any]) -> Any:
    """A figure, or the sentence that says why there is none."""
    try:
        return figure()
    except moments.InfiniteMoment as refused:
        return str(refused)


class _Answers:
    """Figures of one portfolio by the names that `ask` uses."""

    def __init__(self, portfolio: Portfolio, policy: Insurance | None) -> None:
        self._portfolio = portfolio
        self._policy = policy
        self._year: Aggregate | None = None
        self._paid: Ceded | None = None

    def to(self, ask: Record) -> Result:
        """Answer every key of ask."""
        out: Result = {}
        for name, wanted in ask.items():
            if name in self._plain:
                if not isinstance(wanted, bool):
                    raise CaseError(f"ask: {name} is asked with true, not {wanted!r}")
                if wanted:
                    out[name] = _answer(lambda name=name: self._plain[name](self))  # type: ignore[misc]
            elif name in self._listed:
                out[name] = self._listed[name](self, _list(wanted, f"ask: {name}"))
            else:
                raise CaseError(f"ask: {name} is not known; known are {', '.join([*self._plain, *self._listed])}")
        return out

    @property
    def _curve(self) -> Aggregate:
        if self._year is None:
            self._year = Aggregate(self._portfolio)
        return self._year

    def _mean(self) -> float:
        return moments.required(moments.mean(self._portfolio), "mean")

    def _sd(self) -> float:
        return math.sqrt(moments.required(moments.cumulants(self._portfolio)[1], "standard deviation"))

    def _mean_by_risk(self) -> dict[str, Any]:
        own = moments.mean_by_risk(self._portfolio)
        return {name: _answer(lambda mean=mean: moments.required(mean, "mean")) for name, mean in own.items()}

    def _ceded(self) -> Ceded:
        if self._policy is None:
            return Ceded(0.0, 0.0)
        if self._paid is None:
            self._paid = ceded(self._portfolio, self._policy)
        return self._paid

    def _ceded_mean(self) -> float:
        return moments.required(self._ceded().mean, "mean")

    def _ceded_sd(self) -> float:
        return moments.required(self._ceded().sd, "standard deviation")

    def _retained_mean(self) -> float:
        return self._mean() - self._ceded_mean()

    def _at(self, sums: Sequence[Any], read: Callable[[np.ndarray[Any, Any]], Any]) -> dict[str, float]:
        at = np.array([_number(x, "a sum asked for") for x in sums])
        if not at.size:
            return {}
        return dict(zip((str(x) for x in sums), np.asarray(read(at)).tolist(), strict=True))

    def _shares(self, shares: Sequence[Any], read: Callable[[float], float]) -> dict[str, Any]:
        return {str(p): _answer(lambda p=p: read(_number(p, "a share asked for"))) for p in shares}  # type: ignore[misc]

    def _covariance(self, pairs: Sequence[Any]) -> dict[str, Any]:
        out = {}
        for pair in pairs:
            if len(_list(pair, "covariance")) != 2:
                raise CaseError(f"ask: covariance names two risks at a time, not {pair!r}")
            one, other = str(pair[0]), str(pair[1])
            out[f"{one},{other}"] = _answer(lambda a=one, b=other: self._pair(a, b))  # type: ignore[misc]
        return out

    def _pair(self, one: str, other: str) -> float:
        return moments.required(moments.covariance(self._portfolio, one, other), "covariance")

    _plain: Mapping[str, Callable[["_Answers"], Any]] = {
        "mean": _mean,
        "sd": _sd,
        "skewness": lambda self: Aggregate.skewness.fget(self._curve),  # type: ignore[attr-defined]
        "mean_by_risk": _mean_by_risk,
        "ceded_mean": _ceded_mean,
        "ceded_sd": _ceded_sd,
        "retained_mean": _retained_mean,
    }
    _listed: Mapping[str, Callable[["_Answers", Sequence[Any]], dict[str, Any]]] = {
        "var": lambda self, p: self._shares(p, self._curve.var),
        "tvar": lambda self, p: self._shares(p, self._curve.tvar),
        "cdf": lambda self, x: self._at(x, self._curve.cdf),
        "pmf": lambda self, x: self._at(x, self._curve.pmf),
        "exceedance": lambda self, x: self._at(x, self._curve.exceedance),
        "covariance": _covariance,
    }
