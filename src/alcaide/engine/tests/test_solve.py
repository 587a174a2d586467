"""Cases: reading them, computing them, and saying in words what is wrong with one."""

import copy
import json
import subprocess
import sys

import pytest

from alcaide.engine.errors import CaseError, UnknownKind
from alcaide.engine.solve import check, load, solve

POISSON = {"kind": "poisson", "rate": 2}
FIXED = {"kind": "fixed", "value": 10}
RISK = {"id": "a", "frequency": POISSON, "severity": FIXED}
LOSS = {"risks": [RISK], "ask": {"mean": True}}


def one(kind, given, **rest):
    return {"schema": "alcaide.cases/1", "cases": [{"id": "x", "kind": kind, "input": given, **rest}]}


def answer(kind, given, **rest):
    return solve(one(kind, given, **rest))["results"][0]["result"]


def changed(path, value):
    given = copy.deepcopy(LOSS)
    inner = given
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return given


@pytest.mark.shared
def test_every_published_loss_case_is_within_its_tolerance(shared):
    document = load((shared / "cases" / "loss_cases.json").read_text(encoding="utf-8"))
    assert [str(miss) for miss in check(document)] == []


def test_a_case_without_expected_is_computed():
    assert answer("loss", LOSS) == {"mean": 20.0}


def test_results_stand_in_the_order_of_the_cases():
    document = {"schema": "alcaide.cases/1", "cases": [{"id": c, "kind": "loss", "input": LOSS} for c in "cab"]}
    assert [row["id"] for row in solve(document)["results"]] == ["c", "a", "b"]


def test_every_figure_is_answered_for_every_portfolio():
    flags = ["mean", "sd", "skewness", "mean_by_risk", "ceded_mean", "ceded_sd", "retained_mean"]
    ask = dict.fromkeys(flags, True)
    ask |= {"var": [0.5, 0.95], "tvar": [0.5, 0.95], "covariance": [["a", "a"]]}
    ask |= {name: [0, 600, 1.5] for name in ("cdf", "pmf", "exceedance")}
    for size in (FIXED, {"kind": "exponential", "mean": 5}, {"kind": "pareto", "scale": 1, "alpha": 0.9}):
        got = answer("loss", {**changed(["risks", 0, "severity"], size), "ask": ask})
        assert set(got) == set(ask)
        assert list(got["cdf"]) == ["0", "600", "1.5"]
        assert list(got["var"]) == ["0.5", "0.95"]
        assert all(isinstance(x, float) for x in got["cdf"].values())


def test_a_figure_asked_with_false_is_left_out():
    assert answer("loss", changed(["ask"], {"mean": True, "sd": False})) == {"mean": 20.0}


def test_an_infinite_mean_is_a_sentence_and_the_rest_is_answered():
    given = changed(["risks", 0, "severity"], {"kind": "pareto", "scale": 1, "alpha": 0.9})
    got = answer("loss", {**given, "ask": {"mean": True, "tvar": [0.9], "cdf": [0]}})
    assert "infinite" in got["mean"]
    assert "infinite" in got["tvar"]["0.9"]
    assert got["cdf"]["0"] == pytest.approx(0.1353352832)


def test_a_range_without_width_is_a_fixed_sum():
    for size in (
        {"kind": "uniform", "low": 5, "high": 5},
        {"kind": "pert", "low": 5, "mode": 5, "high": 5},
        {"kind": "lognormal", "low": 5, "high": 5, "ci": 0.9},
        {"kind": "lognormal", "median": 5, "sigma": 0},
    ):
        assert answer("loss", changed(["risks", 0, "severity"], size)) == {"mean": 10.0}


def test_asked_sums_are_named_as_the_expected_keys_name_them():
    given = {**LOSS, "ask": {"cdf": [1000000.0]}}
    assert answer("loss", given) == {"cdf": {"1000000.0": 1.0}}
    assert answer("loss", given, expected={"cdf": {"1000000": 1}}) == {"cdf": {"1000000": 1.0}}


