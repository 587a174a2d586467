"""What streams are worth: belief against a nested simulation, closed forms and limits."""

import math

import numpy as np
import pytest

from alcaide.engine.errors import EngineError
from alcaide.engine.loss import (
    Factor,
    Lognormal,
    Poisson,
    Portfolio,
    Risk,
    Stream,
    aggregate,
    factor_draws,
    means,
    predictive,
    price,
    stream_draws,
)

Z90 = 1.6448536269514722
YEARS = 300_000
MFA = Factor("mfa", 0.3, 0.8)
GUARD = Factor("guard", 0.5, 0.5)
STREAMS = [
    Stream("phish", 0.5, 4.0, 2e3, 2e5, weight=5, group="people"),
    Stream("fire", 0.02, 0.2, 1e5, 4e6, weight=3, group="site"),
    Stream("theft", 3.0, 3.0, 500, 9e3, group="site"),
    Stream("fine", 0.1, 0.6, 25_000, 25_000, group="law"),
]


def by_nested_simulation(streams, cv, seed):
    """Years of loss: belief drawn anew for each year, then the year."""
    rng = np.random.default_rng(seed)
    total = np.zeros(YEARS)
    systemic = rng.gamma(1 / cv**2, cv**2, YEARS) if cv else np.ones(YEARS)
    for s in streams:
        spread = math.log(s.rate_high / s.rate_low) / (2 * Z90)
        rate = math.sqrt(s.rate_low * s.rate_high) * np.exp(spread * rng.standard_normal(YEARS)) * systemic
        for f in s.factors:
            rate *= one_factor(f, rng)
        n = rng.poisson(rate)
        year = np.repeat(np.arange(YEARS), n)
        sigma = math.log(s.loss_high / s.loss_low) / (2 * Z90)
        middle = math.log(s.loss_low * s.loss_high) / 2
        middle = middle + sigma / math.sqrt(s.weight) * rng.standard_normal(YEARS)
        total += np.bincount(year, np.exp(middle[year] + sigma * rng.standard_normal(year.size)), minlength=YEARS)
    return total


def one_factor(f, rng):
    if f.low == f.high:
        return f.low
    low, high = math.log(f.low / (1 - f.low)), math.log(f.high / (1 - f.high))
    return 1 / (1 + np.exp(-((low + high) / 2 + (high - low) / (2 * Z90) * rng.standard_normal(YEARS))))


