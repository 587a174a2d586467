"""Draws of belief: what the rates, losses and factors might be. Each is keyed by its own id."""

import hashlib
from collections.abc import Sequence

import numpy as np
from scipy import special

from alcaide.engine.errors import EngineError
from alcaide.engine.loss.arrays import FloatArray
from alcaide.engine.loss.stream import Factor, Stream, check_streams


def scores(name: str, *, seed: int, draws: int) -> FloatArray:
    """Standard normal draws that belong to a name.

    Philox counts from zero under a key made of the seed and the name, so what one name draws depends on no other, and
    the first draws of a longer run are those of a shorter one.
    """
    if draws < 1:
        raise EngineError(f"at least one draw is needed, not {draws}")
    key = hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=16).digest()
    raw = np.random.Philox(key=int.from_bytes(key, "big")).random_raw(draws)
    return np.asarray(special.ndtri(((raw >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53))


def factor_draws(factors: Sequence[Factor], *, seed: int, draws: int) -> FloatArray:
    """Shares that measures leave, drawn from the belief on them.

    Parameters
    ----------
    factors : sequence of Factor
    seed : int
    draws : int

    Returns
    -------
    FloatArray
        (draws, k) shares in 0..1; a column depends on the seed and its factor alone.
    """
    columns = [f.values(scores(f"factor:{f.id}", seed=seed, draws=draws)) for f in factors]
    return np.stack(columns, axis=1) if columns else np.zeros((draws, 0))


def rate_draws(streams: Sequence[Stream], *, seed: int, draws: int) -> FloatArray:
    """Rates after factors, drawn.  Returns (draws, n) events a year."""
    drawn: dict[str, FloatArray] = {}
    out = np.empty((draws, len(streams)))
    for column, stream in enumerate(streams):
        score = scores(f"rate:{stream.id}", seed=seed, draws=draws)
        out[:, column] = stream.rate_middle * np.exp(stream.rate_spread * score)
        for factor in stream.factors:
            if factor.id not in drawn:
                drawn[factor.id] = factor_draws([factor], seed=seed, draws=draws)[:, 0]
            out[:, column] *= drawn[factor.id]
    return out


def middle_draws(streams: Sequence[Stream], *, seed: int, draws: int) -> FloatArray:
    """Means of the logarithm of one loss, drawn.  Returns (draws, n); 0 for a fixed sum."""
    out = np.zeros((draws, len(streams)))
    for column, stream in enumerate(streams):
        if not stream.is_fixed:
            out[:, column] = stream.middle
            if stream.unsure:
                out[:, column] += stream.unsure * scores(f"loss:{stream.id}", seed=seed, draws=draws)
    return out


def mean_sizes(streams: Sequence[Stream], middles: FloatArray) -> FloatArray:
    """Mean of one loss given its drawn middle.  middles: (draws, n).  Returns (draws, n) money."""
    half = np.array([s.sigma**2 / 2 for s in streams])
    fixed = np.array([s.is_fixed for s in streams])
    sums = np.array([s.loss_low for s in streams], float)
    return np.where(fixed, sums, np.exp(middles + half))


def stream_draws(streams: Sequence[Stream], *, seed: int, draws: int) -> FloatArray:
    """Mean loss a year of each stream, drawn from the belief on it.

    Parameters
    ----------
    streams : sequence of Stream
    seed : int
    draws : int

    Returns
    -------
    FloatArray
        (draws, n) money a year: drawn rate x drawn factors x mean loss at the drawn middle.

    Raises
    ------
    EngineError
        For ids used twice or a factor with two beliefs.

    Notes
    -----
    Salmon, Moraes, Dror, Shaw (2011) for the counter-based generator. A stream's column does not change when others
    come or go.

    Examples
    --------
    >>> from alcaide.engine.loss import Stream, stream_draws
    >>> stream_draws([Stream("theft", 2, 2, 500, 500)], seed=1, draws=2).round(6).tolist()
    [[1000.0], [1000.0]]
    """
    check_streams(streams)
    rates = rate_draws(streams, seed=seed, draws=draws)
    return rates * mean_sizes(streams, middle_draws(streams, seed=seed, draws=draws))
