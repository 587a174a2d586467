"""Pure readers: one module per foreign format, to plain records. No Django.

`examine(file)` tells what a file holds; `read(file)` yields its records; `open_report(file)` does so with the format at
hand. The records stand in `alcaide.intake.records`, the errors in `alcaide.intake.errors`.
"""

from alcaide.intake.errors import IntakeError
from alcaide.intake.limits import Limits
from alcaide.intake.reading import Reading, Report, examine, open_report, read
from alcaide.intake.registry import BUILT_IN, Format, Registry

__all__ = [
    "BUILT_IN",
    "Format",
    "IntakeError",
    "Limits",
    "Reading",
    "Registry",
    "Report",
    "examine",
    "open_report",
    "read",
]
