"""Many streams at once: what is pooled or read from a table is what it would be one by one."""

import numpy as np
import pytest
from scipy import special

from alcaide.engine.errors import EngineError
from alcaide.engine.loss import Stream, check_priced, pooled, predictive
from alcaide.engine.loss.bands import Bands, Drawn
from alcaide.engine.loss.families import gather


def many(count):
    rng = np.random.default_rng(4)
    rates, sums = 10 ** rng.uniform(-2.5, 0.5, count), 10 ** rng.uniform(3, 6, count)
    return [
        Stream(f"s{i}", rate, rate * (1 + i % 4), low, low * (3 + 9 * (i % 5)), weight=1 + i % 7)
        for i, (rate, low) in enumerate(zip(rates, sums, strict=True))
    ]


@pytest.mark.slow
@pytest.mark.parametrize("cv", [0.0, 0.25, 1.0])
def test_risks_followed_event_by_event_are_those_of_the_ladder(cv, monkeypatch):
    streams = many(12)
    at = np.geomspace(1e4, 3e7, 12)
    followed = predictive(streams, systemic_cv=cv).exceedance(at)
    monkeypatch.setattr(pooled, "_MOST_EVENTS", -1)
    np.testing.assert_allclose(followed, predictive(streams, systemic_cv=cv).exceedance(at), atol=1e-6)


def test_a_table_of_sizes_misses_each_by_a_few_parts_in_a_hundred_thousand():
    rng = np.random.default_rng(1)
    spreads = np.concatenate([rng.uniform(0.05, 1, 40), rng.uniform(1, 3.5, 10)])
    middles, at = rng.normal(11, 3, (2, 50)), np.geomspace(1e-2, 1e9, 90)
    for column in range(50):
        middle, spread = middles[:, [column]], spreads[column]
        capped, passed = gather(middle, spreads[[column]], np.ones((2, 1))).table(at)
        score = (np.log(at) - middle) / spread
        exact = special.ndtr(-score)
        np.testing.assert_allclose(passed, exact, atol=1e-5)
        kept = np.exp(middle + spread**2 / 2) * special.ndtr(score - spread) + at * exact
        np.testing.assert_allclose(capped, kept, rtol=3e-5)


def test_bands_of_many_streams_are_those_worked_out_one_by_one(monkeypatch):
    streams = tuple(many(80))
    rng = np.random.default_rng(2)
    rates = np.array([s.rate_middle for s in streams]) * rng.lognormal(0, 0.3, (5, 80))
    drawn = Drawn(streams, rates, np.array([s.middle for s in streams]) + rng.normal(0, 0.2, (5, 80)), 0.3)
    at = np.geomspace(1e5, 1e9, 30)
    tabled = Bands(drawn, scale=1e8)
    shown, bad = tabled.exceedance(at), tabled.var(0.95)
    monkeypatch.setattr("alcaide.engine.loss.bands._FEW", 1000)
    alone = Bands(drawn, scale=1e8)
    np.testing.assert_allclose(shown, alone.exceedance(at), atol=1e-5)
    np.testing.assert_allclose(bad, alone.var(0.95), rtol=1e-5)


def test_a_stream_too_wide_to_count_with_is_refused_without_pricing_it():
    with pytest.raises(EngineError, match="too wide to count with"):
        check_priced([Stream("vague", 1e-300, 1e300, 1e-200, 1e200)])


def test_streams_that_can_be_priced_are_not_refused():
    check_priced(many(5))
