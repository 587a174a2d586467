"""What a range of the library rests on: a published figure, the way from it to the range, and how far to trust it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Range = tuple[float, float]

READS = {
    "publication": "read in the publication itself",
    "abstract": "read in its abstract or summary",
    "account": "read in an account of it",
}
# How a figure becomes the middle of a range. `of` holds two numbers, in the order that the words name them.
KINDS = {
    "share": "hit at least once in a year, of how many",
    "rate": "counted, among how many",
    "sum": "money, over how many cases",
    "left": "with the measure, without it",
    "ends": "a low figure, a high figure",
}
# By what a loss may grow, and what is counted there.
GROWS = {"headcount": "people", "revenue": "EUR of revenue", "customer_records": "customers on file"}
DIGITS = 2
# A rule of thumb is not followed further than this from the size for which the loss was said.
FARTHEST = 10.0


class BadGrounds(ValueError):
    """A published figure does not carry its range; the message says what is missing or does not follow."""


@dataclass(frozen=True)
class Published:
    """A figure that others published, and how a 90 % range follows from it.

    The middle is made from `of` as `kind` says, then divided by `by[0]` and multiplied by `by[1]`: that width is
    ours, with its reason in `why`, for what differs between those counted and whoever takes the range.
    """

    source: str
    """Who published it, its title, and where in it the figure stands."""
    year: int
    population: str
    read: str
    licence: str
    kind: str
    of: Range
    by: Range
    why: str
    years: float = 1.0
    """Over how many years it was counted."""
    times: float = 1.0
    """1,000 where the range counts per 1,000 employees."""
    rate: float = 1.0
    """What one unit of the figure's money is in that of the library."""
    currency: str = ""
    is_whole: bool = False
    """Whether it counts the same thing among the organizations or workers of a whole economy."""

    @property
    def cite(self) -> str:
        """The publication with its year, as an estimate's source keeps it."""
        return self.source if str(self.year) in self.source else f"{self.source}, {self.year}"

    @property
    def read_words(self) -> str:
        """How the figure came to us."""
        return READS[self.read]

    @property
    def confidence(self) -> str:
        """Medium where the same thing was counted in a whole economy, low wherever it is carried over."""
        return "medium" if self.is_whole else "low"

    @property
    def middles(self) -> Range:
        """The low and the high middle; the same number unless the figure has two ends."""
        first, second = self.of
        if self.kind == "ends":
            return first * self.times * self.rate / self.years, second * self.times * self.rate / self.years
        middle = first / second
        if self.kind == "share":
            # Whoever was hit at least once may have been hit again: a share p a year is a rate of -ln(1 - p).
            middle = -math.log1p(-middle)
        return (middle * self.times * self.rate / self.years,) * 2

    @property
    def range(self) -> Range:
        """The range that follows, with two significant digits."""
        low, high = self.middles
        return rounded(low / self.by[0]), rounded(high * self.by[1])

    @property
    def arithmetic(self) -> str:
        """The way from the figure to the range: 19,000 / 1,423,000 = 0.0134; ÷ 3 to × 4 = 0.0045 to 0.054."""
        low, high = self.range
        width = f"÷ {_said(self.by[0], 3)} to × {_said(self.by[1], 3)}"
        return f"{self._middle_words()}; {width} = {_said(low)} to {_said(high)}"

    def _middle_words(self) -> str:
        first, second = (_said(each, 8) for each in self.of)
        low, high = (_said(each, 3) for each in self.middles)
        scale = "".join(
            f" {sign} {_said(number, 8)}"
            for sign, number in (("×", self.times), ("×", self.rate), ("/", self.years))
            if number != 1
        )
        money = f"{self.currency} " if self.currency else ""
        if self.kind == "ends":
            return f"{money}{first} and {second}{scale} = {low} and {high}" if scale else f"{money}{low} and {high}"
        if self.kind == "share":
            return f"−ln(1 − {first} / {second}){scale} = {low}"
        divided = money + (first if self.of[1] == 1 else f"{first} / {second}")
        return f"{divided}{scale} = {low}" if scale or self.of[1] != 1 else divided


