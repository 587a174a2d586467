"""Hard portfolios, drawn at random: what is pooled, tabled or a crowd against what is worked out one by one."""

import numpy as np
import pytest

from alcaide.engine.loss import Factor, Stream, bands, crowd, pooled, predictive, price
from alcaide.engine.loss.bands import Bands
from alcaide.engine.loss.belief import _draw

QUANTILES = (0.05, 0.5, 0.95)
PICKED = (0.05, 0.5, 0.95, 0.99)


def portfolio(seed, count):
    """One hard portfolio: every trait comes or stays away by chance."""
    rng = np.random.default_rng(seed)
    has = dict(zip(("tails", "giants", "tiny", "often", "vague", "shared", "steep"), rng.random(7) < 0.5, strict=True))
    shared = tuple(Factor(f"m{k}", *sorted(rng.uniform(0.05, 1.0, 2))) for k in range(4))
    found = []
    for place in range(count):
        rate = 10 ** rng.uniform(-7 if has["tiny"] else -2.5, 1.6 if has["often"] and place % 25 == 0 else 0)
        low = 10 ** rng.uniform(2, 6) * (1e3 if has["giants"] and place % 97 == 0 else 1)
        wide = (
            rng.uniform(1.02, 1.1) if has["steep"] and place % 11 == 0 else rng.uniform(2, 300 if has["tails"] else 12)
        )
        found.append(Stream(
            f"s{place}", rate, rate * rng.uniform(1.0, 1e3 if has["vague"] and place % 7 == 0 else 9), low, low * wide,
            weight=float(rng.choice([1, 2, 6, 30, 1e6])),
            factors=(shared[place % 4],) if has["shared"] and place % 2 else (),
        ))  # fmt: skip
    return found, float(rng.choice([0.0, 0.1, 0.25, 0.6, 1.2]))


def alone(patched):
    """Work everything out one by one."""
    patched.setattr(crowd, "FEWEST", 10**9)
    patched.setattr(bands, "_FEW", 10**9)


def asked(streams, cv):
    year = predictive(streams, systemic_cv=cv)
    sums = [year.var(share) for share in PICKED]
    return year, np.array(sums), year.mean


def ranges(streams, cv, *, scale, at):
    """5 %, 50 % and 95 % of the chances over the draws of belief: (3, k)."""
    drawn = _draw(streams, systemic_cv=cv, seed=5, draws=24)
    return np.quantile(Bands(drawn, scale=scale).exceedance(at), QUANTILES, axis=0)


@pytest.mark.full
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(24))
def test_hard_portfolios_are_what_they_are_one_by_one(seed, monkeypatch):
    streams, cv = portfolio(seed, 320)
    year, sums, mean = asked(streams, cv)
    at = np.unique(np.concatenate([sums, np.geomspace(max(sums[-1], 1.0) / 200, max(sums[-1], 1.0) * 3, 20)]))
    chances, bands_here = year.exceedance(at), ranges(streams, cv, scale=year.scale, at=at)
    bound = year.crowd.bound if year.crowd else 0.0
    with monkeypatch.context() as patched:
        alone(patched)
        other, _, other_mean = asked(streams, cv)
        assert mean == pytest.approx(other_mean, rel=1e-12)
        missed = np.abs(chances - other.exceedance(at)).max()
        missed_bands = np.abs(bands_here - ranges(streams, cv, scale=year.scale, at=at)).max()
    print(f"seed {seed} swing {cv} crowd {year.crowd.size if year.crowd else 0} bound {bound:.1e} "  # noqa: T201  read with -s
          f"missed {missed:.1e}, in bands {missed_bands:.1e}")  # fmt: skip
    assert missed <= bound + 2e-6
    assert missed_bands <= 1e-5


@pytest.mark.full
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 112))
def test_risks_followed_event_by_event_hold_on_hard_portfolios(seed, monkeypatch):
    streams, cv = portfolio(seed, 60)
    year, sums, _ = asked(streams, cv)
    at = np.geomspace(max(sums[-1], 1.0) / 500, max(sums[-1], 1.0) * 3, 30)
    here = year.exceedance(at)
    monkeypatch.setattr(pooled, "_MOST_EVENTS", -1)
    missed = np.abs(here - predictive(streams, systemic_cv=cv).exceedance(at)).max()
    print(f"seed {seed} swing {cv} missed {missed:.1e}")  # noqa: T201  read with -s
    assert missed <= 5e-6


@pytest.mark.full
@pytest.mark.slow
def test_a_priced_crowd_keeps_its_mean_and_its_ranges_to_the_digit(monkeypatch):
    streams, cv = portfolio(3, 400)
    here = price(streams, systemic_cv=cv, seed=5, draws=24)
    with monkeypatch.context() as patched:
        patched.setattr(crowd, "FEWEST", 10**9)
        there = price(streams, systemic_cv=cv, seed=5, draws=24)
    assert here.mean == there.mean
    assert here.mean_range == there.mean_range
    np.testing.assert_array_equal(here.stream_range, there.stream_range)
