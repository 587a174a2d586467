"""Loss, severity and rate cases: plain records in, plain records out."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from alcaide.engine.calibration import update_rate
from alcaide.engine.errors import CaseError
from alcaide.engine.loss import moments
from alcaide.engine.loss.arrays import FloatArray
from alcaide.engine.loss.distribution import Aggregate
from alcaide.engine.loss.frequency import Counts
from alcaide.engine.loss.insurance import Ceded, ceded
from alcaide.engine.loss.portfolio import Insurance, Portfolio, Risk
from alcaide.engine.loss.records import (
    Record,
    keys,
    list_of,
    names_of,
    number,
    number_of,
    policy_of,
    portfolio_of,
    record_of,
    severity,
)
from alcaide.engine.loss.severity import Severity

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
    portfolio = portfolio_of(given)
    policy = policy_of(given.get("insurance"))
    return _Answers(portfolio, policy).to(record_of(given["ask"], "ask"))


def solve_severity(given: Record) -> Result:
    """Answer a `severity` case: parameters and moments of one distribution.

    given: `severity` and the list `ask`.  Returns one key for each asked.  Raises CaseError, EngineError.
    """
    keys(given, "input", needs="severity ask")
    size = severity(given["severity"])
    return {name: _answer(partial(_parameter, size, name)) for name in names_of(given["ask"])}


def solve_rate_update(given: Record) -> Result:
    """Answer a `rate_update` case: a gamma belief on a rate after so many events in so many years.

    given: `prior` (shape, rate), `events`, `years`, the list `ask`.  Raises CaseError, EngineError.
    """
    keys(given, "input", needs="prior events years ask")
    prior = record_of(given["prior"], "prior")
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
    for name in names_of(given["ask"]):
        interval = re.fullmatch(r"interval_([1-9][0-9]?)", name)
        if interval:
            out[name] = list(after.interval(int(interval[1]) / 100))
        elif name in plain:
            out[name] = plain[name]
        else:
            raise CaseError(f"ask: {name} is not known; a rate has {', '.join(plain)}, interval_90")
    return out


def _parameter(size: Severity, name: str) -> float:
    known: dict[str, Callable[[], float]] = {
        "mean": lambda: moments.required(size.mean, "mean"),
        "variance": lambda: moments.required(size.variance, "standard deviation"),
        "sd": lambda: math.sqrt(moments.required(size.variance, "standard deviation")),
        "skewness": lambda: moments.skewness(Portfolio((Risk("size", Counts((0.0, 1.0)), size),))),
        "median": lambda: float(size.quantile(np.array(0.5))),
    }
    own = ("mu", "sigma", "alpha", "beta", "shape", "scale", "low", "mode", "high", "gamma")
    for parameter in own:
        if hasattr(size, parameter):
            known[parameter] = partial(float, getattr(size, parameter))
    if name not in known:
        raise CaseError(f"ask: {name} is not known of this severity; known are {', '.join(known)}")
    return known[name]()


def _answer(figure: Callable[[], Any]) -> Any:
    """A figure, or the sentence that says why there is none."""
    try:
        return figure()
    except moments.UndefinedFigure as refused:
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
                    out[name] = _answer(partial(self._plain[name], self))
            elif name in self._listed:
                out[name] = self._listed[name](self, list_of(wanted, f"ask: {name}"))
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
        return moments.sd(self._portfolio)

    def _skewness(self) -> float:
        return moments.skewness(self._portfolio)

    def _mean_by_risk(self) -> dict[str, Any]:
        own = moments.mean_by_risk(self._portfolio)
        return {name: _answer(partial(moments.required, mean, "mean")) for name, mean in own.items()}

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

    def _at(self, sums: Sequence[Any], read: Callable[[FloatArray], FloatArray]) -> dict[str, float]:
        at = np.array([number_of(x, "a sum asked for") for x in sums])
        if not at.size:
            return {}
        return dict(zip((str(x) for x in sums), read(at).tolist(), strict=True))

    def _shares(self, shares: Sequence[Any], read: Callable[[float], float]) -> dict[str, Any]:
        return {str(p): _answer(partial(read, number_of(p, "a share asked for"))) for p in shares}

    def _covariance(self, pairs: Sequence[Any]) -> dict[str, Any]:
        out = {}
        for pair in pairs:
            if len(list_of(pair, "covariance")) != 2:
                raise CaseError(f"ask: covariance names two risks at a time, not {pair!r}")
            one, other = str(pair[0]), str(pair[1])
            out[f"{one},{other}"] = _answer(partial(self._pair, one, other))
        return out

    def _pair(self, one: str, other: str) -> float:
        return moments.required(moments.covariance(self._portfolio, one, other), "covariance")

    _plain: Mapping[str, Callable[["_Answers"], Any]] = {
        "mean": _mean,
        "sd": _sd,
        "skewness": _skewness,
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
