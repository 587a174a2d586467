"""How the rows of a model may go: each model says one of three things, and a test asks every model.

`PURGE = ByDate("asked_at")` or `PURGE = With("finding")`: by rule or by a person, always asking the holds;
`DERIVED = "why it is computed again"`: a working row that its own room renews; `KEPT = "why"`: never deleted.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ByDate:
    """A row that may be purged, and by what a hold catches it.

    It stands from `dated` to `until`, paths of fields; a hold on a range of days catches what overlaps it, and what
    has no date. By itself it is caught by its own subject, by every record and person that a foreign key of it names,
    and by its unit (`UNIT_PATH`). The rest is said here: paths to further `persons`, to the `unit`, and fields that
    hold a subject string (`"kind:of"` for one in two fields).
    """

    dated: str = "created_at"
    until: str = ""
    persons: tuple[str, ...] = ()
    unit: str = ""
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True)
class With:
    """A row that is part of another: what catches the row at the end of `parent` catches it too."""

    parent: str


# From the day a record was made to the last time somebody changed it.
RECORD = ByDate("created_at", until="changed_at")
