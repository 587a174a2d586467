"""The engine against a plain simulation that shares no code with it: four standard errors."""

import numpy as np
import pytest

from alcaide.engine.loss.cases import solve_loss

YEARS = 60_000


def draw(size, u):
    """Sizes at these uniforms, by the quantile function or by a sampler of the same law."""
    kind = size["kind"]
    if kind == "fixed":
        return np.full(u.shape, float(size["value"]))
    if kind == "exponential":
        return -size["mean"] * np.log1p(-u)
    if kind == "uniform":
        return size["low"] + (size["high"] - size["low"]) * u
    if kind == "pareto":
        return size["scale"] * (1 - u) ** (-1 / size["alpha"])
    if kind in ("discrete", "empirical"):
        pmf = size.get("pmf") or {value: 1 / len(size["values"]) for value in size["values"]}
        places = np.array(sorted(float(x) for x in pmf))
        chances = np.array([pmf[x] for x in sorted(pmf, key=float)])
        return places[np.minimum(np.searchsorted(np.cumsum(chances), u), places.size - 1)]
    return np.quantile(_sample(size), u)


def _sample(size):
    rng = np.random.default_rng(5)
    if size["kind"] == "lognormal":
        return size["median"] * np.exp(size["sigma"] * rng.standard_normal(100_000))
    if size["kind"] == "gamma":
        return rng.gamma(size["shape"], size["scale"], 100_000)
    width, weight = size["high"] - size["low"], size.get("gamma", 4)
    alpha = 1 + weight * (size["mode"] - size["low"]) / width
    return size["low"] + width * rng.beta(alpha, 2 + weight - alpha, 100_000)


def exact_draw(size, n, rng):
    kind = size["kind"]
    if kind == "lognormal":
        return size["median"] * np.exp(size["sigma"] * rng.standard_normal(n))
    if kind == "gamma":
        return rng.gamma(size["shape"], size["scale"], n)
    if kind == "pert":
        width, weight = size["high"] - size["low"], size.get("gamma", 4)
        alpha = 1 + weight * (size["mode"] - size["low"]) / width
        return size["low"] + width * rng.beta(alpha, 2 + weight - alpha, n)
    return draw(size, rng.random(n))


def counts(frequency, systemic, rng):
    kind = frequency["kind"]
    if kind == "poisson":
        rate = frequency["rate"]
        rate = exact_draw(rate, YEARS, rng) if isinstance(rate, dict) else rate
        return rng.poisson(rate * systemic, YEARS)
    if kind == "bernoulli":
        return rng.binomial(1, frequency["p"], YEARS)
    if kind == "binomial":
        return rng.binomial(frequency["n"], frequency["p"], YEARS)
    if kind == "negative_binomial":
        shape = frequency["shape"]
        return rng.poisson(rng.gamma(shape, frequency["mean"] / shape, YEARS))
    return rng.choice([int(k) for k in frequency["pmf"]], YEARS, p=list(frequency["pmf"].values()))


def simulate(given, seed):
    """Years of loss of a case."""
    rng = np.random.default_rng(seed)
    dependence = given.get("dependence", {})
    cv = dependence.get("systemic", {}).get("cv", 0)
    systemic = rng.gamma(1 / cv**2, cv**2, YEARS) if cv else np.ones(YEARS)
    total = np.zeros(YEARS)
    for risk in given["risks"]:
        n = counts(risk["frequency"], systemic, rng)
        year = np.repeat(np.arange(YEARS), n)
        total += np.bincount(year, weights=exact_draw(risk["severity"], year.size, rng), minlength=YEARS)
    sizes = {risk["id"]: risk["severity"] for risk in given["risks"]}
    for shock in dependence.get("shocks", []):
        year = np.repeat(np.arange(YEARS), rng.poisson(shock["rate"] * systemic))
        u = rng.random(year.size)
        for hit in shock["hits"]:
            alone = shock["severities"] == "independent"
            size = exact_draw(sizes[hit], year.size, rng) if alone else draw(sizes[hit], u)
            total += np.bincount(year, weights=size, minlength=YEARS)
    return total


