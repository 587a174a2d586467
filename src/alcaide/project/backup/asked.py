"""What `alcaide check`, home and the page of backups say of the backups and of rehearsed restores."""

from datetime import UTC, date, datetime, time, timedelta

from alcaide.project.home import Home

from .places import TO, Rehearsed, read_ledger, rehearse_days, target

OLD = timedelta(hours=49)
AT = "01:30"
# A backup that is being made is not missed yet.
GRACE = timedelta(hours=2)


def told(home: Home, now: datetime) -> tuple[bool, str]:
    """Tell whether the backups stand well, and in words how: the last one's age, place, and what it lacks."""
    made = read_ledger(home).made
    last = read_ledger(home).last_made
    if last is None:
        where = "" if target() else f" Set {TO} for one each night."
        return False, f"No backup was ever made here. Run `alcaide backup`.{where}"
    age = now.astimezone(UTC) - datetime.fromisoformat(last.at)
    words = f"The last one is {span(age)} old, {last.size_bytes / 1e6:,.1f} MB, at {last.file}."
    if made[-1].error:
        return False, f"{words} The one after it failed: {made[-1].error}"
    if last.faults:
        return False, f"{words} It lacks {len(last.faults)} things, such as: {last.faults[0]}"
    nights = missed(home, now)
    if nights:
        since = (
            f" {len(nights)} nights were missed since {nights[0]}." if len(nights) > 1 else f" {nights[0]} was missed."
        )
        return False, f"{words}{since} See that a worker runs, and make one with `alcaide backup`."
    return age < OLD, words if age < OLD else f"{words} Make a new one with `alcaide backup`."


def told_of_rehearsals(home: Home, now: datetime) -> tuple[bool, str]:
    """Tell whether a restore was rehearsed lately and well, and how long it took."""
    ledger = read_ledger(home)
    good = ledger.last_rehearsed
    if good is None:
        failed = f" The last try failed: {ledger.rehearsed[-1].words}" if ledger.rehearsed else ""
        return False, f"No restore was ever rehearsed here. Run `alcaide rehearse`.{failed}"
    words = f"The last one was {span(_age(good, now))} ago and took {minutes(good)} min."
    if not ledger.rehearsed[-1].is_good:
        return False, f"{words} One after it failed: {ledger.rehearsed[-1].words}"
    due = rehearsal_due(home)
    if due is not None and due < now.astimezone(UTC).date():
        return False, f"{words} It was due again on {due}. Run `alcaide rehearse`."
    return True, words


def missed(home: Home, now: datetime) -> list[date]:
    """Return the nights since the last backup in which one should have been made and was not."""
    last = read_ledger(home).last_made
    if target() is None or last is None:
        return []
    now = now.astimezone(UTC)
    first = datetime.fromisoformat(last.at)
    nights = (first.date() + timedelta(days=number) for number in range((now.date() - first.date()).days + 1))
    moments = (datetime.combine(night, time.fromisoformat(AT), UTC) for night in nights)
    return [moment.date() for moment in moments if first < moment <= now - GRACE]


def rehearsal_due(home: Home) -> date | None:
    """Return the day by which a restore should be rehearsed again, None where none ever was."""
    good = read_ledger(home).last_rehearsed
    return datetime.fromisoformat(good.at).date() + timedelta(days=rehearse_days()) if good else None


def minutes(done: Rehearsed) -> str:
    """Return how long the recovery took, in minutes."""
    return f"{done.restored_s / 60:,.1f}"


def span(age: timedelta) -> str:
    """Return an age in words."""
    hours = age / timedelta(hours=1)
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours" if hours >= 1 else "less than an hour"


def _age(done: Rehearsed, now: datetime) -> timedelta:
    return now.astimezone(UTC) - datetime.fromisoformat(done.at)
