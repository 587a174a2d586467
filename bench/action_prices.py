"""Times what a run spends on pricing actions, with the engine alone: no database, no page.

    python bench/action_prices.py [--scenarios 10000] [--hosts 100000] [--actions 5500]

Each scenario reaches 50 hosts, each hundredth 5,000; each host is touched by six actions. Prints one JSON object with
seconds of processor and megabytes.
"""

import argparse
import json
import resource
import time
from collections.abc import Iterator
from typing import Any

from alcaide.risk.pricing import Touch, removed_by

TOUCHES, FEW, MANY = 6, 50, 5_000


def main() -> None:
    """Build, price, print."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--scenarios", type=int, default=10_000)
    given.add_argument("--hosts", type=int, default=100_000)
    given.add_argument("--actions", type=int, default=5_500)
    asked = given.parse_args()
    inputs = {"seed": 7, "scenarios": [scenario(n, asked.hosts) for n in range(asked.scenarios)]}
    before_mb = peak_mb()
    began = time.process_time()
    found = removed_by(inputs, touches(asked.hosts, asked.actions))
    spent_s = round(time.process_time() - began, 2)
    priced = sum(each.mean > 0 for each in found.values())
    told = {"actions": len(found), "priced": priced, "cpu_s": spent_s, "inputs_mb": before_mb, "peak_mb": peak_mb()}
    print(json.dumps({**vars(asked), **told}))


def scenario(n: int, hosts: int) -> dict[str, Any]:
    """Return one scenario that flaws lead to."""
    reached = MANY if n % 100 == 0 else FEW
    pressure = [
        {"uid": f"host-{(n * 37 + place * 19) % hosts}", "low": 0.1, "high": 0.4, "reach": "internal"}
        for place in range(min(reached, hosts))
    ]
    return {
        "uid": f"scenario-{n}", "area": "it", "frequency": {"low": 0.01, "high": 0.2},
        "through_flaw": {"low": 0.01, "high": 0.1}, "pressure": pressure,
        "loss": {"low": 10_000.0, "high": 900_000.0, "observations": 5},
    }  # fmt: skip


def touches(hosts: int, actions: int) -> Iterator[Touch]:
    """Yield what each action leaves on each host that it touches."""
    for host in range(hosts):
        for place in range(TOUCHES):
            yield Touch(f"action-{(host * 31 + place * 911) % actions}", f"host-{host}", 0.1, 0.4, 0.08, 0.33)


def peak_mb() -> int:
    """Return the most memory that this process held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
