"""How sums, shares, dates and clocks are written: values in, text out.

Every page, chart and document writes them through here, so that one sum never reads two ways.
Separators, names of months and the words around a number follow the active language.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.utils import dateformat, formats
from django.utils.translation import get_language, gettext, ngettext, pgettext

from alcaide.common.money import minor_digits

MINUS = "\u2212"
NBSP = "\u00a0"
SYMBOLS = {
    "EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹", "KRW": "₩", "BRL": "R$", "AUD": "A$", "CAD": "C$",
    "NZD": "NZ$", "MXN": "MX$", "ILS": "₪", "TRY": "₺", "UAH": "₴", "VND": "₫", "PHP": "₱", "NGN": "₦",
}  # fmt: skip
Number = Decimal | int | float


class NotARange(ValueError):
    """The low end is above the high end; the caller mixed them up."""


class NotANumber(ValueError):
    """The value is not finite, so it cannot be written."""


@dataclass(frozen=True)
class _Rung:
    """How sums below `limit` are written: divided by `divisor`, with so many decimals and this unit."""

    limit: Decimal
    divisor: Decimal
    decimals: int
    unit: str


def _rungs() -> tuple[_Rung, ...]:
    return _rungs_in(get_language() or "")


@lru_cache(maxsize=16)
def _rungs_in(_language: str) -> tuple[_Rung, ...]:
    """Return the ladder in the active language, which the caller names: a list writes a hundred sums with it."""
    ladder = [
        ("1e3", "1", 0, ""),
        ("1e4", "1e3", 1, pgettext("thousands of money", "k")),
        ("1e6", "1e3", 0, pgettext("thousands of money", "k")),
        ("1e7", "1e6", 2, pgettext("millions of money", "M")),
        ("1e8", "1e6", 1, pgettext("millions of money", "M")),
        ("1e9", "1e6", 0, pgettext("millions of money", "M")),
        ("1e10", "1e9", 2, pgettext("thousand millions of money", "bn")),
        ("1e11", "1e9", 1, pgettext("thousand millions of money", "bn")),
        ("Infinity", "1e9", 0, pgettext("thousand millions of money", "bn")),
    ]
    return tuple(_Rung(Decimal(limit), Decimal(divisor), places, unit) for limit, divisor, places, unit in ladder)


def money(amount: Number, currency: str) -> str:
    """Write a sum in three significant digits at most: €1.39M, €662k, €14k, €950, −€3.

    Below ten, cents are written where there are any (€4.60). Zero carries no sign.
    """
    sum_ = _exact(amount)
    if abs(sum_) < 10:
        cents = _round(sum_, minor_digits(currency))
        return _signed(
            cents, _number(abs(cents), 0 if cents == int(cents) else minor_digits(currency)), currency=currency
        )
    written, rung = _short(abs(sum_))
    return _signed(sum_, _number(written, rung.decimals) + rung.unit, currency=currency)


def money_signed(amount: Number, currency: str) -> str:
    """Write a move with its sign: +€64k, −€186k, €0."""
    text = money(amount, currency)
    return text if text.startswith(MINUS) or not any(digit in text for digit in "123456789") else f"+{text}"


def money_exactly(amount: Number, currency: str) -> str:
    """Write a round sum such as a limit or an axis mark without needless zeros: €5M, €2.5M, €500k, €0."""
    sum_ = _exact(amount)
    if sum_ == 0:
        return _signed(sum_, "0", currency=currency)
    _, rung = _short(abs(sum_))
    shortest = next(
        (places for places in range(4) if _round(abs(sum_) / rung.divisor, places) * rung.divisor == abs(sum_)),
        rung.decimals,
    )
    return _signed(sum_, _number(_round(abs(sum_) / rung.divisor, shortest), shortest) + rung.unit, currency=currency)


def money_full(amount: Number, currency: str) -> str:
    """Write a sum to its last cent: €1,392,480.50, ¥1,392,480."""
    places = minor_digits(currency)
    cents = _round(_exact(amount), places)
    return _signed(cents, _number(abs(cents), places), currency=currency)


def money_range(low: Number, high: Number, *, currency: str) -> str:
    """Write a range: €0.6–2.7M, €20–186k; where one unit does not serve both ends, €950k–2.7M.

    The low end keeps enough decimals to stay within a tenth of itself. Raises NotARange if low is above high.
    """
    bottom, top = _exact(low), _exact(high)
    if bottom > top:
        raise NotARange(f"The range {low} to {high} is upside down.")
    if money(bottom, currency) == money(top, currency) and money_full(bottom, currency) == money_full(top, currency):
        return money(top, currency)
    if bottom < 0 or top < 10:
        return _apart(bottom, top, currency=currency)
    _, rung = _short(top)
    places = 1 if rung.unit and top / rung.divisor < (10 if rung.divisor < 10**6 else 100) else 0
    ends = _ends_in(rung, bottom, top, places=places)
    if ends:
        return _signed(top, f"{ends[0]}–{ends[1]}{rung.unit}", currency=currency)
    _, own = _short(bottom)
    if own.unit and own.unit != rung.unit:
        tail = _number(_round(top / rung.divisor, places), places) + rung.unit
        return f"{money(bottom, currency)}–{tail}"
    return _apart(bottom, top, currency=currency)


def unit_word(currency: str) -> str:
    """Name one unit of a currency inside a sentence: euro, dollar, pound; the code of any other."""
    return {"EUR": gettext("euro"), "USD": gettext("dollar"), "GBP": gettext("pound")}.get(currency, currency)


def per_unit(value: Number, currency: str) -> str:
    """Write what each unit of cash avoids: €5.1; nearer to one with two decimals, which one would hide."""
    places = 2 if Decimal("0.9") < _exact(value) < Decimal("1.1") else 1
    return _signed(_exact(value), _number(abs(_exact(value)), places), currency=currency)


def share(value: Number) -> str:
    """Write a share of 0..1 in per cent: 5.6 %, 15 %, 5 % where it is exactly that; never 0 % or 100 % by rounding."""
    return f"{_per_cent(_exact(value))}{NBSP}%"


def share_range(low: Number, high: Number) -> str:
    """Write a range of shares: 1–15 %, 0.4–15 %, 1.2–5.6 %. Raises NotARange if low is above high."""
    bottom, top = _exact(low), _exact(high)
    if bottom > top:
        raise NotARange(f"The range {low} to {high} is upside down.")
    if bottom == top:
        return share(top)
    places = 0 if top >= Decimal("0.0995") else 1
    first = _per_cent(bottom, places=1 if 0 < bottom < Decimal("0.00995") else places)
    last = _per_cent(top, places=places)
    return f"{last}{NBSP}%" if first == last else f"{first}–{last}{NBSP}%"


def count(number: int, *, cap: int | None = None) -> str:
    """Write a count with its separators; above the cap as 'more than 10,000'."""
    if cap is not None and number > cap:
        return gettext("more than %(number)s") % {"number": _number(Decimal(cap), 0)}
    return _signed(Decimal(number), _number(Decimal(abs(number)), 0), currency="")


def decimal(value: Number, places: int) -> str:
    """Write a number with so many decimals: 0.160."""
    rounded = _round(_exact(value), places)
    return _signed(rounded, _number(abs(rounded), places), currency="")


def clock(span: timedelta) -> str:
    """Write how much is left or over, never more than there is: 44 min, 17 h 42 min, 1 day 6 h, 2 days."""
    minutes = int(abs(span).total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if minutes == 0:
        return gettext("under 1 min")
    if minutes < 60:
        return gettext("%(minutes)d min") % {"minutes": minutes}
    if days == 0:
        rest = minutes % 60
        whole = gettext("%(hours)d h") % {"hours": hours}
        return whole if rest == 0 else gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}
    told = ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
    return told if days >= 3 or hours == 0 else gettext("%(days)s %(hours)d h") % {"days": told, "hours": hours}


def days_clock(last: date, *, today: date) -> str:
    """Write how many days are left until a last day, or gone since: 75 days, 1 day, today."""
    number = abs((last - today).days)
    return ngettext("%(days)d day", "%(days)d days", number) % {"days": number} if number else gettext("today")


def clock_side(span: timedelta) -> str:
    """Say which side of its date a clock is: 'left' or 'overdue'."""
    return gettext("overdue") if span < timedelta(0) else gettext("left")


def day(value: date, *, today: date) -> str:
    """Write a day: Thu 10 Dec; with its year where that is not this year: Mon 15 Mar 2027."""
    pattern = "D j M" if value.year == today.year else "D j M Y"
    return dateformat.format(value, pattern)


def moment(value: datetime, *, today: date) -> str:
    """Write a moment: 23 Nov, 09:11; with its year where that is not this year."""
    pattern = "j M, H:i" if value.year == today.year else "j M Y, H:i"
    return dateformat.format(value, pattern)


def ago(value: datetime, *, now: datetime) -> str:
    """Write how long ago, or in how long: 3 min ago, 2 days ago, in 4 h 5 min, just now."""
    gone = now - value
    if abs(gone) < timedelta(minutes=1):
        return gettext("just now")
    pattern = gettext("%(span)s ago") if gone > timedelta(0) else gettext("in %(span)s")
    return pattern % {"span": clock(gone)}


def _ends_in(rung: _Rung, low: Decimal, high: Decimal, *, places: int) -> tuple[str, str] | None:
    """Write both ends in one rung's unit, or None where the low end would be lost or pushed over its own size."""
    in_unit, top = low / rung.divisor, high / rung.divisor
    if low == 0:
        return "0", _number(_round(top, places), places)
    if in_unit < Decimal("0.1"):
        return None
    for more in range(places, 3):
        rounded = _round(in_unit, more)
        if in_unit < 1 <= rounded:
            return None
        if abs(rounded - in_unit) <= in_unit / 10 and rounded < _round(top, more):
            both = more if _round(in_unit, places) == _round(top, places) else places
            return _number(rounded, more), _number(_round(top, both), both)
    return None