@dataclass(frozen=True)
class Growth:
    """How a loss grows with the size of whoever takes it: by the power of their size over the size it was said for."""

    by: str
    at: float
    power: float
    why: str

    @property
    def counts(self) -> str:
        """What `by` counts, in words."""
        return GROWS[self.by]

    def factor(self, own: float) -> float:
        """Return by what the loss is multiplied for somebody's own size, never more than ten times either way."""
        return min(max((own / self.at) ** self.power, 1 / FARTHEST), FARTHEST)

    def words(self, own: float) -> str:
        """Write the arithmetic: (240 / 700 people)^0.5 = 0.59."""
        power = "" if self.power == 1 else f"^{self.power:g}"
        held = (own / self.at) ** self.power
        cut = "" if 1 / FARTHEST <= held <= FARTHEST else f" {_said(held, 3)}, held at"
        return f"({_said(own, 8)} / {_said(self.at, 8)} {self.counts}){power} ={cut} {_said(self.factor(own), 3)}"


def growth(row: Mapping[str, Any]) -> Growth:
    """Read how a loss grows from a row. Raises BadGrounds."""
    if set(row) != {"by", "at", "power", "why"}:
        raise BadGrounds("by, at, power and why are asked for")
    if row["by"] not in GROWS:
        raise BadGrounds(f"by: one of {', '.join(GROWS)}, not {row['by']!r}")
    if not 0 < row["power"] <= 1 or row["at"] <= 0 or not str(row["why"]).strip():
        raise BadGrounds("power above 0 and at most 1, at above 0, and the reason why")
    return Growth(row["by"], float(row["at"]), float(row["power"]), row["why"])


def published(row: Mapping[str, Any], *, times: float = 1.0, rates: Mapping[str, float]) -> Published:
    """Read what a range rests on from a row. Raises BadGrounds."""
    for name in ("source", "year", "population", "read", "licence", "kind", "of", "by", "why"):
        if row.get(name) in (None, "", []):
            raise BadGrounds(f"{name}: nothing is said")
    if unknown := sorted(set(row) - set(Published.__dataclass_fields__)):
        raise BadGrounds(f"{unknown[0]}: is not asked for")
    for name, known in (("read", READS), ("kind", KINDS)):
        if row[name] not in known:
            raise BadGrounds(f"{name}: one of {', '.join(known)}, not {row[name]!r}")
    currency = str(row.get("currency", ""))
    if currency and currency not in rates:
        raise BadGrounds(f"currency: the file has no rate for {currency}")
    found = Published(
        **{
            **row, "of": _two(row, "of"), "by": _two(row, "by"), "times": times if row["kind"] != "left" else 1.0,
            "rate": rates[currency] if currency else 1.0,
        }
    )  # fmt: skip
    _check(found)
    return found


def rounded(value: float, digits: int = DIGITS) -> float:
    """Round to significant digits.

    >>> [rounded(value) for value in (0.0044839, 128_994.0, 0.0)]
    [0.0045, 130000.0, 0.0]
    """
    return float(f"{value:.{digits}g}")


def _check(found: Published) -> None:
    if not isinstance(found.year, int) or not 1900 <= found.year <= 2100:
        raise BadGrounds(f"year: of the publication, not {found.year!r}")
    if min(found.of) <= 0 or found.years <= 0:
        raise BadGrounds("of: numbers above zero")
    if min(found.by) < 1:
        raise BadGrounds("by: what the figure is divided by and multiplied with, each 1 or more")
    if found.kind == "share" and found.of[0] >= found.of[1]:
        raise BadGrounds("of: a share of those asked, less than all of them")
    if found.kind == "ends" and found.of[0] > found.of[1]:
        raise BadGrounds("of: the low figure first")


def _two(row: Mapping[str, Any], name: str) -> Range:
    ends = row[name]
    if not (isinstance(ends, list) and len(ends) == 2 and all(isinstance(each, int | float) for each in ends)):
        raise BadGrounds(f"{name}: two numbers, not {ends!r}")
    return float(ends[0]), float(ends[1])


def _said(value: float, digits: int = DIGITS) -> str:
    """Write a number with so many significant digits and no exponent.

    >>> [_said(0.0000018), _said(1_423_000.0, 8), _said(0.01345, 3)]
    ['0.0000018', '1,423,000', '0.0135']
    """
    value = rounded(value, digits)
    places = 0 if value == 0 else max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
