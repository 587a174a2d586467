"""Dates and times as scanners write them; None where a text is none."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_DATE = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})", re.ASCII)
_CTIME = re.compile(
    r"[A-Za-z]{3} +([A-Za-z]{3}) +(\d{1,2}) +(\d{1,2}):(\d{2}):(\d{2})(?: +[A-Z]{1,5})? +(\d{4})", re.ASCII
)
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,12}))?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)
# Languages write "never" as the first moment they know; no report is older than the formats.
_FIRST_YEAR = 1990
_EPOCH = re.compile(r"\d{1,11}", re.ASCII)


def calendar_date(text: str) -> date | None:
    """A date written year first.

    >>> calendar_date("2022/03/08")
    datetime.date(2022, 3, 8)
    """
    # The hour after it differs in each; a date alone is met again.
    return _calendar_date(text[:40].strip()[:10]) if text else None


@lru_cache(maxsize=16_384)
def _calendar_date(text: str) -> date | None:
    found = _DATE.match(text)
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def from_epoch(text: str) -> datetime | None:
    """A moment given in seconds since 1970.

    >>> from_epoch("1648042311")
    datetime.datetime(2022, 3, 23, 13, 31, 51, tzinfo=datetime.timezone.utc)
    """
    if not _EPOCH.fullmatch(text.strip()):
        return None
    return datetime.fromtimestamp(int(text), UTC)


def from_ctime(text: str) -> datetime | None:
    """A moment written as C's `ctime` does, taken as UTC: the text carries no usable time zone.

    >>> from_ctime("Tue Jun  4 10:39:42 2013")
    datetime.datetime(2013, 6, 4, 10, 39, 42, tzinfo=datetime.timezone.utc)
    """
    found = _CTIME.fullmatch(text.strip())
    month = _MONTHS.get(found[1].lower()) if found else None
    if not found or not month:
        return None
    try:
        return datetime(int(found[6]), month, int(found[2]), int(found[3]), int(found[4]), int(found[5]), tzinfo=UTC)
    except ValueError:
        return None


class Moment(NamedTuple):
    """A moment in UTC, and whether the text named its zone."""

    at: datetime
    has_zone: bool


def from_iso(text: str) -> Moment | None:
    """A moment in ISO 8601 with any number of decimals; without a zone it is taken as UTC.

    >>> from_iso("2024-05-01T12:00:00.123456789+02:00")
    Moment(at=datetime.datetime(2024, 5, 1, 10, 0, 0, 123456, tzinfo=datetime.timezone.utc), has_zone=True)
    >>> from_iso("0001-01-01T00:00:00Z") is None
    True
    """
    found = _ISO.match(text.strip()[:64])
    if not found or int(found[1][:4]) < _FIRST_YEAR:
        return None
    zone = (found[4] or "").upper().replace("UTC", "Z").replace("Z", "+00:00")
    decimals = f".{(found[3] + '000000')[:6]}" if found[3] else ""
    try:
        moment = datetime.fromisoformat(f"{found[1]}T{found[2]}{decimals}{zone}")
        moment = moment.astimezone(UTC) if zone else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return Moment(moment, bool(zone))
