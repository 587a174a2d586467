"""Risks of few events a year, followed event by event; thousands of rare ones are mixed over the factor as one.

Given the systemic factor g, a risk with an uncertain rate R has n events with chance p(n | g) = E e^(-gR) (gR)^n / n!,
and its transform is the sum of p(n | g) E phi^n, over the belief on its sizes. For rare risks the sum of the logarithms
of their transforms is smooth in g: it is worked out at a few values of g and read at all others.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from alcaide.engine.loss.arrays import ComplexArray, FloatArray
from alcaide.engine.loss.ladder import Factor
from alcaide.engine.loss.severity import Lognormal, Severity

Regimes = tuple[tuple[float, Severity], ...]
Each = Callable[[Sequence[Severity]], ComplexArray]

_MOST_EVENTS = 96
_BEYOND = 1e-9  # chance of more events than are followed, in a year as bad as one in ten thousand
_BAD = 1e-4
_SCORES = np.linspace(-8.0, 8.0, 129)
_NODES = 10
_RARE = 4.0  # events in the worst year of the factor up to which the logarithm is smooth enough to be read
_MOST_NUMBERS = 4096  # chances of a risk that is not rare: beyond, a ladder costs less
_TURN = 1.5  # a product of several turns by less than this from one node to the next


@dataclass(frozen=True)
class Few:
    """A risk with its chances of 0, 1, 2, … events at points of the factor: (points, events + 1)."""

    regimes: Regimes
    chances: FloatArray
    mean: float
    """Events a year."""


class Pool:
    """Risks of few events under one factor."""

    def __init__(self, factor: Factor) -> None:
        self._values = factor.values
        self.nodes, self._lift = _nodes(self._values)
        place = int(np.searchsorted(np.cumsum(factor.weights), 1 - _BAD))
        self._bad = float(self._values[min(place, self._values.size - 1)])
        self._widest = float(np.diff(self.nodes, prepend=0.0).max())
        self._rare: list[Few] = []
        self._straight: list[Few] = []

    @property
    def size(self) -> int:
        """How many risks are held."""
        return len(self._rare) + len(self._straight)

    def take(self, rate: float | Severity, regimes: Regimes) -> bool:
        """Take a risk in, if its events in a bad year are few enough to be followed one by one."""
        mean = rate.mean if isinstance(rate, Severity) else rate
        is_rare = mean * float(self._values[-1]) <= _RARE
        chances = _chances(rate, self.nodes if is_rare else self._values, bad=self._bad)
        if chances is None or not (is_rare or chances.size <= _MOST_NUMBERS):
            return False
        (self._rare if is_rare else self._straight).append(Few(regimes, chances, mean))
        return True

    def alone(self, rate: float | Severity, regimes: Regimes) -> Few | None:
        """A risk with its chances at every value of the factor, None where its events are too many."""
        chances = _chances(rate, self._values, bad=self._bad)
        mean = rate.mean if isinstance(rate, Severity) else rate
        return None if chances is None or chances.size > _MOST_NUMBERS else Few(regimes, chances, mean)

    def rare(self, rate: float | Severity, regimes: Regimes) -> Few | None:
        """A risk with its chances at the nodes of the factor, None where its events are too many for these few."""
        mean = rate.mean if isinstance(rate, Severity) else rate
        chances = _chances(rate, self.nodes, bad=self._bad) if mean * float(self._values[-1]) <= _RARE else None
        return None if chances is None else Few(regimes, chances, mean)

    def ratio(self, new: Sequence[Few], old: Sequence[Few], each: Each, *, width: int) -> ComplexArray:
        """Transform of new rare risks over that of old ones, at each value of the factor, (values, width)."""
        more = self._logarithms(new, each, width=width) - self._logarithms(old, each, width=width)
        lifted = np.einsum("kj,jn->kn", self._lift, more.view(np.float64)).view(complex)
        return np.asarray(np.exp(lifted, out=lifted))

    def given_factor(self, each: Each, *, power: ComplexArray) -> ComplexArray:
        """Transform of all these risks and of what else has this exponent, at each value of the factor.

        each: gives the transforms of some sizes, (sizes, width).  power: (values, width), overwritten.
        """
        if self._rare:
            power += np.einsum("kj,jn->kn", self._lift, self._logarithms(self._rare, each, width=power.shape[1]))
        total = np.exp(power, out=power)
        for few in self._straight:
            total *= transform_of(few, each([size for _, size in few.regimes]))
        return total

    def _logarithms(self, rare: Sequence[Few], each: Each, *, width: int) -> ComplexArray:
        """Sum of the logarithms of rare risks at the nodes of the factor, (nodes, width)."""
        total = np.zeros((self.nodes.size, width), complex)
        product, turn = np.ones_like(total), 0.0
        for few in rare:
            own = few.mean * self._widest
            if turn and turn + own > _TURN:
                total += _logarithm(product, self.nodes)
                product[:], turn = 1.0, 0.0
            product *= transform_of(few, each([size for _, size in few.regimes]))
            turn += own
        total += _logarithm(product, self.nodes)
        return total


def transform_of(few: Few, sizes: ComplexArray) -> ComplexArray:
    """Transform of one risk at its points of the factor, (points, width)."""
    shares = np.array([share for share, _ in few.regimes])
    events = few.chances.shape[1]
    together = np.empty((events, sizes.shape[1]), complex)
    together[0] = 1.0
    power = sizes * shares[:, None]
    power.sum(axis=0, out=together[1])
    for n in range(2, events):
        power *= sizes
        power.sum(axis=0, out=together[n])
    # real chances on the pairs of reals are half the work; not BLAS, whose sums may depend on the number of threads
    return np.asarray(np.einsum("jn,nk->jk", few.chances, together.view(np.float64)).view(complex))


def _logarithm(product: ComplexArray, nodes: FloatArray) -> ComplexArray:
    """Logarithm at the nodes of the factor on the branch that is nothing where the factor is.  (nodes, width)."""
    found = np.log(product)
    angle, turn = found.imag, 2 * math.pi
    angle[0] -= turn * np.rint(angle[0] / turn)
    for j in range(1, nodes.size):
        # the angle grows nearly as the factor does
        angle[j] += turn * np.rint((angle[j - 1] * (nodes[j] / nodes[j - 1]) - angle[j]) / turn)
    return np.asarray(found)


def _chances(rate: float | Severity, nodes: FloatArray, *, bad: float) -> FloatArray | None:
    """Chances of each number of events at each node; None where too many would have to be followed.

    The chance of more is put on the last number, so that the chances add up to 1.
    """
    if isinstance(rate, Lognormal):
        rates = np.exp(rate.mu + rate.sigma * _SCORES)
        weights = np.exp(-(_SCORES**2) / 2)
        weights /= weights.sum()
    elif isinstance(rate, Severity):
        return None
    else:
        rates, weights = np.array([rate]), np.ones(1)
    level = np.concatenate([nodes, [bad]])[:, None] * rates
    here = np.exp(-level) * weights
    rows = [here.sum(axis=1)]
    held = rows[0].copy()
    while 1 - held[-1] > _BEYOND:
        if len(rows) > _MOST_EVENTS:
            return None
        here = here * (level / len(rows))
        rows.append(here.sum(axis=1))
        held += rows[-1]
    if len(rows) == 1:
        rows.append(np.zeros_like(held))
    found = np.stack(rows, axis=1)[:-1]
    found[:, -1] += np.maximum(1 - found.sum(axis=1), 0.0)
    return found


def _nodes(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Chebyshev nodes over the factor's values, and what carries a function from them to all values.

    The function is nothing at 0, so it is its ratio to the factor that is interpolated.
    Returns (nodes,) and (values, nodes).
    """
    if values.size <= _NODES:
        return values, np.eye(values.size)
    low, high = float(values[0]), float(values[-1])
    angle = (np.arange(_NODES) + 0.5) * math.pi / _NODES
    root = (math.sqrt(low) + math.sqrt(high)) / 2 - (math.sqrt(high) - math.sqrt(low)) / 2 * np.cos(angle)
    nodes, signs = root**2, (-1.0) ** np.arange(_NODES) * np.sin(angle)
    gap = np.sqrt(values)[:, None] - root
    exact = gap == 0
    parts = signs / np.where(exact, 1.0, gap)
    parts = np.where(exact.any(axis=1, keepdims=True), exact.astype(float), parts)
    lagrange = parts / parts.sum(axis=1, keepdims=True)
    return nodes, lagrange * values[:, None] / nodes
