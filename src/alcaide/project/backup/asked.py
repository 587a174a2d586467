"""What `alcaide check` says of the backups."""

from datetime import UTC, datetime, timedelta

from alcaide.project.home import Home

from .places import TO, read_ledger, target

OLD = timedelta(hours=49)


def told(home: Home, now: datetime) -> tuple[bool, str]:
    """Tell whether the backups stand well, and in words how: the last one's age, place, and what it lacks."""
    made = read_ledger(home).made
    last = read_ledger(home).last_made
    if last is None:
        where = "" if target() else f" Set {TO} for one each night."
        return False, f"No backup was ever made here. Run `alcaide backup`.{where}"
    age = now.astimezone(UTC) - datetime.fromisoformat(last.at)
    words = f"The last one is {_span(age)} old, {last.size_bytes / 1e6:,.1f} MB, at {last.file}."
    if made[-1].error:
        return False, f"{words} The one after it failed: {made[-1].error}"
    if last.faults:
        return False, f"{words} It lacks {len(last.faults)} things, such as: {last.faults[0]}"
    return age < OLD, words if age < OLD else f"{words} Make a new one with `alcaide backup`."


def _span(age: timedelta) -> str:
    hours = age / timedelta(hours=1)
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours" if hours >= 1 else "less than an hour"
