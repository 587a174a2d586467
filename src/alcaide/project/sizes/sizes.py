"""How large the made organizations are."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How many of each a made organization holds."""

    name: str
    people: int
    units: int
    places: int
    assets: int
    findings: int
    checks: int
    """Different checks of the network scanner."""
    flaws: int
    """Different flaws in packages."""
    measures: int
    scenarios: int
    estimated: int
    """Scenarios that have all their ranges; the run prices these, and names the others."""
    through_flaws: int
    """Scenarios that open findings make more frequent."""
    batches: int
    """Into how many reports each round of scans is split."""
    decisions: int
    """Exceptions and the like, in every state."""
    verdicts: int
    """Flaws that reports themselves say are none."""
    doubts: int
    """Targets of scans that may be more than one asset."""
    tolerances: int
    comments: int
    taggings: int
    notices: int


# Enough of everything to try every rule of the making within a second or two.
XS = Size(
    "XS", people=60, units=9, places=20, assets=200, findings=900, checks=80, flaws=500, measures=14, scenarios=30,
    estimated=28, through_flaws=3, batches=1, decisions=24, verdicts=20, doubts=6, tolerances=6,
    comments=20, taggings=40, notices=20,
)  # fmt: skip
M = Size(
    "M", people=5_000, units=80, places=400, assets=10_000, findings=100_000, checks=1_500, flaws=3_000, measures=300,
    scenarios=1_000, estimated=980, through_flaws=10, batches=4, decisions=400,
    verdicts=1_000, doubts=200, tolerances=60, comments=1_000, taggings=4_000, notices=1_000,
)  # fmt: skip
L = Size(
    "L", people=20_000, units=300, places=2_500, assets=100_000, findings=1_000_000, checks=4_000, flaws=9_000,
    measures=2_000, scenarios=10_000, estimated=9_800, through_flaws=30, batches=10, decisions=3_000,
    verdicts=10_000, doubts=1_500, tolerances=300, comments=8_000, taggings=40_000, notices=8_000,
)  # fmt: skip
SIZES = {size.name: size for size in (M, L)}
