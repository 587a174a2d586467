"""A year with a few risks exchanged is the year that would be worked out anew."""

import pytest

from alcaide.engine.loss import Exchange, Factor, Stream, exchange, predictive, var_if
from alcaide.engine.loss.pooled import Pool
from alcaide.engine.tests.test_loss_crowd import small

LEFT = Factor("guard", 0.2, 0.6)


def guarded(stream):
    return Stream(
        stream.id, stream.rate_low, stream.rate_high, stream.loss_low, stream.loss_high, stream.weight, (LEFT,)
    )


@pytest.mark.slow
@pytest.mark.parametrize(("count", "cv"), [(70, 0.0), (70, 0.25), (400, 0.25)])
def test_exchanged_risks_give_the_quantile_of_the_year_worked_out_anew(count, cv):
    streams = [Stream("often", 8, 30, 1e4, 9e4, weight=5), Stream("sure", 2, 2, 1e4, 9e4), *small(count)]
    for some in ([0, 1, 2], list(range(20))):
        new = [guarded(each) if place in some else each for place, each in enumerate(streams)]
        year = predictive(streams, systemic_cv=cv)
        found = var_if(year, 0.95, old=[streams[k] for k in some], new=[new[k] for k in some])
        assert found == pytest.approx(predictive(new, systemic_cv=cv).var(0.95), rel=1e-5)
        assert found < year.var(0.95) * 0.999


@pytest.mark.slow
@pytest.mark.parametrize("cv", [0.0, 0.25])
def test_what_is_left_out_of_an_exchange_changes_nothing(cv, monkeypatch):
    streams = [Stream("often", 8, 30, 1e4, 9e4, weight=5), Stream("sure", 2, 2, 1e4, 9e4), *small(300)]
    year = predictive(streams, systemic_cv=cv)
    old, new = streams[:12], [guarded(each) for each in streams[:12]]
    found = var_if(year, 0.95, old=old, new=new)
    # Every frequency, and every risk at every value of the factor.
    monkeypatch.setattr(exchange, "_NOTHING", -1.0)
    monkeypatch.setattr(Pool, "rare", lambda *_: None)
    assert found == pytest.approx(var_if(year, 0.95, old=old, new=new), rel=1e-9)


def test_a_year_that_falls_to_nothing_is_nothing():
    streams = [Stream("a", 0.5, 2, 100, 900, weight=3), Stream("b", 1e-3, 2e-3, 100, 900, weight=3)]
    none = Stream("a", 1e-6, 1e-5, 100, 900, weight=3)
    assert var_if(predictive(streams), 0.95, old=streams[:1], new=[none]) == 0


def test_a_year_with_fixed_sums_is_not_kept():
    assert not Exchange.serves(predictive([Stream("a", 0.5, 2, 500, 500), Stream("b", 0.5, 2, 100, 900, weight=3)]))