def _apart(low: Decimal, high: Decimal, *, currency: str) -> str:
    return gettext("%(low)s to %(high)s") % {"low": money(low, currency), "high": money(high, currency)}


def _short(size: Decimal) -> tuple[Decimal, _Rung]:
    """Round a size on its rung; what rounds up to the rung's limit moves to the next (999,950 is 1.00M)."""
    for rung in _rungs():
        written = _round(size / rung.divisor, rung.decimals)
        if written * rung.divisor < rung.limit:
            return written, rung
    raise NotANumber(f"{size} cannot be written.")


def _per_cent(value: Decimal, *, places: int | None = None) -> str:
    percent = value * 100
    size = abs(percent)
    if places is None:
        places = 0 if percent == int(percent) or Decimal("9.95") <= size <= Decimal("99") else 1
    rounded = _round(size, places)
    if size and not rounded:
        return gettext("under %(number)s") % {"number": _number(Decimal(1).scaleb(-places), places)}
    if size < 100 <= rounded:
        return (
            gettext("over %(number)s") % {"number": _number(Decimal("99.9"), 1)}
            if places
            else _per_cent(value, places=1)
        )
    return (MINUS if percent < 0 else "") + _number(rounded, places)


def _signed(amount: Decimal, digits: str, *, currency: str) -> str:
    symbol = SYMBOLS.get(currency, f"{currency}{NBSP}" if currency else "")
    pattern = pgettext("symbol, then number with unit", "%(symbol)s%(number)s") if currency else "%(symbol)s%(number)s"
    return (MINUS if amount < 0 else "") + pattern % {"symbol": symbol, "number": digits}


def _number(value: Decimal, places: int) -> str:
    """Write a number with the active language's separators, thousands grouped."""
    whole, _, rest = f"{_round(value, places):,.{places}f}".partition(".")
    whole = whole.replace(",", str(formats.get_format("THOUSAND_SEPARATOR")))
    return whole + (str(formats.get_format("DECIMAL_SEPARATOR")) + rest if rest else "")


def _round(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _exact(value: Number) -> Decimal:
    """Take a float by its shortest text, so that 0.285 is 0.285. Raises NotANumber."""
    number = Decimal(value) if isinstance(value, Decimal | int) else Decimal(repr(float(value)))
    if not number.is_finite():
        raise NotANumber(f"{value} is not a number that can be written.")
    return number
