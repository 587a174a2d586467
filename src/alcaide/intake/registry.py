"""Which formats are read. A new one is one file beside this and one line in `BUILT_IN`."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from alcaide.intake import cyclonedx, epss, grype, kev, nessus, nmap, sarif, trivy
from alcaide.intake.errors import DoubledFormat, UnknownFormat
from alcaide.intake.head import Head
from alcaide.intake.opener import Source
from alcaide.intake.records import Record


@dataclass(frozen=True, slots=True)
class Format:
    """One foreign format.

    sniff tells by the beginning of the content, never by the file's name. read yields records and keeps the figures
    named in counts in `source.counts`: what the file holds before any filter.
    """

    key: str
    label: str
    sniff: Callable[[Head], bool]
    read: Callable[[Source], Iterator[Record]]
    counts: tuple[str, ...]
    extensions: tuple[str, ...]


class Registry:
    """Formats by key, asked in the order they were added."""

    def __init__(self, formats: Iterable[Format] = ()) -> None:
        self._formats: dict[str, Format] = {}
        for each in formats:
            self.add(each)

    def add(self, new: Format) -> None:
        """Take in a format; a key that is taken raises DoubledFormat."""
        if new.key in self._formats:
            raise DoubledFormat(f"Two readers call themselves “{new.key}”; give the new one another key.")
        self._formats[new.key] = new

    def __iter__(self) -> Iterator[Format]:
        return iter(self._formats.values())

    def detect(self, source: Source) -> Format:
        """The format of the content; a misleading file name is noted, an unknown content raises UnknownFormat."""
        for each in self:
            if each.sniff(source.head):
                if source.extension and source.extension not in each.extensions:
                    source.notice(f"The file is named “.{source.extension}” and holds {each.label}; read as such.")
                return each
        known = "; ".join(each.label for each in self)
        raise UnknownFormat(f"{source.head.reads_as} Alcaide reads: {known}. Export the report as one of them.")


BUILT_IN = Registry(
    (
        Format("nessus", "a Nessus report (.nessus)", nessus.sniff, nessus.read, nessus.COUNTS, ("nessus", "xml")),
        Format("nmap", "an Nmap report (XML)", nmap.sniff, nmap.read, nmap.COUNTS, ("xml",)),
        Format("grype", "a Grype report (JSON)", grype.sniff, grype.read, grype.COUNTS, ("json",)),
        Format(
            "sarif", "a SARIF log of a code scanner (JSON)", sarif.sniff, sarif.read, sarif.COUNTS, ("sarif", "json")
        ),
        Format(
            "cyclonedx",
            "a CycloneDX bill of materials or VEX (JSON, XML)",
            cyclonedx.sniff,
            cyclonedx.read,
            cyclonedx.COUNTS,
            ("json", "xml", "cdx", "bom", "vex"),
        ),
        Format("trivy", "a Trivy report (JSON)", trivy.sniff, trivy.read, trivy.COUNTS, ("json",)),
        Format("kev", "CISA's known exploited vulnerabilities (JSON)", kev.sniff, kev.read, kev.COUNTS, ("json",)),
        Format("epss", "FIRST's EPSS scores (CSV)", epss.sniff, epss.read, epss.COUNTS, ("csv",)),
    )
)
