"""Losses in money: sizes, counts, a year's distribution, and what a belief about them is worth.

The parts load on first use, so that a page without a figure imports no SciPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alcaide.engine.loss.atoms import Discrete, Empirical, Fixed
    from alcaide.engine.loss.belief import Exchange, Pricing, check_priced, predictive, price, var_if
    from alcaide.engine.loss.curve import Curve, Prepared, prepare
    from alcaide.engine.loss.distribution import Aggregate, aggregate
    from alcaide.engine.loss.draws import factor_draws, stream_draws
    from alcaide.engine.loss.frequency import Bernoulli, Binomial, Counts, Frequency, NegativeBinomial, Poisson
    from alcaide.engine.loss.insurance import Ceded, ceded
    from alcaide.engine.loss.moments import InfiniteMoment, UndefinedFigure
    from alcaide.engine.loss.portfolio import Insurance, Layer, Portfolio, Risk, Shock
    from alcaide.engine.loss.ranges import range_product
    from alcaide.engine.loss.severity import Exponential, Gamma, Lognormal, Pareto, Pert, Severity, Uniform
    from alcaide.engine.loss.stream import Factor, Stream, means

ENGINE_VERSION: str = "1.3"
"""Changes when a figure of the same input may change; stored with every run."""

__all__ = [
    "ENGINE_VERSION",
    "Aggregate",
    "Bernoulli",
    "Binomial",
    "Ceded",
    "Counts",
    "Curve",
    "Discrete",
    "Empirical",
    "Exchange",
    "Exponential",
    "Factor",
    "Fixed",
    "Frequency",
    "Gamma",
    "InfiniteMoment",
    "Insurance",
    "Layer",
    "Lognormal",
    "NegativeBinomial",
    "Pareto",
    "Pert",
    "Poisson",
    "Portfolio",
    "Prepared",
    "Pricing",
    "Risk",
    "Severity",
    "Shock",
    "Stream",
    "UndefinedFigure",
    "Uniform",
    "aggregate",
    "ceded",
    "check_priced",
    "factor_draws",
    "means",
    "predictive",
    "prepare",
    "price",
    "range_product",
    "stream_draws",
    "var_if",
]

_HOME = {
    "atoms": "Discrete Empirical Fixed",
    "belief": "Exchange Pricing check_priced predictive price var_if",
    "curve": "Curve Prepared prepare",
    "distribution": "Aggregate aggregate",
    "draws": "factor_draws stream_draws",
    "insurance": "Ceded ceded",
    "frequency": "Bernoulli Binomial Counts Frequency NegativeBinomial Poisson",
    "moments": "InfiniteMoment UndefinedFigure",
    "portfolio": "Insurance Layer Portfolio Risk Shock",
    "ranges": "range_product",
    "severity": "Exponential Gamma Lognormal Pareto Pert Severity Uniform",
    "stream": "Factor Stream means",
}
_WHERE = {name: module for module, names in _HOME.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    value = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = value
    return value