def risk(name, frequency, severity):
    return {"id": name, "frequency": frequency, "severity": severity}


POISSON = {"kind": "poisson", "rate": 1.3}
EXPONENTIAL = {"kind": "exponential", "mean": 40.0}
LOGNORMAL = {"kind": "lognormal", "median": 60.0, "sigma": 1.1}
CASES = {
    "every severity": [
        risk("a", POISSON, LOGNORMAL),
        risk("b", {"kind": "poisson", "rate": 0.4}, {"kind": "pareto", "scale": 30, "alpha": 2.6}),
        risk("c", {"kind": "poisson", "rate": 0.7}, {"kind": "pert", "low": 10, "mode": 30, "high": 90}),
        risk("d", {"kind": "poisson", "rate": 0.2}, {"kind": "uniform", "low": 5, "high": 400}),
        risk("e", {"kind": "poisson", "rate": 0.9}, {"kind": "gamma", "shape": 0.6, "scale": 80}),
        risk("f", {"kind": "poisson", "rate": 0.3}, {"kind": "empirical", "values": [12.5, 18.75, 200, 47.25]}),
    ],
    "every frequency": [
        risk("a", {"kind": "bernoulli", "p": 0.97}, EXPONENTIAL),
        risk("b", {"kind": "binomial", "n": 6, "p": 0.3}, {"kind": "fixed", "value": 25.5}),
        risk("c", {"kind": "negative_binomial", "mean": 2, "shape": 0.4}, LOGNORMAL),
        risk("d", {"kind": "counts", "pmf": {"0": 0.5, "1": 0.2, "9": 0.3}}, {"kind": "discrete", "pmf": {"3": 1}}),
    ],
    "uncertain rates": [
        risk("a", {"kind": "poisson", "rate": {"kind": "lognormal", "median": 0.8, "sigma": 1.2}}, EXPONENTIAL),
        risk("b", {"kind": "poisson", "rate": {"kind": "gamma", "shape": 2, "scale": 0.7}}, LOGNORMAL),
        risk("c", {"kind": "poisson", "rate": {"kind": "pert", "low": 0.1, "mode": 4, "high": 12}}, EXPONENTIAL),
        risk(
            "d", {"kind": "poisson", "rate": {"kind": "uniform", "low": 0, "high": 1}}, {"kind": "fixed", "value": 90}
        ),
        risk("e", {"kind": "poisson", "rate": {"kind": "pareto", "scale": 0.2, "alpha": 2.5}}, EXPONENTIAL),
        risk("f", {"kind": "poisson", "rate": {"kind": "empirical", "values": [0, 0.5, 2]}}, EXPONENTIAL),
    ],
}
SYSTEMIC = {"systemic": {"kind": "gamma", "cv": 0.6}}
SHOCKS = {
    "shocks": [
        {"rate": 0.3, "hits": ["a", "b"], "severities": "comonotone"},
        {"rate": 0.2, "hits": ["b", "c", "d"], "severities": "independent"},
    ]
}
SETTINGS = [
    (name, words, dependence)
    for name in CASES
    for words, dependence in (("alone", {}), ("systemic", SYSTEMIC), ("both", {**SYSTEMIC, **SHOCKS}))
]