@pytest.mark.parametrize("cv", [0.0, 0.5])
def test_predictive_figures_agree_with_a_nested_simulation(cv):
    years = by_nested_simulation(STREAMS, cv, seed=9)
    at = np.quantile(years, [0.02, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999])
    got = price(STREAMS, systemic_cv=cv, seed=1, draws=20, at=at, levels=(0.9,))
    assert abs(years.mean() - got.mean) < 4 * years.std() / YEARS**0.5
    for x, chance in zip(at, got.exceedance, strict=True):
        assert abs((years > x).mean() - chance) < 4 * (chance * (1 - chance) / YEARS) ** 0.5
    worst = np.sort(years)[-YEARS // 10 :]
    assert abs(worst.mean() - got.tvar[0.9]) < 6 * worst.std() / worst.size**0.5


def test_factors_enter_the_curve_as_a_lognormal_close_to_what_they_are():
    streams = [Stream("phish", 0.5, 4.0, 2e3, 2e5, weight=5, factors=(MFA, GUARD))]
    years = by_nested_simulation(streams, 0.0, seed=4)
    at = np.quantile(years, [0.6, 0.9, 0.99])
    got = price(streams, seed=1, draws=20, at=at)
    np.testing.assert_allclose(got.exceedance, [(years > x).mean() for x in at], rtol=0.03)
    assert abs(years.mean() - got.mean) < 4 * years.std() / YEARS**0.5


@pytest.mark.parametrize(
    "stream",
    [
        Stream("many", 30, 60, 100, 5e3, weight=2),
        Stream("known", 80, 80, 100, 5e3, weight=8),
        Stream("vague", 0.01, 10, 10, 1e6, weight=0.7),
        Stream("rare", 1e-4, 1e-3, 1e6, 1e9, weight=4),
    ],
    ids=lambda s: s.id,
)
@pytest.mark.slow
def test_hard_streams_agree_with_a_nested_simulation_too(stream):
    years = by_nested_simulation([stream], 0.3, seed=2)
    at = np.quantile(years, [0.3, 0.7, 0.97, 0.999])
    passed = predictive([stream], systemic_cv=0.3).exceedance(at)
    for x, chance in zip(at, passed, strict=True):
        assert abs((years > x).mean() - chance) < 4 * (chance * (1 - chance) / YEARS) ** 0.5 + 1e-6


def test_means_are_rate_times_factors_times_loss():
    stream = Stream("a", 1.0, 4.0, 100.0, 1000.0, weight=4, factors=(GUARD,))
    spread, sigma = math.log(4) / (2 * Z90), math.log(10) / (2 * Z90)
    exact = 2 * math.exp(spread**2 / 2) * 0.5 * math.sqrt(1e5) * math.exp(sigma**2 / 2 * 1.25)
    assert means([stream])[0] == pytest.approx(exact, rel=1e-12)
    assert price([stream], seed=1, draws=20).mean == pytest.approx(exact, rel=1e-12)


def test_the_mean_of_a_factor_is_that_of_its_draws():
    left = MFA.values(np.random.default_rng(0).standard_normal(1_000_000))
    assert np.quantile(left, [0.05, 0.95]) == pytest.approx([0.3, 0.8], rel=5e-3)
    assert MFA.moment(1) == pytest.approx(left.mean(), rel=1e-3)
    assert MFA.moment(2) == pytest.approx((left**2).mean(), rel=1e-3)


def test_a_factor_that_may_do_nothing_stays_below_one():
    loose = Factor("training", 0.4, 1.0)
    left = factor_draws([loose], seed=3, draws=5000)[:, 0]
    assert 0 < left.min() < left.max() < 1
    assert Factor("training", 0.4, 0.9).moment(1) < loose.moment(1) < 1
    assert factor_draws([Factor("none", 1.0, 1.0)], seed=3, draws=4).tolist() == [[1.0]] * 4


@pytest.mark.parametrize("cv", [0.0, 0.4])
def test_certain_streams_are_the_plain_portfolio(cv):
    streams = [Stream("a", 2, 2, 10, 900), Stream("b", 0.3, 0.3, 5e3, 5e3)]
    got = price(streams, systemic_cv=cv, seed=1, draws=20, levels=(0.9, 0.99))
    sigma = math.log(90) / (2 * Z90)
    risks = Risk("a", Poisson(2.0), Lognormal(math.log(9000) / 2, sigma)), Risk("b", Poisson(0.3), _fixed(5e3))
    plain = aggregate(Portfolio(risks, (), cv))
    for level in (0.9, 0.99):
        assert got.var[level] == pytest.approx(plain.var(level), rel=1e-4)
        assert got.tvar[level] == pytest.approx(plain.tvar(level), rel=1e-4)
        assert got.var_range[level] == pytest.approx((got.var[level],) * 2, rel=5e-3)
    np.testing.assert_allclose(got.exceedance, plain.exceedance(got.at), atol=1e-4)
    assert got.mean_range == pytest.approx((got.mean, got.mean))


def _fixed(value):
    from alcaide.engine.loss import Fixed  # noqa: PLC0415 - read through the door, as the product does

    return Fixed(value)


@pytest.mark.parametrize("cv", [0.0, 0.6])
def test_each_draw_of_the_band_is_the_curve_of_its_own_numbers(cv):
    streams = [Stream("a", 0.5, 4.0, 2e3, 2e5, weight=5), Stream("b", 0.1, 0.9, 4e4, 4e4)]
    at = np.array([1e3, 3e4, 4e5, 2e6])
    got = price(streams, systemic_cv=cv, seed=5, draws=1, at=at, levels=(0.95,))
    rate, middle = _drawn(streams, seed=5)
    sigma = math.log(100) / (2 * Z90)
    risks = Risk("a", Poisson(rate[0]), Lognormal(middle, sigma)), Risk("b", Poisson(rate[1]), _fixed(4e4))
    plain = aggregate(Portfolio(risks, (), cv))
    # with one draw the band runs from the draw to the figure
    ends = np.stack([got.exceedance_low, got.exceedance_high])
    np.testing.assert_allclose(np.abs(ends - plain.exceedance(at)).min(axis=0), 0, atol=3e-3)
    assert min(abs(v / plain.var(0.95) - 1) for v in got.var_range[0.95]) < 5e-3
    own = rate * np.array([math.exp(middle + sigma**2 / 2), 4e4])
    np.testing.assert_allclose(got.draws_stream, own[None], rtol=1e-12)


def _drawn(streams, seed):
    from alcaide.engine.loss.draws import middle_draws, rate_draws  # noqa: PLC0415 - the inner layer, for this test

    return rate_draws(streams, seed=seed, draws=1)[0], float(middle_draws(streams, seed=seed, draws=1)[0, 0])


def test_every_range_holds_its_figure():
    got = price(STREAMS, systemic_cv=0.4, seed=2, draws=60, beyond=(1e5, 1e6))
    assert got.mean_range[0] <= got.mean <= got.mean_range[1]
    assert (got.exceedance_low <= got.exceedance).all()
    assert (got.exceedance <= got.exceedance_high).all()
    assert (got.stream_range[:, 0] <= got.stream_mean).all()
    assert (got.stream_mean <= got.stream_range[:, 1]).all()
    for value, (low, high) in (
        *((got.var[k], got.var_range[k]) for k in got.var),
        *((got.chance[k], got.chance_range[k]) for k in got.chance),
        *((got.group_mean[k], got.group_range[k]) for k in got.group_mean),
    ):
        assert low <= value <= high


def test_groups_add_up_to_the_whole():
    got = price(STREAMS, seed=2, draws=20)
    assert list(got.group_mean) == ["people", "site", "law"]
    assert sum(got.group_mean.values()) == pytest.approx(got.mean)
    assert got.stream_mean.sum() == pytest.approx(got.mean)
    np.testing.assert_allclose(got.draws_stream.sum(axis=1), got.draws_mean)
    np.testing.assert_array_equal(got.draws_stream, stream_draws(STREAMS, seed=2, draws=20))


def test_the_same_seed_gives_the_same_bits_and_another_seed_does_not():
    one, two = (price(STREAMS, systemic_cv=0.3, seed=7, draws=30) for _ in range(2))
    assert one.var == two.var
    assert one.var_range == two.var_range
    np.testing.assert_array_equal(one.exceedance_low, two.exceedance_low)
    np.testing.assert_array_equal(one.draws_stream, two.draws_stream)
    assert price(STREAMS, systemic_cv=0.3, seed=8, draws=30).mean_range != one.mean_range


def test_a_stream_draws_the_same_whatever_stands_beside_it():
    alone = stream_draws(STREAMS[:1], seed=3, draws=50)
    among = stream_draws([*STREAMS[1:], STREAMS[0]], seed=3, draws=50)
    np.testing.assert_array_equal(alone[:, 0], among[:, -1])
    np.testing.assert_array_equal(stream_draws(STREAMS, seed=3, draws=20), stream_draws(STREAMS, seed=3, draws=50)[:20])


def test_one_factor_moves_all_streams_that_hold_it():
    streams = [Stream(name, 2, 2, 100, 100, factors=(MFA,)) for name in ("a", "b")]
    drawn = stream_draws(streams, seed=3, draws=40)
    np.testing.assert_array_equal(drawn[:, 0], drawn[:, 1])
    np.testing.assert_allclose(drawn[:, 0], 200 * factor_draws([MFA], seed=3, draws=40)[:, 0])


def test_draws_of_different_names_do_not_follow_each_other():
    streams = [Stream(f"s{i}", 0.1, 1, 10, 100, weight=2) for i in range(8)]
    drawn = np.log(stream_draws(streams, seed=0, draws=4000))
    apart = np.corrcoef(drawn.T) - np.eye(8)
    assert np.abs(apart).max() < 5 / 4000**0.5
    spread = math.log(10) / (2 * Z90)
    assert drawn.std(axis=0) == pytest.approx(spread * math.sqrt(1.5), rel=0.06)


def test_a_measure_lowers_every_figure():
    before = price([Stream("a", 0.5, 4.0, 2e3, 2e5, weight=5)], seed=1, draws=40, beyond=(1e5,))
    after = price([Stream("a", 0.5, 4.0, 2e3, 2e5, weight=5, factors=(MFA,))], seed=1, draws=40, beyond=(1e5,))
    assert after.mean < before.mean
    assert after.var[0.95] < before.var[0.95]
    assert after.chance[1e5] < before.chance[1e5]
    assert (after.draws_mean < before.draws_mean).all()


def test_small_losses_beside_a_fixed_fine_leave_a_curve_that_never_rises():
    streams = [
        Stream("coffee", 0.03, 0.03, 31, 136, weight=0.5),
        Stream("fine", 0.18, 0.18, 160_164_595.85, 160_164_595.85),
        Stream("stamps", 0.05, 0.3, 2.4, 23, weight=10),
    ]
    year = predictive(streams, systemic_cv=1.0)
    passed = year.exceedance(np.geomspace(1, 1e9, 400))
    assert (np.diff(passed) <= 1e-8).all()
    assert year.exceedance(np.array([1e6]))[0] == pytest.approx(1 - 1 / 1.18, rel=1e-6)


def test_streams_that_never_happen_cost_nothing():
    got = price([Stream("a", 0, 0, 10, 20)], seed=1, draws=20, beyond=(5.0,))
    assert got.mean == 0
    assert got.var == {0.95: 0.0, 0.99: 0.0}
    assert got.chance == {5.0: 0.0}


@pytest.mark.parametrize(
    "build",
    [
        lambda: Stream("a", 2, 1, 10, 20),
        lambda: Stream("a", 0, 1, 10, 20),
        lambda: Stream("a", -1, 1, 10, 20),
        lambda: Stream("a", 1, 1, 0, 20),
        lambda: Stream("a", 1, math.nan, 10, 20),
        lambda: Stream("a", 1, 1, 10, math.inf),
        lambda: Stream("a", 1, 1, 10, 20, weight=0),
        lambda: Stream("a", 1, 1, 10, 20, factors=(MFA, MFA)),
        lambda: Factor("f", 0.0, 0.5),
        lambda: Factor("f", 0.6, 0.5),
        lambda: Factor("f", 0.6, 1.1),
        lambda: price([], seed=1),
        lambda: price([STREAMS[0], STREAMS[0]], seed=1),
        lambda: price(STREAMS, seed=1, draws=0),
        lambda: price(STREAMS, seed=1, draws=20, levels=(1.0,)),
        lambda: price(STREAMS, seed=1, draws=20, systemic_cv=-1),
        lambda: stream_draws(
            [Stream("a", 1, 1, 1, 2, factors=(MFA,)), Stream("b", 1, 1, 1, 2, factors=(Factor("mfa", 0.1, 0.2),))],
            seed=1,
            draws=2,
        ),
    ],
)
def test_beliefs_that_make_no_sense_are_refused_in_words(build):
    with pytest.raises(EngineError, match=r"\w+ \w+"):
        build()
