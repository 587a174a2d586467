"""A year's loss against closed forms and recursions that share no code with it."""

import math

import numpy as np
import pytest
from scipy import special, stats

from alcaide.engine.loss import (
    Bernoulli,
    Binomial,
    Counts,
    Discrete,
    Empirical,
    Exponential,
    Fixed,
    Gamma,
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
)


def year(*risks, **rest):
    return aggregate(Portfolio(tuple(Risk(f"r{i}", f, s) for i, (f, s) in enumerate(risks)), **rest))


def erlang_mixture(chances, mean, at):
    """P(S > at) of exponential losses counted by these chances of 0, 1, 2, …"""
    return sum(c * special.gammaincc(n, at / mean) for n, c in enumerate(chances) if n)


def panjer(rate, pmf, top):
    """Compound Poisson on whole numbers, by recursion."""
    out = [math.exp(-rate * (1 - pmf.get(0, 0)))]
    for s in range(1, top + 1):
        out.append(rate / s * sum(j * p * out[s - j] for j, p in pmf.items() if 0 < j <= s))
    return np.array(out)


@pytest.mark.parametrize("rate", [1e-6, 0.01, 0.7, 12.0, 80.0, 500.0])
def test_exponential_losses_at_a_poisson_rate_follow_the_erlang_mixture(rate):
    a = year((Poisson(rate), Exponential(30.0)))
    counts = stats.poisson.pmf(np.arange(int(rate + 12 * rate**0.5 + 30)), rate)
    at = 30.0 * np.array([0, 0.01, 0.5, 1, 3, 0.5 * rate + 1, rate + 1, 1.3 * rate + 5])
    exact = [erlang_mixture(counts, 30.0, x) for x in at]
    np.testing.assert_allclose(a.exceedance(at), exact, atol=2e-9, rtol=2e-7)


@pytest.mark.parametrize(
    ("frequency", "law"),
    [
        (Bernoulli(0.999), stats.binom(1, 0.999)),
        (Binomial(40, 0.9), stats.binom(40, 0.9)),
        (NegativeBinomial(3.0, 0.3), stats.nbinom(0.3, 0.3 / 3.3)),
        (NegativeBinomial(0.001, 5.0), stats.nbinom(5.0, 5 / 5.001)),
        (Counts((0.25, 0, 0, 0.5, 0.25)), None),
    ],
)
def test_every_count_follows_its_own_mixture(frequency, law):
    chances = law.pmf(np.arange(400)) if law else [0.25, 0, 0, 0.5, 0.25]
    a = year((frequency, Exponential(1.0)))
    at = np.array([0, 0.2, 1, 4, 15, 30.0])
    np.testing.assert_allclose(a.exceedance(at), [erlang_mixture(chances, 1.0, x) for x in at], atol=5e-9)
    v = a.var(0.95)
    assert v == 0 or erlang_mixture(chances, 1.0, v) == pytest.approx(0.05, rel=1e-6)


@pytest.mark.parametrize("unit", [0.5, 0.01, 1 / 3, 1250.0, 1.0])
def test_a_lattice_of_any_step_comes_out_exact(unit):
    pmf = {0: 0.1, 1: 0.3, 4: 0.25, 7: 0.2, 30: 0.15}
    a = year((Poisson(2.2), Discrete(tuple(unit * k for k in pmf), tuple(pmf.values()))))
    exact = panjer(2.2, pmf, 160)
    at = unit * np.arange(161)
    np.testing.assert_allclose(a.pmf(at), exact, atol=1e-13)
    np.testing.assert_allclose(a.cdf(at), np.cumsum(exact), atol=1e-12)
    np.testing.assert_allclose(a.cdf(at + 0.4 * unit), np.cumsum(exact), atol=1e-12)
    assert a.pmf(np.array([unit * 0.5]))[0] == 0


@pytest.mark.parametrize("share", [0.3, 0.62, 0.9, 0.995])
def test_a_lattice_quantile_is_the_smallest_sum_that_reaches_its_share(share):
    pmf = {2: 0.5, 5: 0.5}
    exact = np.cumsum(panjer(1.5, pmf, 80))
    a = year((Poisson(1.5), Discrete((2.0, 5.0), (0.5, 0.5))))
    v = int(np.searchsorted(exact, share))
    tail = sum((s - v) * p for s, p in enumerate(np.diff(exact, prepend=0)) if s > v)
    assert a.var(share) == v
    assert a.tvar(share) == pytest.approx(v + tail / (1 - share), rel=1e-9)


def test_a_share_that_an_atom_meets_exactly_gives_that_atom():
    a = year((Bernoulli(0.01), Exponential(5.0)))
    assert a.var(0.99) == 0
    assert a.tvar(0.99) == pytest.approx(5.0)


