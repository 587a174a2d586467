"""Cases of streams and of moves between two sets of them."""

import pytest

from alcaide.engine.errors import CaseError
from alcaide.engine.loss import Stream, price
from alcaide.engine.loss.frozen import solve_moves, solve_streams

THEFT = {"id": "theft", "rate": {"low": 1, "high": 4}, "loss": {"low": 200, "high": 900, "observations": 5}}
FIRE = {"id": "fire", "rate": {"low": 0.1, "high": 0.1}, "loss": {"low": 5000, "high": 5000}}


def test_a_case_of_streams_says_what_the_engine_says():
    ask = {"mean": True, "mean_range": True, "var": [0.95], "var_range": [0.95], "tvar": [0.95], "curve": [0, 700.5]}
    given = {"streams": [THEFT, FIRE], "seed": 3, "draws": 40, "shared_swing": 0.3, "ask": {**ask, "chance": [2000]}}
    streams = [Stream("theft", 1, 4, 200, 900, weight=5), Stream("fire", 0.1, 0.1, 5000, 5000)]
    year = price(streams, systemic_cv=0.3, seed=3, draws=40, levels=[0.95], at=[0, 700.5], beyond=[2000])
    assert solve_streams(given) == {
        "mean": year.mean, "mean_range": list(year.mean_range), "var": {"0.95": year.var[0.95]},
        "var_range": {"0.95": list(year.var_range[0.95])}, "tvar": {"0.95": year.tvar[0.95]},
        "curve": {"chance": year.exceedance.tolist(), "low": year.exceedance_low.tolist(),
                  "high": year.exceedance_high.tolist()},
        "chance": {"2000": [year.chance[2000], *year.chance_range[2000]]},
    }  # fmt: skip


def test_a_rate_may_be_a_share_of_a_sum_of_hosts():
    hosts = [{"low": 0.1, "high": 0.1}, {"low": 0.3, "high": 0.3}]
    stream = {**FIRE, "rate": {"product": [{"low": 0.5, "high": 0.5}, {"sum": hosts}]}}
    got = solve_streams({"streams": [stream], "seed": 1, "ask": {"mean": True}})
    assert got["mean"] == pytest.approx(0.5 * 0.4 * 5000)


def test_what_the_moves_leave_unexplained_is_said():
    twice = {**FIRE, "rate": {"low": 0.2, "high": 0.2}}
    given = {"start": [FIRE], "end": [twice, THEFT], "moves": {"re-estimated": [{"before": [FIRE], "after": [twice]}]}}
    got = solve_moves(given)
    assert got["moves"] == {"re-estimated": pytest.approx(500)}
    assert got["unexplained"] == pytest.approx(got["end"] - 1000)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"streams": []}, "nothing to price"),
        ({"seed": True}, "seed must be a whole number"),
        ({"streams": [{**FIRE, "rat": 1}]}, "the key rat is not known"),
        ({"streams": [{**FIRE, "rate": {"product": []}}]}, "names no range"),
        ({"ask": {"together": {"all": ["flood"]}}}, "there is no stream flood"),
        ({"ask": {"median": True}}, "the key median is not known"),
        ({"draws": 0}, "draws must be a whole number of at least 1"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(change, words):
    with pytest.raises(CaseError, match=words):
        solve_streams({"streams": [FIRE], "seed": 1, "ask": {"mean": True}} | change)