BROKEN = [
    (["extra"], 1, "extra"),
    (["risks"], [], "at least one risk"),
    (["risks"], {}, "list"),
    (["risks"], [RISK, RISK], "twice"),
    (["risks", 0, "colour"], 1, "colour"),
    (["risks", 0, "frequency", "p"], 1, "p is not known"),
    (["risks", 0, "frequency"], {"kind": "poisson"}, "rate is missing"),
    (["risks", 0, "frequency"], {"rate": 2}, "kind is missing"),
    (["risks", 0, "frequency", "rate"], "2", "must be a number"),
    (["risks", 0, "frequency", "rate"], True, "must be a number"),
    (["risks", 0, "frequency", "rate"], -1, "negative"),
    (["risks", 0, "frequency", "rate"], {"kind": "pert", "low": 3, "mode": 2, "high": 1}, "above high"),
    (["risks", 0, "frequency"], {"kind": "bernoulli", "p": 1.5}, "between 0 and 1"),
    (["risks", 0, "frequency"], {"kind": "counts", "pmf": {"1.5": 1}}, "whole number"),
    (["risks", 0, "frequency"], {"kind": "counts", "pmf": {"one": 1}}, "must be a number"),
    (["risks", 0, "severity"], {"kind": "discrete", "pmf": {"1": 0.7}}, "add up"),
    (["risks", 0, "severity"], {"kind": "lognormal", "low": 1, "high": 2, "ci": 1.2}, "between 0 and 1"),
    (["risks", 0, "severity"], {"kind": "lognormal", "median": 1, "sigma": 1, "ci": 0.9}, "ci"),
    (["risks", 0, "severity"], {"kind": "empirical", "values": [1, None]}, "must be a number"),
    (["risks", 0, "severity"], 10, "object"),
    (["ask", "median"], True, "median"),
    (["ask", "mean"], [1], "true"),
    (["ask", "var"], 0.9, "list"),
    (["ask", "var"], [1.0], "not 1"),
    (["ask", "cdf"], ["x"], "must be a number"),
    (["ask", "covariance"], [["a", "b"]], "not among the risks"),
    (["ask", "covariance"], [["a"]], "two risks"),
    (["dependence"], {"copula": {}}, "copula"),
    (["dependence"], {"shocks": [{"rate": 1, "hits": ["z"]}]}, "z"),
    (["dependence"], {"shocks": [{"rate": 1, "hits": ["a"], "severities": "same"}]}, "comonotone"),
    (["dependence"], {"systemic": {"kind": "gamma", "cv": -1}}, "negative"),
    (["insurance"], {"layer": {}}, "layer"),
    (["insurance"], {"occurrence": {"attachment": -1, "limit": 2}}, "negative"),
    (["insurance"], {"aggregate": {"limit": -2}}, "negative"),
]


@pytest.mark.parametrize(("path", "value", "words"), BROKEN)
def test_a_case_that_makes_no_sense_is_refused_by_name_and_in_words(path, value, words):
    with pytest.raises(CaseError, match="case x: ") as refused:
        answer("loss", changed(path, value))
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("weather", LOSS),
        ("loss", changed(["risks", 0, "severity"], {"kind": "weibull"})),
        ("loss", changed(["risks", 0, "frequency"], {"kind": "hawkes"})),
        ("loss", changed(["dependence"], {"systemic": {"kind": "normal", "cv": 1}})),
        ("severity", {"severity": {"kind": "weibull"}, "ask": ["mean"]}),
    ],
)
def test_a_kind_that_is_not_built_is_an_unknown_kind(kind, given):
    with pytest.raises(UnknownKind, match="case x: "):
        answer(kind, given)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "line 1"),
        ("[]", "object"),
        ('{"cases": 3}', "list cases"),
        ('{"schema": "other/9", "cases": []}', "other/9"),
        ('{"cases": [], "more": 1}', "more"),
        ('{"cases": [{"id": "a", "kind": "loss"}]}', "input is missing"),
        ('{"cases": [{"id": "a", "kind": "loss", "input": {}, "hint": 1}]}', "hint"),
        ('{"cases": [{"id": "a", "kind": "loss", "input": {}}, {"id": "a", "kind": "loss", "input": {}}]}', "differ"),
        ('{"cases": [{"id": "a", "kind": "loss", "input": {"x": NaN}}]}', "NaN"),
        ('{"cases": [{"id": "a", "id": "b", "kind": "loss", "input": {}}]}', "id stands twice"),
    ],
)
def test_a_file_that_is_no_file_of_cases_is_refused_in_words(text, words):
    with pytest.raises(CaseError) as refused:
        load(text)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("tolerance", "misses"),
    [
        (None, ["mean", "sd"]),
        (0.05, ["sd"]),
        ({"abs": 0.2}, []),
        ({"rel": 0.002}, ["sd"]),
        ({"rel": 0.002, "abs": 0.2}, []),
        ({"rel": 0.002, "sd": {"rel": 0.02}}, []),
        ({"abs": 1, "mean": {"abs": 0.001}}, ["mean"]),
        ({"sd": 0.2}, ["mean"]),
    ],
)
def test_a_figure_passes_if_it_is_within_either_tolerance_of_its_key(tolerance, misses):
    given = changed(["ask"], {"mean": True, "sd": True})  # 20 and 14.142
    case = one("loss", given, expected={"mean": 20.03, "sd": 14.0}, tolerance=tolerance)
    if tolerance is None:
        del case["cases"][0]["tolerance"]
    assert [miss.key for miss in check(case)] == misses


