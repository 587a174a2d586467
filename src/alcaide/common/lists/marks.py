"""What a page's rows looked like when it was made, so that the page can say later that it has grown old."""

import hashlib
from collections.abc import Iterable
from typing import Any

from alcaide.common.models import Record

MARK_LETTERS = 8
LONGEST_MARKS = 4_000


def marks_of(rows: Iterable[tuple[str, Any]]) -> str:
    """Write each row's identifier and state as a few letters: `k3f9a1c2.77b01e4d-…`."""
    return "-".join(f"{_short(uid)}.{_short(_state_of(row))}" for uid, row in rows)


def changed_rows(before: str, now: str) -> int:
    """Count the rows that are new or stand otherwise now; those that left count where none came for them."""
    was, stands = _read(before), _read(now)
    changed = sum(was.get(uid) != state for uid, state in stands.items())
    return max(changed, len(was.keys() - stands.keys()))


def _state_of(row: Any) -> str:
    if isinstance(row, Record):
        return f"{row.version} {row.changed_at}"
    loaded = row.__dict__ if hasattr(row, "__dict__") else {}
    return repr([(name, loaded[name]) for name in sorted(loaded) if isinstance(loaded[name], str | int | float)])


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=MARK_LETTERS // 2).hexdigest()


def _read(marks: str) -> dict[str, str]:
    pairs = (each.partition(".") for each in marks[:LONGEST_MARKS].split("-") if each)
    return {uid: state for uid, _dot, state in pairs}
