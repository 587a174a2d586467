"""Time and accuracy of the loss engine, as ratios within one run: the machine's own speed cancels.

    python bench/loss.py [--all]

Prints CPU seconds, each beside the time of one fixed piece of NumPy work (the unit), and what it must hold.
Exits 1 if a figure that does not depend on the machine is missed.
"""

import subprocess
import sys
import time

import numpy as np

SCENARIOS = 1000
STREAMS = 60
HELD = {200: 5.0, 1000: 30.0, 10_000: 120.0}
"""CPU seconds in which the figures of so many scenarios must stand."""
COLD = """
import time
start = time.process_time()
import numpy as np
numpy_s = time.process_time() - start
from loss import portfolio
from alcaide.engine.loss import prepare, Lognormal
rates, sizes = portfolio(Lognormal)
prepare(sizes).curve(rates).var(0.99)
print(numpy_s, time.process_time() - start)
"""


def cpu_s(work, repeats=1):
    """Least CPU seconds of one run of work."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def unit_s():
    """The unit: four million exponentials and a real transform of a million points."""
    x = np.linspace(0.0, 1.0, 1 << 20)
    return cpu_s(lambda: (np.exp(-x), np.exp(-x), np.exp(-x), np.exp(-x), np.fft.rfft(x)), repeats=5)


def portfolio(lognormal):
    """A thousand scenarios with sure rates, sizes from thousands to thousands of millions."""
    rng = np.random.default_rng(7)
    rates = np.exp(rng.normal(-2.5, 1.3, SCENARIOS))
    mu, sigma = rng.normal(11.5, 1.5, SCENARIOS), rng.uniform(0.6, 1.7, SCENARIOS)
    return rates, [lognormal(float(m), float(s)) for m, s in zip(mu, sigma, strict=True)]


def cold_s():
    """CPU seconds of a fresh process up to its first figure: those of importing NumPy, and all."""
    ran = subprocess.run(  # noqa: S603 - this interpreter, on code that stands above
        [sys.executable, "-c", COLD], check=True, capture_output=True, text=True, cwd=sys.path[0]
    )
    numpy_s, all_s = ran.stdout.split()
    return float(numpy_s), float(all_s)


def streams(stream, factor):
    """Sixty beliefs, a third of them held down by one measure."""
    rng = np.random.default_rng(0)
    rates, losses = 10 ** rng.uniform(-2, 0.5, STREAMS), 10 ** rng.uniform(3, 6, STREAMS)
    left = factor("measure", 0.2, 0.6)
    return [
        stream(f"s{i}", float(r), float(r * 8), float(x), float(x * 30), weight=10, factors=(left,) if i % 3 else ())
        for i, (r, x) in enumerate(zip(rates, losses, strict=True))
    ]


def inputs(count):
    """Inputs of a run: a third comes through flaws too, half is held down by a measure of its own."""
    rng = np.random.default_rng(3)
    found = []
    for i in range(count):
        often, size = 10 ** rng.uniform(-2.5, 0.3), 10 ** rng.uniform(3.3, 5.8)
        host = {"uid": f"h{i}", "name": f"h{i}", "reach": "internal", "low": 0.2, "high": 0.9, "flaws": 3}
        left = {"measure": "m", "draw": f"m>{i}", "name": "M", "low": 0.3, "high": 0.8}
        found.append({
            "uid": f"s{i}", "draw": f"s{i}", "unit": f"u{i % 12}", "name": f"s{i}", "area": "digital",
            "frequency": believed(often, often * rng.uniform(3, 12)), "loss": believed(size, size * rng.uniform(5, 60)),
            "through_flaw": None if i % 3 else believed(0.005, 0.1), "harm": None,
            "pressure": None if i % 3 else [host], "clean": [], "in_place": [] if i % 2 else [left],
        })  # fmt: skip
    return {
        "schema": "alcaide.run/2", "currency": "EUR", "seed": 7, "shared_swing": 0.25, "scenarios": found,
        "appetite": {"limit": 2e5 * count, "chance": 0.05}, "measures": [], "links": [], "unpriced": [], "budget": None,
    }  # fmt: skip


def believed(low, high):
    """An estimate as a run holds it."""
    return {"low": low, "high": high, "basis": "judgement", "observations": 6.0, "estimate": "e"}


def at_size(counts):
    """CPU seconds of all figures of so many scenarios, and of asking each whether it can be priced."""
    from alcaide.risk.pricing import price_portfolio, refusal  # noqa: PLC0415 - their loading is not measured

    for count in counts:
        given = inputs(count)
        asked = cpu_s(lambda given=given: [refusal(each) for each in given["scenarios"]])
        yield count, cpu_s(lambda given=given: price_portfolio(given)), asked


def main():
    """Print the table.  `--all` also prices 10,000 scenarios, which takes minutes."""
    from alcaide.engine.loss import Factor, Lognormal, Stream, prepare, price  # noqa: PLC0415 - its time is measured

    unit = unit_s()
    rates, sizes = portfolio(Lognormal)
    ready = prepare(sizes)
    ready.curve(rates)
    warm = cpu_s(lambda: ready.curve(rates * 1.01).var(0.99), repeats=20)
    numpy_s, all_s = cold_s()
    believed = streams(Stream, Factor)
    priced = {cv: cpu_s(lambda cv=cv: price(believed, systemic_cv=cv, seed=1)) for cv in (0.0, 0.4)}
    coarse, fine = (ready.curve(rates, points=1 << k).var(0.99) for k in (13, 18))
    change = abs(coarse / fine - 1)
    rows = [
        ("curve of 1,000 scenarios, warm", warm, "25 ms"),
        ("the same, cold, from the start of the process", all_s, "0.6 s beyond NumPy"),
        ("  of which importing NumPy", numpy_s, ""),
        ("price of 60 streams, 200 draws", priced[0.0], "3 s"),
        ("the same under a systemic factor", priced[0.4], "3 s"),
    ]
    print(f"{'what':48} {'CPU s':>9} {'units':>9}  hold")
    for what, spent, hold in rows:
        print(f"{what:48} {spent:9.4f} {spent / unit:9.2f}  {hold}")
    for count, spent, asked in at_size([count for count in HELD if count < 10_000 or "--all" in sys.argv]):
        what = f"all figures of {count:,} scenarios, 200 draws"
        print(f"{what:48} {spent:9.2f} {spent / unit:9.0f}  {HELD[count]:.0f} s; {spent / warm:,.0f} x the curve")
        print(f"{'  asking each whether it can be priced':48} {asked:9.3f} {asked / unit:9.2f}")
    print(f"one unit is {unit:.4f} s")
    print(f"VaR 99 % changes by {change:.1e} between 2^13 and 2^18 points; hold 5e-5")
    return int(change > 5e-5)


if __name__ == "__main__":
    sys.exit(main())