def test_a_miss_names_case_key_expected_and_got():
    case = one("loss", changed(["ask"], {"var": [0.9]}), expected={"var": {"0.9": 30, "0.99": 1}}, tolerance=0.1)
    first, second = check(case)
    assert str(first) == "x: var.0.9: expected 30, got 40.0 (tolerance abs 0.1)"
    assert second.got is None


def test_a_list_is_compared_place_by_place_and_in_length():
    given = {"prior": {"shape": 2, "rate": 4}, "events": 3, "years": 5, "ask": ["interval_90"]}
    assert check(one("rate_update", given, expected={"interval_90": [0.2189, 1.01706]}, tolerance=1e-3)) == []
    wrong = check(one("rate_update", given, expected={"interval_90": [0.2189, 1.1]}, tolerance=1e-3))
    assert [miss.key for miss in wrong] == ["interval_90.1"]
    assert len(check(one("rate_update", given, expected={"interval_90": [0.2189]}, tolerance=1e-3))) == 1


def test_a_rate_is_learnt_from_what_was_seen():
    given = {"prior": {"shape": 0.5, "rate": 0}, "events": 0, "years": 10, "ask": ["mean", "sd", "p_none_next_year"]}
    got = answer("rate_update", given)
    assert got["mean"] == pytest.approx(0.05)
    assert got["p_none_next_year"] == pytest.approx((10 / 11) ** 0.5)


@pytest.mark.parametrize(
    "change",
    [{"events": -1}, {"years": "5"}, {"prior": {"shape": 2}}, {"prior": {"shape": 0, "rate": 0}}, {"ask": ["mode"]}],
)
def test_a_rate_update_that_makes_no_sense_is_refused(change):
    given = {"prior": {"shape": 2, "rate": 4}, "events": 0, "years": 5, "ask": ["mean"], **change}
    with pytest.raises(CaseError, match="case x: "):
        answer("rate_update", given)


def test_a_severity_tells_its_own_parameters():
    pert = {"kind": "pert", "low": 10, "mode": 20, "high": 100, "gamma": 4}
    got = answer("severity", {"severity": pert, "ask": ["alpha", "beta", "mean", "sd", "median", "skewness"]})
    assert got["mean"] == pytest.approx(31.666667)
    assert got["alpha"] + got["beta"] == pytest.approx(6)
    with pytest.raises(CaseError, match="mu is not known"):
        answer("severity", {"severity": pert, "ask": ["mu"]})


def test_results_are_plain_json():
    document = one("loss", changed(["ask"], {"var": [0.9], "mean_by_risk": True, "cdf": [3]}))
    assert json.loads(json.dumps(solve(document), allow_nan=False)) == solve(document)


def test_importing_the_engine_loads_no_scipy():
    code = "import sys, alcaide.engine, alcaide.engine.solve, alcaide.engine.loss; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
