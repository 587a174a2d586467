"""What must hold for any portfolio, and what must be refused."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alcaide.engine.errors import EngineError
from alcaide.engine.loss import (
    Bernoulli,
    Binomial,
    Counts,
    Discrete,
    Empirical,
    Exponential,
    Fixed,
    Gamma,
    InfiniteMoment,
    Insurance,
    Layer,
    Lognormal,
    NegativeBinomial,
    Pareto,
    Pert,
    Poisson,
    Portfolio,
    Risk,
    Shock,
    Uniform,
    aggregate,
    ceded,
)

SHARES = (0.5, 0.9, 0.99)

rates = st.floats(1e-3, 20)
scales = st.floats(0.1, 1e7)
sizes = st.one_of(
    st.builds(Exponential, scales),
    st.builds(Lognormal, st.floats(0, 16), st.floats(0.1, 2.5)),
    st.builds(Gamma, st.floats(0.2, 20), scales),
    st.builds(Pareto, scales, st.floats(1.3, 6)),
    st.builds(lambda low, width: Uniform(low, low + width), scales, scales),
    st.builds(lambda low, a, b: Pert(low, low + a, low + a + b), scales, scales, scales),
    st.builds(lambda v: Fixed(float(v)), st.integers(1, 5000)),
)
frequencies = st.one_of(
    st.builds(Poisson, rates),
    st.builds(Bernoulli, st.floats(1e-4, 1)),
    st.builds(Binomial, st.integers(1, 12), st.floats(0.01, 0.99)),
    st.builds(NegativeBinomial, rates, st.floats(0.2, 10)),
    st.builds(lambda rate, s: Poisson(Lognormal(math.log(rate), s)), st.floats(0.01, 5), st.floats(0.05, 1.2)),
)
portfolios = st.builds(
    lambda pairs, cv: Portfolio(tuple(Risk(f"r{i}", f, s) for i, (f, s) in enumerate(pairs)), (), cv),
    st.lists(st.tuples(frequencies, sizes), min_size=1, max_size=3),
    st.sampled_from([0.0, 0.4]),
)
few = settings(max_examples=8, deadline=None, derandomize=True)


def curve(portfolio):
    return aggregate(portfolio, points=2048)


@few
@given(portfolios)
@pytest.mark.slow
def test_chances_fall_and_stay_between_none_and_all(portfolio):
    a = curve(portfolio)
    passed = a.exceedance(np.concatenate([[-1, 0], np.geomspace(a.mean * 1e-4, a.mean * 1e3, 200)]))
    assert passed[0] == 1
    assert (np.diff(passed) <= 1e-7).all()
    assert (passed >= 0).all()
    assert passed[-1] < 0.01


@few
@given(portfolios)
@pytest.mark.slow
def test_a_quantile_meets_its_share_and_the_tail_mean_lies_beyond_it(portfolio):
    a = curve(portfolio)
    worst = [a.var(p) for p in SHARES]
    assert worst == sorted(worst)
    for share, v in zip(SHARES, worst, strict=True):
        assert a.cdf(np.array([v * (1 + 1e-9)]))[0] >= share - 1e-5
        assert a.tvar(share) >= v * (1 - 1e-9)
        assert a.tvar(share) <= a.mean / (1 - share) * (1 + 1e-6)


@few
@given(portfolios)
def test_the_shortfall_and_the_excess_of_any_sum_differ_by_the_mean(portfolio):
    a = curve(portfolio)
    at = a.mean * np.array([1e-3, 0.3, 1.0, 4.0])
    np.testing.assert_allclose(a.excess(at) - a.below(at), a.mean - at, rtol=1e-9, atol=1e-6 * a.mean)
    assert a.below(np.array([a.mean * 1e-9]))[0] <= a.mean * 1e-9


def scaled(size, by):
    return {
        Exponential: lambda s: Exponential(s.mean * by),
        Lognormal: lambda s: Lognormal(s.mu + math.log(by), s.sigma),
        Gamma: lambda s: Gamma(s.shape, s.scale * by),
        Pareto: lambda s: Pareto(s.scale * by, s.alpha),
        Uniform: lambda s: Uniform(s.low * by, s.high * by),
        Pert: lambda s: Pert(s.low * by, s.mode * by, s.high * by),
        Fixed: lambda s: Fixed(s.values[0] * by),
    }[type(size)](size)


@few
@given(portfolios, st.sampled_from([8.0, 0.25, 100.0, 1024.0]))
@pytest.mark.slow
def test_another_currency_scales_every_figure(portfolio, by):
    other = Portfolio(
        tuple(Risk(r.id, r.frequency, scaled(r.severity, by)) for r in portfolio.risks), (), portfolio.systemic_cv
    )
    a, b = curve(portfolio), curve(other)
    for share in SHARES:
        assert b.var(share) == pytest.approx(by * a.var(share), rel=1e-6, abs=1e-6 * by)
        assert b.tvar(share) == pytest.approx(by * a.tvar(share), rel=1e-6)
    assert b.mean == pytest.approx(by * a.mean)


@few
@given(portfolios)
def test_a_risk_that_never_happens_changes_nothing(portfolio):
    idle = Risk("idle", Poisson(0.0), Exponential(portfolio.risks[0].severity.mean))
    none = Risk("none", Poisson(2.0), Fixed(0.0))
    more = Portfolio((*portfolio.risks, idle, none), (), portfolio.systemic_cv)
    a, b = curve(portfolio), curve(more)
    assert b.mean == pytest.approx(a.mean, rel=1e-12)
    for share in SHARES:
        assert b.var(share) == pytest.approx(a.var(share), rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("cv", [0.0, 0.5])
def test_one_risk_split_in_two_is_the_same_year(cv):
    size = Lognormal(8.0, 1.3)
    whole = aggregate(Portfolio((Risk("a", Poisson(0.9), size),), (), cv))
    parts = aggregate(Portfolio((Risk("a", Poisson(0.5), size), Risk("b", Poisson(0.4), size)), (), cv))
    for share in SHARES:
        assert parts.var(share) == pytest.approx(whole.var(share), rel=1e-10)


def test_the_order_of_risks_changes_no_figure_beyond_rounding():
    risks = [Risk(f"r{i}", Poisson(0.1 + i), Exponential(1.0 + i)) for i in range(6)]
    one, other = aggregate(Portfolio(tuple(risks))), aggregate(Portfolio(tuple(reversed(risks))))
    assert one.var(0.99) == pytest.approx(other.var(0.99), rel=1e-12)


def test_the_same_question_gets_the_same_bits_whatever_was_asked_before():
    def fresh():
        return aggregate(Portfolio((Risk("a", Poisson(0.7), Lognormal(5.0, 2.0)),), (), 0.3))

    first, second = fresh(), fresh()
    second.exceedance(np.array([1.0, 1e3, 1e9]))
    second.var(0.5)
    assert first.var(0.99) == second.var(0.99)
    assert first.tvar(0.999) == second.tvar(0.999)


def test_more_of_anything_costs_more():
    base = {"rate": 0.8, "mu": 4.0, "sigma": 1.0, "cv": 0.2}

    def figures(**change):
        now = {**base, **change}
        a = aggregate(Portfolio((Risk("a", Poisson(now["rate"]), Lognormal(now["mu"], now["sigma"])),), (), now["cv"]))
        return a.var(0.99), a.tvar(0.99)

    for change in ({"rate": 0.9}, {"mu": 4.1}, {"sigma": 1.1}, {"cv": 0.6}):
        assert all(more > less for more, less in zip(figures(**change), figures(), strict=True))


@few
@given(portfolios, st.floats(0.01, 3), st.floats(0.1, 5))
def test_what_is_ceded_grows_with_the_limit_and_falls_with_the_attachment(portfolio, start, width):
    mean = portfolio.risks[0].severity.mean
    low, high = Layer(start * mean, width * mean), Layer(start * mean, 2 * width * mean)
    higher = Layer(2 * start * mean, width * mean)
    paid = {layer: ceded(portfolio, Insurance(occurrence=layer)).mean for layer in (low, high, higher)}
    assert 0 <= paid[higher] <= paid[low] * (1 + 1e-9)
    assert paid[low] <= paid[high] * (1 + 1e-9)


def test_layers_side_by_side_cede_the_whole():
    portfolio = Portfolio((Risk("a", Poisson(1.1), Gamma(1.5, 200.0)),), (Shock(0.2, ("a",)),))
    edges = [0, 50, 400, 1000]
    parts = [ceded(portfolio, Insurance(occurrence=Layer(a, b - a))).mean for a, b in pairwise(edges)]
    parts.append(ceded(portfolio, Insurance(occurrence=Layer(1000.0))).mean)
    assert sum(parts) == pytest.approx(aggregate(portfolio).mean, rel=1e-12)


def test_an_aggregate_layer_without_ends_cedes_the_whole_year():
    portfolio = Portfolio((Risk("a", Poisson(1.1), Gamma(1.5, 200.0)),))
    all_of_it = ceded(portfolio, Insurance(aggregate=Layer(0.0, 1e12)))
    assert all_of_it.mean == pytest.approx(aggregate(portfolio).mean, rel=1e-6)


@pytest.mark.parametrize("alpha", [0.5, 1.0])
def test_an_infinite_mean_is_refused_in_words_and_the_quantile_is_given(alpha):
    a = aggregate(Portfolio((Risk("a", Poisson(0.5), Pareto(10.0, alpha)),)))
    with pytest.raises(InfiniteMoment, match="ask for cdf"):
        _ = a.mean
    with pytest.raises(InfiniteMoment):
        a.tvar(0.9)
    assert a.var(0.9) > 10
    assert 0 < a.exceedance(np.array([1e6]))[0] < 0.01


HOSTILE = [
    lambda: Poisson(-1.0),
    lambda: Poisson(math.nan),
    lambda: Poisson(math.inf),
    lambda: Bernoulli(1.2),
    lambda: Bernoulli(math.nan),
    lambda: Binomial(2.5, 0.5),
    lambda: Binomial(-1, 0.5),
    lambda: NegativeBinomial(1.0, 0.0),
    lambda: Counts((0.5, 0.4)),
    lambda: Counts((1.5, -0.5)),
    lambda: Counts(()),
    lambda: Fixed(-1.0),
    lambda: Fixed(math.nan),
    lambda: Discrete((1.0, 2.0), (0.5, 0.6)),
    lambda: Discrete((-1.0,), (1.0,)),
    lambda: Discrete((), ()),
    lambda: Empirical(()),
    lambda: Exponential(0.0),
    lambda: Gamma(-1.0, 1.0),
    lambda: Lognormal(0.0, 0.0),
    lambda: Lognormal.from_range(10.0, 1.0),
    lambda: Lognormal.from_range(0.0, 1.0),
    lambda: Lognormal.from_range(1.0, 2.0, ci=1.0),
    lambda: Lognormal.from_range(1.0, 2.0, ci=0.0),
    lambda: Pert(5.0, 1.0, 9.0),
    lambda: Pert(1.0, 1.0, 1.0),
    lambda: Pareto(0.0, 2.0),
    lambda: Uniform(3.0, 2.0),
    lambda: Layer(-1.0, 5.0),
    lambda: Layer(0.0, math.nan),
    lambda: Shock(0.1, ()),
    lambda: Shock(0.1, ("a", "a")),
    lambda: Portfolio(()),
    lambda: Portfolio((Risk("a", Poisson(1), Fixed(1)), Risk("a", Poisson(1), Fixed(1)))),
    lambda: Portfolio((Risk("a", Poisson(1), Fixed(1)),), (Shock(0.1, ("b",)),)),
    lambda: Portfolio((Risk("a", Poisson(1), Fixed(1)),), (), -0.1),
    lambda: aggregate(Portfolio((Risk("a", Poisson(1), Fixed(1)),))).var(1.0),
    lambda: aggregate(Portfolio((Risk("a", Poisson(1), Fixed(1)),))).cdf(np.array([math.nan])),
]


@pytest.mark.parametrize("build", HOSTILE)
def test_what_makes_no_sense_is_refused_in_words(build):
    with pytest.raises(EngineError, match=r"\w+ \w+"):
        build()
