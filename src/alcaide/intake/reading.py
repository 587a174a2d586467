"""What a caller does with a foreign file: open it as a report, walk its records, or only look what it holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from alcaide.intake.errors import TooManyRecords
from alcaide.intake.limits import Limits
from alcaide.intake.opener import Openable, Source, open_source
from alcaide.intake.records import Notice, Quarantined, Record
from alcaide.intake.registry import BUILT_IN, Format, Registry

_MOST_SHOWN = 1_000


class Report:
    """An opened report of a known format; its records can be walked once.

    counts and notices are complete when the walk is.
    """

    def __init__(self, source: Source, kind: Format) -> None:
        self._source = source
        self.format = kind

    @property
    def variant(self) -> str:
        return self._source.variant

    @property
    def counts(self) -> dict[str, int]:
        return self._source.counts

    @property
    def named(self) -> dict[str, list[str]]:
        return self._source.named

    @property
    def notices(self) -> tuple[Notice, ...]:
        return tuple(Notice(text, times) for text, times in self._source.notices.items())

    def records(self) -> Iterator[Record]:
        """Every record in the order of the file, then the notices; past the record cap raises TooManyRecords."""
        cap = self._source.limits.records
        records = self.format.read(self._source)
        yield from islice(records, cap)
        if next(records, None) is not None:
            raise TooManyRecords(f"The file holds more than {cap:,} records; split the report and import the parts.")
        yield from self.notices


@contextmanager
def open_report(file: Openable, limits: Limits | None = None, *, registry: Registry = BUILT_IN) -> Iterator[Report]:
    """Open a path or binary stream as a report; raises an IntakeError that says what to do."""
    with open_source(file, limits) as source:
        yield Report(source, registry.detect(source))


def read(file: Openable, limits: Limits | None = None) -> Iterator[Record]:
    """Every record of a file, then the notices."""
    with open_report(file, limits) as report:
        yield from report.records()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds: figures before any filter, what was noted, and what was set aside (the first 1,000).

    named lists words that were met, such as the states of a VEX document; in plain data they stand among the counts.
    """

    format: str
    label: str
    variant: str
    counts: dict[str, int]
    warnings: tuple[str, ...]
    quarantined: tuple[Quarantined, ...]
    named: dict[str, list[str]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "format": self.format,
            "variant": self.variant,
            "counts": {**self.counts, **self.named},
            "warnings": list(self.warnings),
            "quarantined": [asdict(each) for each in self.quarantined],
        }


def examine(file: Openable, limits: Limits | None = None) -> Reading:
    """Read a file to its end and tell what it holds, keeping nothing else."""
    set_aside: list[Quarantined] = []
    unshown = 0
    with open_report(file, limits) as report:
        for record in report.records():
            if isinstance(record, Quarantined):
                if len(set_aside) < _MOST_SHOWN:
                    set_aside.append(record)
                else:
                    unshown += 1
        warnings = [_sentence(notice) for notice in report.notices]
        if unshown:
            warnings.append(f"{unshown:,} more records were set aside than are listed.")
        return Reading(
            format=report.format.key,
            label=report.format.label,
            variant=report.variant,
            counts=dict(report.counts),
            warnings=tuple(warnings),
            quarantined=tuple(set_aside),
            named=dict(report.named),
        )


def _sentence(notice: Notice) -> str:
    return notice.text if notice.times == 1 else f"{notice.text} ({notice.times:,} times)"