def test_a_lattice_and_a_density_keep_their_atoms_and_their_slopes():
    # fixed 100 with chance 0.3, and an exponential of mean 40 with chance 0.6
    a = year((Bernoulli(0.3), Fixed(100.0)), (Bernoulli(0.6), Exponential(40.0)))

    def exact(x):
        smooth = 1 - np.exp(-np.maximum(x, 0) / 40)
        late = 1 - np.exp(-np.maximum(x - 100, 0) / 40)
        return 0.7 * (0.4 + 0.6 * smooth) + 0.3 * (x >= 100) * (0.4 + 0.6 * late)

    at = np.array([0, 1, 39, 99.999, 100, 100.001, 163, 400])
    # at the atom the density jumps: the straight line over that one cell is off by a quarter of step x jump
    np.testing.assert_allclose(a.cdf(at), exact(at), atol=2e-5)
    np.testing.assert_allclose(a.cdf(at[[1, 2, 6, 7]]), exact(at[[1, 2, 6, 7]]), atol=1e-7)
    np.testing.assert_allclose(a.pmf(np.array([0, 100, 50.0])), [0.28, 0.12, 0], atol=1e-14)
    assert a.var(0.75) == 100


def test_sizes_from_a_hundred_to_a_thousand_million_keep_their_digits():
    a = year((Poisson(3), Exponential(100.0)), (Poisson(0.02), Exponential(1e9)))
    small = 1 - erlang_mixture(stats.poisson.pmf(np.arange(60), 3), 100.0, 250.0)
    assert a.cdf(np.array([250.0]))[0] == pytest.approx(math.exp(-0.02) * small, rel=1e-6)
    assert a.exceedance(np.array([2e9]))[0] == pytest.approx(
        erlang_mixture(stats.poisson.pmf(np.arange(9), 0.02), 1e9, 2e9), rel=1e-5
    )


def test_an_infinite_mean_still_has_chances_and_quantiles():
    a = year((Bernoulli(0.5), Pareto(100.0, 0.7)))
    at = np.array([99, 150, 1e4, 1e8])
    np.testing.assert_allclose(a.exceedance(at), 0.5 * np.minimum((at / 100) ** -0.7, 1), rtol=1e-5)
    assert a.var(0.99) == pytest.approx(100 * 50 ** (1 / 0.7), rel=1e-6)


@pytest.mark.parametrize("rate", [0.001, 2.0, 300.0])
def test_a_gamma_rate_is_a_negative_binomial_count(rate):
    mixed = year((Poisson(Gamma(4.0, rate / 4)), Lognormal(3.0, 0.8)))
    counted = year((NegativeBinomial(rate, 4.0), Lognormal(3.0, 0.8)))
    for share in (0.6, 0.99, 0.9999):
        assert mixed.var(share) == pytest.approx(counted.var(share), rel=1e-9)


@pytest.mark.parametrize("cv", [1e-3, 0.3, 1.0, 2.5])
@pytest.mark.slow
def test_the_systemic_factor_on_a_ladder_equals_its_closed_form(cv):
    # a rate known to one part in a million needs the ladder; a sure one has the closed form
    sure = year((Poisson(2.0), Exponential(10.0)), systemic_cv=cv)
    unsure = year((Poisson(Uniform(2 - 1e-6, 2 + 1e-6)), Exponential(10.0)), systemic_cv=cv)
    for share in (0.5, 0.9, 0.99, 0.999):
        assert unsure.var(share) == pytest.approx(sure.var(share), rel=1e-4, abs=1e-4)
        assert unsure.tvar(share) == pytest.approx(sure.tvar(share), rel=1e-3)


@pytest.mark.parametrize(
    "rate",
    [
        Lognormal(0.0, 0.01),
        Lognormal(0.0, 0.3),
        Lognormal(-1.0, 2.0),
        Lognormal(4.0, 0.5),
        Pert(0.0, 1.0, 20.0),
        Pareto(0.5, 1.5),
    ],
)
@pytest.mark.slow
def test_an_uncertain_rate_is_the_mixture_of_sure_ones(rate):
    a = year((Poisson(rate), Exponential(1.0)))
    shares = (np.arange(4000) + 0.5) / 4000
    rates = rate.quantile(shares)
    at = np.array([0.0, 0.5, 2.0, 10.0])
    exact = [np.mean(_passed(rates, x)) for x in at]
    np.testing.assert_allclose(a.exceedance(at), exact, atol=2e-4)


def _passed(rates, x):
    # P(S > x) for compound Poisson exponentials: 1 - P(noncentral chi-square)
    return np.where(x > 0, 1 - stats.ncx2.cdf(2 * rates, 2, 2 * x), 1 - np.exp(-rates)) if x == 0 else _series(rates, x)


def _series(rates, x):
    n = np.arange(1, 800)[:, None]
    return np.sum(stats.poisson.pmf(n, np.minimum(rates, 500)) * special.gammaincc(n, x), axis=0)