@pytest.mark.parametrize(("name", "words", "dependence"), SETTINGS, ids=[f"{n} {w}" for n, w, _ in SETTINGS])
@pytest.mark.slow
def test_chances_and_means_agree_with_a_simulation(name, words, dependence):
    given = {"risks": CASES[name], "dependence": dependence}
    years = simulate(given, seed=len(name) + len(words))
    at = [0.0, *np.quantile(years, [0.05, 0.3, 0.5, 0.8, 0.95, 0.99, 0.999]).tolist()]
    got = solve_loss({**given, "ask": {"mean": True, "sd": True, "exceedance": at, "tvar": [0.9]}})
    assert abs(years.mean() - got["mean"]) < 4 * got["sd"] / YEARS**0.5
    for x in at:
        chance = got["exceedance"][str(x)]
        assert abs((years > x).mean() - chance) < 4 * np.sqrt(chance * (1 - chance) / YEARS) + 1e-9
    worst = np.sort(years)[-YEARS // 10 :]
    assert abs(worst.mean() - got["tvar"]["0.9"]) < 6 * worst.std() / worst.size**0.5


LAYERS = [
    {"occurrence": {"attachment": 50, "limit": 200}},
    {"aggregate": {"attachment": 120, "limit": 500}},
    {"aggregate": {"attachment": 300, "limit": None}},
    {"occurrence": {"attachment": 20, "limit": 150}, "aggregate": {"attachment": 30, "limit": 400}},
]


@pytest.mark.parametrize("insurance", LAYERS)
@pytest.mark.parametrize("name", ["every severity", "every frequency"])
def test_what_a_policy_pays_agrees_with_a_simulation(name, insurance):
    rng = np.random.default_rng(3)
    each, year_layer = (insurance.get(k, {"attachment": 0, "limit": None}) for k in ("occurrence", "aggregate"))
    paid = np.zeros(YEARS)
    for one in CASES[name]:
        year = np.repeat(np.arange(YEARS), counts(one["frequency"], 1.0, rng))
        paid += np.bincount(year, pays(exact_draw(one["severity"], year.size, rng), each), minlength=YEARS)
    paid = pays(paid, year_layer)
    ask = {"ceded_mean": True, "ceded_sd": True, "retained_mean": True, "mean": True}
    got = solve_loss({"risks": CASES[name], "insurance": insurance, "ask": ask})
    assert abs(paid.mean() - got["ceded_mean"]) < 4 * got["ceded_sd"] / YEARS**0.5
    spread = np.abs(paid - paid.mean()) ** 2
    assert abs(spread.mean() - got["ceded_sd"] ** 2) < 4 * spread.std() / YEARS**0.5
    assert got["retained_mean"] == pytest.approx(got["mean"] - got["ceded_mean"])


def pays(x, layer):
    limit = np.inf if layer["limit"] is None else layer["limit"]
    return np.clip(x - layer["attachment"], 0, limit)


@pytest.mark.parametrize("severities", ["independent", "comonotone"])
def test_a_shock_is_one_event_to_a_policy(severities):
    rng = np.random.default_rng(11)
    risks = [risk("a", {"kind": "poisson", "rate": 0.5}, EXPONENTIAL), risk("b", POISSON, LOGNORMAL)]
    shock = {"rate": 0.8, "hits": ["a", "b"], "severities": severities}
    layer = {"attachment": 80, "limit": 300}
    paid = np.zeros(YEARS)
    for one in risks:
        year = np.repeat(np.arange(YEARS), counts(one["frequency"], 1.0, rng))
        paid += np.bincount(year, pays(exact_draw(one["severity"], year.size, rng), layer), minlength=YEARS)
    year = np.repeat(np.arange(YEARS), rng.poisson(0.8, YEARS))
    z = rng.standard_normal(year.size)
    u = rng.random(year.size) if severities == "independent" else norm_cdf(z)
    event = draw(EXPONENTIAL, u) + 60.0 * np.exp(1.1 * z)
    paid += np.bincount(year, pays(event, layer), minlength=YEARS)
    given = {"risks": risks, "dependence": {"shocks": [shock]}, "insurance": {"occurrence": layer}}
    got = solve_loss({**given, "ask": {"ceded_mean": True, "ceded_sd": True}})
    assert abs(paid.mean() - got["ceded_mean"]) < 4 * got["ceded_sd"] / YEARS**0.5
    assert paid.std() == pytest.approx(got["ceded_sd"], rel=0.02)


def norm_cdf(z):
    order = np.argsort(np.argsort(z))
    return (order + 0.5) / z.size
