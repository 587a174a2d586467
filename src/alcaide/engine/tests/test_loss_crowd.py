"""Small risks taken as one crowd: what they are one by one, within the bound that lets them join."""

import numpy as np
import pytest

from alcaide.engine.loss import Factor, Stream, crowd, predictive
from alcaide.engine.loss.belief import _risk
from alcaide.engine.loss.ladder import factor_ladder


def small(count, *, seed=4, often=(-2.0, -0.5), wide=4.0, observations=(4, 40)):
    rng = np.random.default_rng(seed)
    rates, sums = 10 ** rng.uniform(*often, count), 10 ** rng.uniform(4, 5.3, count)
    return [
        Stream(f"s{i}", rate, rate * rng.uniform(1.2, wide), low, low * rng.uniform(3, 9), weight=float(weight))
        for i, (rate, low, weight) in enumerate(zip(rates, sums, rng.integers(*observations, count), strict=True))
    ]


def given(streams):
    risks = [_risk(each) for each in streams]
    return [(each, each.frequency) for each in risks]


def apart(streams, at, monkeypatch, *, cv):
    with monkeypatch.context() as patched:
        patched.setattr(crowd, "FEWEST", 10**9)
        return predictive(streams, systemic_cv=cv).exceedance(at)


@pytest.mark.slow
@pytest.mark.parametrize(("cv", "allowed"), [(0.0, 1e-5), (0.25, 1e-5), (0.0, 3e-2), (0.4, 3e-2)])
def test_a_crowd_changes_no_chance_by_more_than_its_bound(cv, allowed, monkeypatch):
    monkeypatch.setattr(crowd, "ALLOWED", allowed)
    streams = small(500)
    year = predictive(streams, systemic_cv=cv)
    assert year.crowd is not None
    assert 0 < year.crowd.bound <= allowed
    at = np.geomspace(year.var(0.05) / 4, year.var(0.999) * 2, 40)
    changed = np.abs(year.exceedance(at) - apart(streams, at, monkeypatch, cv=cv)).max()
    # the carried ladders and the table of sizes are not part of the bound
    assert changed <= year.crowd.bound + 1e-6


def test_what_is_large_beside_the_rest_does_not_join():
    streams = [*small(600), Stream("large", 0.5, 3, 1e9, 4e9, weight=3), Stream("often", 90, 900, 1e6, 4e6, weight=3)]
    chosen, alone = crowd.take_crowd(given(streams), factor_ladder(0.25, finest=0.05))
    assert chosen is not None
    assert {streams[place].id for place in alone} >= {"large", "often"}


@pytest.mark.parametrize(
    ("streams", "why"),
    [
        (small(100), "too few"),
        (small(400, wide=1e6), "rates so wide that their moments say nothing"),
    ],
)
def test_without_enough_small_risks_there_is_no_crowd(streams, why):
    chosen, alone = crowd.take_crowd(given(streams), factor_ladder(0.25, finest=0.05))
    assert chosen is None, why
    assert alone == list(range(len(streams)))


def test_a_looser_bound_lets_more_join(monkeypatch):
    risks, factor = given(small(500)), factor_ladder(0.25, finest=0.05)
    sizes = []
    for allowed in (1e-7, 1e-4):
        monkeypatch.setattr(crowd, "ALLOWED", allowed)
        chosen, _ = crowd.take_crowd(risks, factor)
        sizes.append(chosen.size if chosen else 0)
    assert sizes[0] < sizes[1]


@pytest.mark.slow
def test_a_year_without_a_loss_is_as_likely_as_one_by_one(monkeypatch):
    streams = [Stream(f"s{i}", 1e-4, 3e-4, 1e4, 9e4, weight=9) for i in range(400)]
    year = predictive(streams, systemic_cv=0.3)
    assert year.crowd is not None
    here = year.exceedance(np.array([0.0, 1e3]))
    np.testing.assert_allclose(here, apart(streams, np.array([0.0, 1e3]), monkeypatch, cv=0.3), atol=1e-8)


@pytest.mark.slow
def test_one_measure_on_all_is_the_same_in_the_crowd(monkeypatch):
    left = Factor("guard", 0.2, 0.6)
    streams = [Stream(s.id, s.rate_low, s.rate_high, s.loss_low, s.loss_high, s.weight, (left,)) for s in small(300)]
    at = np.geomspace(1e5, 1e8, 20)
    np.testing.assert_allclose(
        predictive(streams, systemic_cv=0.25).exceedance(at), apart(streams, at, monkeypatch, cv=0.25), atol=2e-6
    )
