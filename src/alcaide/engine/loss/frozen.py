"""Cases of streams: a portfolio as beliefs, priced with its ranges, and the moves between two of them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from alcaide.engine.errors import CaseError
from alcaide.engine.loss.arrays import FloatArray
from alcaide.engine.loss.belief import Factor, Stream, means, price, stream_draws
from alcaide.engine.loss.ranges import Range, range_product
from alcaide.engine.loss.records import Record, keys, list_of, names_of, number, number_of, record_of

Result = dict[str, Any]
_FIGURES = "mean mean_range var var_range tvar chance curve together"
_SHARES = ("var", "var_range", "tvar")


def solve_streams(given: Record) -> Result:
    """Answer a `streams` case: what streams cost a year, and how sure that is.

    Parameters
    ----------
    given : mapping
        `streams`, `seed`, `ask`, and optionally `shared_swing` (0), `draws` (200) and `scale`. A stream has `id`,
        `rate` (events a year), `loss` (`low`, `high`, optionally `observations`), and optionally `factors` and
        `group`. A rate is `low` and `high`, or under `product` the ranges that multiply to it; one of them may be
        the `sum` of ranges. `ask` holds `mean`, `mean_range` (true), `var`, `var_range`, `tvar` (shares), `chance`,
        `curve` (sums), `together` (names, each with the streams that it adds up).

    Returns
    -------
    dict
        One key for each key of `ask`: `var` and `tvar` by share, `var_range` by share [low, high], `chance` by sum
        [chance, low, high], `curve` the three lists `chance`, `low`, `high`, `together` by name [mean, low, high].
        Ranges are 90 %.

    Raises
    ------
    CaseError
        For an unknown or missing key, or a value that makes no sense.

    Examples
    --------
    >>> from alcaide.engine.loss.frozen import solve_streams
    >>> theft = {"id": "theft", "rate": {"low": 2, "high": 2}, "loss": {"low": 500, "high": 500}}
    >>> solve_streams({"streams": [theft], "seed": 1, "ask": {"mean": True, "together": {"all": ["theft"]}}})
    {'mean': 1000.0, 'together': {'all': [1000.0, 1000.0, 1000.0]}}
    """
    keys(given, "input", needs="streams seed ask", may="shared_swing draws scale")
    return _Frozen(given).to(record_of(given["ask"], "ask"))


def solve_moves(given: Record) -> Result:
    """Answer a `moves` case: by how much the expected loss moved, each move apart, and the start and end.

    Parameters
    ----------
    given : mapping
        `start` and `end` (streams), and `moves` (name, to a list of exchanges: the streams `before` and `after`).

    Returns
    -------
    dict
        `start`, `end` and `unexplained` in money a year, and `moves` by name. What is unexplained is the end less the
        start and all moves.

    Raises
    ------
    CaseError
        For an unknown or missing key, or a value that makes no sense.

    Examples
    --------
    >>> from alcaide.engine.loss.frozen import solve_moves
    >>> was = {"id": "theft", "rate": {"low": 2, "high": 2}, "loss": {"low": 500, "high": 500}}
    >>> now = {**was, "rate": {"low": 1, "high": 1}}
    >>> exchange = {"before": [was], "after": [now]}
    >>> solve_moves({"start": [was], "end": [now], "moves": {"fewer": [exchange]}})
    {'start': 1000.0, 'end': 500.0, 'moves': {'fewer': -500.0}, 'unexplained': 0.0}
    """
    keys(given, "input", needs="start end moves")
    start, end = (_mean(given[name], name) for name in ("start", "end"))
    found = {}
    for name, exchanges in record_of(given["moves"], "moves").items():
        rows = [record_of(each, f"move {name}") for each in list_of(exchanges, f"move {name}")]
        for row in rows:
            keys(row, f"move {name}", needs="before after")
        found[name] = math.fsum(
            _mean(row["after"], f"move {name}: after") - _mean(row["before"], f"move {name}: before") for row in rows
        )
    return {"start": start, "end": end, "moves": found, "unexplained": end - start - math.fsum(found.values())}


def _mean(given: Any, what: str) -> float:
    streams = _streams(given, what)
    return math.fsum(means(streams)) if streams else 0.0


class _Frozen:
    """Figures of one set of streams by the names that `ask` uses; the curve is worked out once, where it is asked."""

    def __init__(self, given: Record) -> None:
        self._streams = _streams(given["streams"], "streams")
        if not self._streams:
            raise CaseError("streams: there is nothing to price: give at least one")
        self._seed = _whole(given["seed"], "seed")
        self._draws = _whole(given.get("draws", 200), "draws", least=1)
        self._swing = number_of(given.get("shared_swing", 0), "shared_swing")
        scale = given.get("scale")
        self._scale = None if scale is None else number_of(scale, "scale")
        self._places = {each.id: place for place, each in enumerate(self._streams)}

    def to(self, ask: Record) -> Result:
        """Answer every key of ask."""
        keys(ask, "ask", may=_FIGURES)
        out: Result = {}
        if ask.get("mean"):
            out["mean"] = math.fsum(means(self._streams))
        if ask.get("mean_range"):
            out["mean_range"] = self._added(list(self._places))[1:]
        if any(ask.get(name) for name in (*_SHARES, "chance", "curve")):
            out |= self._of_curve(ask)
        for name, ids in record_of(ask.get("together", {}), "ask: together").items():
            out.setdefault("together", {})[name] = self._added(names_of(ids))
        return {name: out[name] for name in ask if name in out}

    def _of_curve(self, ask: Record) -> Result:
        shares = {name: _numbers(ask.get(name, ()), f"ask: {name}") for name in _SHARES}
        limits, at = (_numbers(ask.get(name, ()), f"ask: {name}") for name in ("chance", "curve"))
        year = price(
            self._streams, systemic_cv=self._swing, seed=self._seed, draws=self._draws, scale=self._scale,
            levels=sorted({each for some in shares.values() for each in some}), at=np.array(at or [0.0]), beyond=limits,
        )  # fmt: skip
        read: dict[str, Mapping[float, Any]] = {"var": year.var, "var_range": year.var_range, "tvar": year.tvar}
        out: Result = {
            name: {str(asked): _listed(read[name][share]) for asked, share in zip(ask[name], some, strict=True)}
            for name, some in shares.items()
            if some
        }
        if limits:
            pairs = zip(ask["chance"], limits, strict=True)
            out["chance"] = {str(asked): [year.chance[limit], *year.chance_range[limit]] for asked, limit in pairs}
        if at:
            drawn = (year.exceedance, year.exceedance_low, year.exceedance_high)
            out["curve"] = dict(zip(("chance", "low", "high"), (each.tolist() for each in drawn), strict=True))
        return out

    def _added(self, ids: Sequence[str]) -> list[float]:
        """Return what some streams cost together: mean, and the 90 % range of their draws, which holds the mean."""
        for name in ids:
            if name not in self._places:
                raise CaseError(f"ask: together: there is no stream {name}")
        chosen = [self._streams[self._places[name]] for name in ids]
        if not chosen:
            return [0.0, 0.0, 0.0]
        mean = math.fsum(means(chosen))
        rows: FloatArray = stream_draws(chosen, seed=self._seed, draws=self._draws).sum(axis=1)
        low, high = np.percentile(rows, [5, 95])
        return [mean, min(float(low), mean), max(float(high), mean)]


def _streams(given: Any, what: str) -> list[Stream]:
    return [_stream(record_of(each, what), what) for each in list_of(given, what)]


def _stream(given: Record, what: str) -> Stream:
    keys(given, what, needs="id rate loss", may="factors group")
    name = _text(given["id"], f"{what}: id")
    where = f"stream {name}"
    size = record_of(given["loss"], f"{where}: loss")
    keys(size, f"{where}: loss", needs="low high", may="observations")
    low, high = _rate(given["rate"], f"{where}: rate")
    return Stream(
        name, low, high, number(size, "low", where), number(size, "high", where),
        weight=number(size, "observations", where) if "observations" in size else math.inf,
        factors=tuple(_factor(each, where) for each in list_of(given.get("factors", ()), f"{where}: factors")),
        group=_text(given.get("group", ""), f"{where}: group"),
    )  # fmt: skip


def _factor(given: Any, where: str) -> Factor:
    held = record_of(given, f"{where}: factors")
    keys(held, f"{where}: factors", needs="id low high")
    return Factor(_text(held["id"], f"{where}: factor"), number(held, "low", where), number(held, "high", where))


def _rate(given: Any, what: str) -> Range:
    """Read events a year: a range, or the product of ranges of which one may be a sum."""
    held = record_of(given, what)
    if "product" not in held:
        return _range(held, what)
    keys(held, what, needs="product")
    parts = [_part(each, what) for each in list_of(held["product"], what)]
    if not parts:
        raise CaseError(f"{what}: product names no range")
    found = parts[0]
    for part in parts[1:]:
        found = range_product(found, part)
    return found


def _part(given: Any, what: str) -> Range:
    held = record_of(given, what)
    if "sum" not in held:
        return _range(held, what)
    keys(held, what, needs="sum")
    rows = [_rate(each, what) for each in list_of(held["sum"], what)]
    return math.fsum(low for low, _ in rows), math.fsum(high for _, high in rows)


def _range(held: Record, what: str) -> Range:
    keys(held, what, needs="low high")
    return number(held, "low", what), number(held, "high", what)


def _listed(figure: Any) -> Any:
    return list(figure) if isinstance(figure, tuple) else figure


def _numbers(given: Any, what: str) -> list[float]:
    return [number_of(each, what) for each in list_of(given, what)]


def _whole(given: Any, what: str, *, least: int = 0) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < least:
        raise CaseError(f"{what} must be a whole number of at least {least}, not {given!r}")
    return given


def _text(given: Any, what: str) -> str:
    if not isinstance(given, str):
        raise CaseError(f"{what} must be text, not {given!r}")
    return given