def test_independent_shocks_of_exponentials_are_hypoexponential():
    # each shock costs Exp(50) + Exp(20)
    shock = Shock(0.4, ("r0", "r1"))
    a = year((Poisson(0.0), Exponential(50.0)), (Poisson(0.0), Exponential(20.0)), shocks=(shock,))
    rng = np.random.default_rng(1)
    n = rng.poisson(0.4, 200_000)
    total = rng.gamma(n, 50.0) + rng.gamma(n, 20.0)
    for x in (0.0, 30.0, 150.0):
        chance = a.exceedance(np.array([x]))[0]
        assert abs((total > x).mean() - chance) < 4 * (chance * (1 - chance) / 200_000) ** 0.5
    assert a.mean == pytest.approx(28.0)
    assert a.sd == pytest.approx((0.4 * (2 * 2500 + 2 * 400 + 2 * 1000)) ** 0.5)


@pytest.mark.parametrize("median", [3.0, 700.0])
def test_a_comonotone_shock_of_lognormals_of_one_shape_is_one_lognormal(median):
    hits = (Poisson(0.0), Lognormal(math.log(median), 0.9)), (Poisson(0.0), Lognormal(math.log(2 * median), 0.9))
    joint = year(*hits, shocks=(Shock(0.6, ("r0", "r1"), together=True),))
    one = year((Poisson(0.6), Lognormal(math.log(3 * median), 0.9)))
    for share in (0.6, 0.95, 0.999):
        assert joint.var(share) == pytest.approx(one.var(share), rel=1e-6)
        assert joint.tvar(share) == pytest.approx(one.tvar(share), rel=1e-6)


def test_a_comonotone_shock_on_lattices_pairs_their_quantiles():
    sizes = Discrete((1.0, 4.0), (0.5, 0.5)), Discrete((10.0, 20.0), (0.8, 0.2))
    a = year((Bernoulli(0.0), sizes[0]), (Bernoulli(0.0), sizes[1]), shocks=(Shock(1e-3, ("r0", "r1"), together=True),))
    rate = 1e-3 * math.exp(-1e-3)
    np.testing.assert_allclose(
        a.pmf(np.array([11.0, 14.0, 24.0, 21.0])), rate * np.array([0.5, 0.3, 0.2, 0]), atol=1e-12
    )


def test_a_comonotone_shock_of_a_lattice_and_a_density_has_a_density():
    sizes = Discrete((0.0, 100.0), (0.5, 0.5)), Uniform(0.0, 10.0)
    a = year((Bernoulli(0.0), sizes[0]), (Bernoulli(0.0), sizes[1]), shocks=(Shock(1e-3, ("r0", "r1"), together=True),))
    # 0..5 for the lower half of the draw, 105..110 for the upper
    passed = a.exceedance(np.array([2.5, 5.0, 50.0, 105.0, 107.5, 110.0])) / (1 - math.exp(-1e-3))
    np.testing.assert_allclose(passed, [0.75, 0.5, 0.5, 0.5, 0.25, 0], atol=1e-3)


SIZES = [
    Fixed(7.0),
    Discrete((1.5, 20.0), (0.9, 0.1)),
    Empirical((3.0, 3.0, 11.0)),
    Exponential(9.0),
    Gamma(0.4, 30.0),
    Lognormal(2.0, 1.2),
    Pert(1.0, 5.0, 30.0),
    Pareto(4.0, 3.4),
    Uniform(2.0, 9.0),
]


@pytest.mark.parametrize("size", SIZES, ids=lambda s: type(s).__name__)
def test_partial_moments_of_a_size_add_up_and_match_its_quantiles(size):
    at = np.array([0.5, 3.0, 8.0, 40.0])
    for order in (0, 1, 2):
        np.testing.assert_allclose(size.below(order, at) + size.above(order, at), size.moment(order), rtol=1e-12)
    shares = (np.arange(200_000) + 0.5) / 200_000
    drawn = size.quantile(shares)
    np.testing.assert_allclose(size.limited(at), np.minimum.outer(at, drawn).mean(axis=1), rtol=1e-4)
    np.testing.assert_allclose(size.stop_loss(at), size.mean - size.limited(at), atol=1e-12)
    np.testing.assert_allclose(size.upper_quantile(1 - shares[::5000]), drawn[::5000], rtol=1e-9)


@pytest.mark.parametrize("size", SIZES, ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("frequency", [Poisson(1.7), Binomial(3, 0.4), NegativeBinomial(2.0, 1.5)], ids=["p", "b", "n"])
def test_the_curve_carries_the_mean_and_spread_of_the_closed_forms(frequency, size):
    a = year((frequency, size))
    at = np.concatenate([[0], np.geomspace(a.mean * 1e-4, a.mean + 60 * a.sd, 20_000)])
    passed = a.exceedance(at)
    middle, width = (at[1:] + at[:-1]) / 2, np.diff(at)
    first = np.sum(width * (passed[1:] + passed[:-1]) / 2)
    second = np.sum(2 * middle * width * (passed[1:] + passed[:-1]) / 2)
    assert first == pytest.approx(a.mean, rel=2e-3)
    assert second - first**2 == pytest.approx(a.sd**2, rel=3e-2)
