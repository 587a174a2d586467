"""Linear functions that lie below a product of factors at every whole choice and touch it near a point."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product

import numpy as np

from alcaide.engine.plan.model import BoolArray, FloatArray
from alcaide.engine.plan.solver import Parts, loaded

MOST_SPLIT = 7
_SPLIT = 1e-6


@dataclass(frozen=True)
class Cut:
    """`base + slopes · x`, from below, on the share of a scenario's loss that is left."""

    base: float
    slopes: FloatArray


@dataclass(frozen=True)
class Point:
    """Where a scenario's loss is to be bounded: the factors of its d measures and how far each is chosen."""

    factors: FloatArray
    chosen: FloatArray

    @cached_property
    def has_facet(self) -> bool:
        """Whether a facet is worth its price here."""
        depth = np.minimum(self.chosen, 1.0 - self.chosen)
        return bool((depth > _SPLIT).sum() <= MOST_SPLIT or (self.factors == 0).any())

    @cached_property
    def split(self) -> BoolArray:
        """(d,) the measures chosen in part; of too many, those nearest to a half."""
        depth = np.minimum(self.chosen, 1.0 - self.chosen)
        depth[np.argsort(-depth, kind="stable")[MOST_SPLIT:]] = 0.0
        return depth > _SPLIT

    @cached_property
    def inside(self) -> BoolArray:
        """(d,) the measures taken as chosen."""
        return ~self.split & (self.chosen > 0.5)

    @cached_property
    def corners(self) -> tuple[BoolArray, FloatArray]:
        """The whole choices of the split measures, and the share of the loss that each leaves."""
        corners = cube(int(self.split.sum()))
        left = np.where(corners, self.factors[self.split], 1.0).prod(axis=1)
        return corners, left * self.factors[self.inside].prod()


def cuts_of(point: Point, facet: Cut | None) -> tuple[Cut, ...]:
    """Bounds for one scenario, as tight at its point as whole choices allow.

    Parameters
    ----------
    point : Point
        d factors and how far each measure is chosen.
    facet : Cut or None
        As `facets_of` gives it.

    Returns
    -------
    tuple of Cut
        Two lifted facets and the tangent, as far as they exist.

    Notes
    -----
    For one scenario g(x) = Π f_j^x_j. Over the measures R that are chosen in part, the bound is a facet of the convex
    envelope of g, the others as they stand; with c = g(chosen ones E), l the facet and L its largest value on the
    cube, the rest is lifted, first the open ones and then E, or the other way round:

    l - Σ_{j open} (1 - f_j) L x_j + Σ_{j∈E} (1/f_j - 1) g(all) (1 - x_j)

    l - Σ_{j open} (1 - f_j) min(1, L + Σ_E h) x_j + Σ_{j∈E} h_j (1 - x_j),  h_j = (1/f_j - 1) c g(R)

    Both hold because savings shrink as measures join. Where no factor is 0 the tangent of exp(Σ x_j ln f_j) is given
    too: with many measures it is the tightest.

    References
    ----------
    Rikun (1997), A convex envelope formula for multilinear functions, J. Global Optimization 10, p. 425-437;
    Nemhauser, Wolsey (1981), Maximizing submodular set functions, Annals of Discrete Mathematics 11, p. 279-301;
    Duran, Grossmann (1986), Math. Programming 36, p. 307-339 (tangents of a convex objective).

    Examples
    --------
    >>> point = Point(np.array([0.5, 0.2]), np.array([1.0, 0.0]))
    >>> cuts_of(point, Cut(0.5, np.zeros(0)))[0]
    Cut(base=0.6, slopes=array([-0.1, -0.4]))
    """
    cuts = [] if facet is None else [*_lifted(point, facet)]
    if (point.factors > 0).all():
        logs = np.log(point.factors)
        value = float(np.exp(logs @ point.chosen))
        cuts.append(Cut(value * (1.0 - float(logs @ point.chosen)), value * logs))
    return tuple(cuts)


def facets_of(points: Sequence[Point]) -> tuple[list[Cut | None], float]:
    """The facet of each point's envelope over its measures chosen in part, and the solver's seconds.

    None where a tangent serves better: too many measures are chosen in part, and no factor is 0.
    """
    parts = Parts()
    starts = [_corner_rows(parts, point) if point.has_facet else -1 for point in points]
    solver = loaded(parts)
    solver.run()
    dual = np.array(solver.getSolution().row_dual)
    facets: list[Cut | None] = []
    for point, start in zip(points, starts, strict=True):
        slopes = dual[start + 1 : start + 1 + point.split.sum()]
        facets.append(Cut(_safe_base(point, slopes), slopes) if point.has_facet else None)
    return facets, float(solver.getRunTime())


@cache
def cube(size: int) -> BoolArray:
    """(2^size, size) all combinations."""
    return np.array(list(product([False, True], repeat=size)), dtype=bool).reshape(2**size, size)


def _lifted(point: Point, facet: Cut) -> Iterator[Cut]:
    split, inside = point.split, point.inside
    open_ = ~split & ~inside
    here = float(point.factors[inside].prod())
    if here == 0:
        return
    saved = 1.0 - point.factors
    lost = np.where(inside, saved / np.where(inside, point.factors, 1.0), 0.0)
    top = facet.base + float(np.maximum(facet.slopes, 0.0).sum())
    for is_open_first in (True, False):
        kept = split | open_ if is_open_first else split
        regained = lost * here * float(point.factors[kept].prod())
        level = top if is_open_first else min(1.0, top + float(regained.sum()))
        slopes = np.where(open_, -saved * level, -regained)
        slopes[split] = facet.slopes
        yield Cut(facet.base + float(regained.sum()), slopes)


def _corner_rows(parts: Parts, point: Point) -> int:
    start = len(parts.low)
    corners, shares = point.corners
    weights = parts.columns(shares, 1.0)
    parts.row(weights, np.ones(len(weights)), low=1.0, high=1.0)
    for level, is_on in zip(point.chosen[point.split], corners.T, strict=True):
        parts.row(weights[is_on], np.ones(is_on.sum()), low=level, high=level)
    return start


def _safe_base(point: Point, slopes: FloatArray) -> float:
    # The largest base that keeps the slopes below every corner: the solver's own may be off by its tolerance.
    corners, shares = point.corners
    return float((shares - corners @ slopes).min())
