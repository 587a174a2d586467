"""The size of one shared event: what several risks lose together."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alcaide.engine.loss.arrays import FloatArray
from alcaide.engine.loss.atoms import Discrete
from alcaide.engine.loss.cubic import hermite, hermite_slope
from alcaide.engine.loss.severity import Severity

_GAUSS_X, _GAUSS_W = np.polynomial.legendre.leggauss(12)
_LOW_W, _HIGH_W, _STEP_W = -40.0, 80.0, 0.02  # the table's reach in ln(u / (1 - u)): chances from 4e-18 to 2e-35
_MOST_ATOMS = 200_000


@dataclass(frozen=True, eq=False)
class Tabulated(Severity):
    """A size known by E min(X, d) and P(X > d) at rising sums d, and by its first three raw moments.

    Between the sums a cubic through value and slope: the error falls with the fourth power of their distance.
    """

    at: FloatArray
    capped: FloatArray
    passed: FloatArray
    moments: tuple[float, float, float]

    def moment(self, order: int) -> float:
        return 1.0 if order == 0 else self.moments[order - 1]

    def limited(self, at: FloatArray) -> FloatArray:
        inside = hermite(self.at, self.capped, self.passed, at=np.clip(at, self.at[0], self.at[-1]))
        # below the table every event passes; above it the tail is under the arithmetic's grain
        return np.asarray(inside + np.minimum(at - self.at[0], 0.0) + np.maximum(at - self.at[-1], 0) * self.passed[-1])

    def above(self, order: int, at: FloatArray) -> FloatArray:
        if order:
            raise NotImplementedError("a tabulated size knows only the chance of passing a sum")
        inside = np.clip(at, self.at[0], self.at[-1])
        slope = np.clip(hermite_slope(self.at, self.capped, self.passed, at=inside), 0.0, 1.0)
        return np.where(at < self.at[0], 1.0, np.where(at > self.at[-1], self.passed[-1], slope))

    def quantile(self, share: FloatArray) -> FloatArray:
        return np.interp(share, 1 - self.passed, self.at)


def comonotone(members: Sequence[Severity]) -> Severity:
    """Sum of sizes that all move with one uniform draw: X = Q1(U) + ... + Qn(U).

    members: sizes of the risks hit.  Returns a discrete kind if all are on a lattice, else a tabulated one.

    Notes
    -----
    For sums moved by one draw, E min(X, d) is the sum of E min(Xi, di) with di = Qi(u) and Q1(u) + ... = d, so the
    table is exact at its nodes (Dhaene, Denuit, Goovaerts, Kaas, Vyncke 2002, theorem 6).
    """
    if len(members) == 1:
        return members[0]
    if all(isinstance(m, Discrete) for m in members):
        return _step_by_step([m for m in members if isinstance(m, Discrete)])
    return _table(members)


def _step_by_step(members: Sequence[Discrete]) -> Discrete:
    cuts = np.unique(np.concatenate([m.steps for m in members]))
    cuts = cuts[np.concatenate([np.diff(cuts) > 1e-12, [True]])]
    middles = cuts - np.diff(cuts, prepend=0.0) / 2
    sizes = np.sum([m.quantile(middles) for m in members], axis=0)
    return Discrete(tuple(sizes.tolist()), tuple(np.diff(cuts, prepend=0.0).tolist()))


def _jumps(members: Sequence[Severity]) -> FloatArray:
    steps = [m.steps[:-1] for m in members if isinstance(m, Discrete)]
    return np.unique(np.concatenate(steps)) if steps else np.zeros(0)


def _table(members: Sequence[Severity]) -> Tabulated:
    w = np.arange(_LOW_W, _HIGH_W, _STEP_W)
    jumps = _jumps(members)
    where = np.concatenate([w, np.log(jumps) - np.log1p(-jumps), np.log(jumps) - np.log1p(-jumps)])
    after = np.concatenate([np.zeros(w.size + jumps.size, bool), np.ones(jumps.size, bool)])
    order = np.lexsort((after, where))
    where, after = where[order], after[order]
    parts = np.array([_quantiles(m, where, after) for m in members])
    total = parts.sum(axis=0)
    keep = np.concatenate([[True], np.diff(np.maximum.accumulate(total)) > 1e-13 * np.abs(total[1:])])
    capped = np.sum([m.limited(part) for m, part in zip(members, parts, strict=True)], axis=0)
    passed = np.exp(-np.logaddexp(0.0, where))
    return Tabulated(total[keep], capped[keep], passed[keep], _joint_moments(members))


def _quantiles(member: Severity, where: FloatArray, after: FloatArray) -> FloatArray:
    low, high = np.exp(-np.logaddexp(0.0, -where)), np.exp(-np.logaddexp(0.0, where))
    if isinstance(member, Discrete):
        return np.where(after, member.quantile_after(low), member.quantile(low))
    under = where < 0
    out = np.empty(where.size)
    out[under], out[~under] = member.quantile(low[under]), member.upper_quantile(high[~under])
    return out


def _nodes(members: Sequence[Severity]) -> tuple[FloatArray, FloatArray]:
    """Gauss nodes in w = ln(u / (1 - u)), cut at every jump, with the weights of du."""
    jumps = _jumps(members)
    cuts = np.unique(np.concatenate([np.arange(_LOW_W, 700.0, 1.0), np.log(jumps) - np.log1p(-jumps)]))
    half = np.diff(cuts) / 2
    w = (cuts[:-1] + half)[:, None] + half[:, None] * _GAUSS_X
    log_density = -np.logaddexp(0.0, w) - np.logaddexp(0.0, -w)
    return w.ravel(), (half[:, None] * _GAUSS_W * np.exp(log_density)).ravel()


def comonotone_product(members: Sequence[Severity]) -> float:
    """E of the product of sizes that move with one draw; inf where it does not exist.

    members: two or three sizes.
    """
    if not all(math.isfinite(m.moment(len(members))) for m in members):
        return math.inf
    w, weight = _nodes(members)
    none = np.zeros(w.size, bool)
    return math.fsum(weight * np.prod([_quantiles(m, w, none) for m in members], axis=0))


def _joint_moments(members: Sequence[Severity]) -> tuple[float, float, float]:
    first = math.fsum(m.mean for m in members)
    w, weight = _nodes(members)
    none = np.zeros(w.size, bool)
    total = np.sum([_quantiles(m, w, none) for m in members], axis=0)
    higher = [
        math.fsum(weight * total**order) if all(math.isfinite(m.moment(order)) for m in members) else math.inf
        for order in (2, 3)
    ]
    return first, higher[0], higher[1]


def discrete_sum(members: Sequence[Discrete]) -> Discrete | None:
    """Sum of independent sizes on lattices, or None where it would have too many values."""
    sizes, chances = np.zeros(1), np.ones(1)
    for member in members:
        values, shares = member.atoms
        if sizes.size * values.size > _MOST_ATOMS:
            return None
        sizes, where = np.unique(np.add.outer(sizes, values).ravel(), return_inverse=True)
        joint = np.multiply.outer(chances, shares).ravel()
        chances = np.zeros(sizes.size)
        np.add.at(chances, where, joint)
    return Discrete(tuple(sizes.tolist()), tuple(chances.tolist()))


def sum_moments(members: Sequence[Severity]) -> tuple[float, float, float]:
    """First three raw moments of a sum of independent sizes."""
    first = math.fsum(m.mean for m in members)
    if not all(math.isfinite(m.moment(2)) for m in members):
        return first, math.inf, math.inf
    second = math.fsum(m.variance for m in members) + first**2
    if not all(math.isfinite(m.moment(3)) for m in members):
        return first, second, math.inf
    third = math.fsum(m.moment(3) for m in members)
    for a, b in itertools.permutations(members, 2):
        third += 3 * a.moment(2) * b.mean
    for a, b, c in itertools.combinations(members, 3):
        third += 6 * a.mean * b.mean * c.mean
    return first, second, third
