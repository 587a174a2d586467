"""The moment that somebody types: local time of the organization, also where its clocks change."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.clock import house_zone


@dataclass(frozen=True)
class Asked:
    """A typed moment as it was understood; `fault` says what is wrong with it, `note` how it was understood."""

    moment: datetime
    is_now: bool = False
    fault: str = ""
    note: str = ""
    is_twice: bool = False
    """The clock showed this time twice that night."""
    is_second: bool = False
    """Of these two the second is meant."""


def asked(typed: str, *, second: str = "") -> Asked:
    """Return the moment that is meant: `2026-03-03T14:00`, or a day, which counts as it ended. Nothing means now.

    An hour that came twice means its first time, its second where `second` says so; one that never came means the
    same time after the clocks changed.
    """
    now = timezone.now()
    if not typed.strip():
        return Asked(now, is_now=True)
    local = _local(typed.strip())
    if local is None:
        return Asked(
            now, is_now=True, fault=_("“%(typed)s” is no moment. Write a day and a time.") % {"typed": typed[:40]}
        )
    moment, is_twice, never = placed(local, is_second=second == "1")
    if moment > now:
        if _is_today(typed, now):
            return Asked(now, is_now=True)
        return Asked(now, is_now=True, fault=_("That is still to come. Choose a moment that has passed."))
    note = ""
    if never:
        note = _("The clocks went forward then, so this time never came; the time after that is meant.")
    elif is_twice and second == "1":
        note = _("The clocks went back then, so this time came twice; the second is meant.")
    elif is_twice:
        note = _("The clocks went back then, so this time came twice; the first is meant.")
    return Asked(moment, note=note, is_twice=is_twice, is_second=is_twice and second == "1")


def placed(local: datetime, *, is_second: bool = False) -> tuple[datetime, bool, bool]:
    """Return a local time as a moment, whether the clock showed it twice, and whether it never did."""
    zone = house_zone()
    first, other = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == other.utcoffset():
        return first.astimezone(UTC), False, False
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        return first.astimezone(UTC), False, True
    return (other if is_second else first).astimezone(UTC), True, False


def _local(typed: str) -> datetime | None:
    try:
        is_day = len(typed) == len("2026-03-03")
        found = datetime.combine(date.fromisoformat(typed), time.max) if is_day else datetime.fromisoformat(typed)
    except ValueError:
        return None
    return None if found.tzinfo or not 1 < found.year < date.max.year else found


def _is_today(typed: str, now: datetime) -> bool:
    return typed.strip() == timezone.localtime(now, house_zone()).date().isoformat()


def typed_of(moment: datetime) -> str:
    """Return a moment as the field of a page takes it, in local time of the organization."""
    local = timezone.localtime(moment, house_zone()).replace(tzinfo=None)
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def latest() -> str:
    """Return the last minute that a page lets somebody choose."""
    return typed_of(timezone.now().replace(second=0) + timedelta(minutes=1))
