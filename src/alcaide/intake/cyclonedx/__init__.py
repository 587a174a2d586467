"""CycloneDX bills of materials, JSON and XML, 1.2 to 1.7, with their vulnerabilities and VEX statements."""

import re
from collections.abc import Iterator

from alcaide.intake.cyclonedx import as_json, as_xml
from alcaide.intake.cyclonedx.parts import Flaw, Known, about, serial_of, weakness
from alcaide.intake.cyclonedx.shelf import Shelf
from alcaide.intake.head import Head
from alcaide.intake.jsontext import Document, open_document
from alcaide.intake.jsonvalues import BadRecord
from alcaide.intake.opener import Source
from alcaide.intake.packages import VULNERABILITY
from alcaide.intake.records import Record, Scan, Weakness
from alcaide.intake.targets import Keys, Target, known_by, moment

COUNTS = (
    "components", "vulnerabilities", "metadata_component", "distinct_vuln_ids", "weaknesses", "quarantined",
)  # fmt: skip

_NAMESPACE = re.compile(rb"cyclonedx\.org/schema/bom/(\d\.\d{1,2})")
# So much of the flaws is kept between the two looks at them: which versions stand side by side, then each flaw.
_HELD_BYTES = 4 << 20
_STATE = re.compile(r"[a-z_]{2,40}")


def sniff(head: Head) -> bool:
    """Whether the content is a bill of materials of CycloneDX."""
    if head.root == "bom":
        return b"cyclonedx.org/" in head.start
    return head.is_json and not head.is_json_list and b"bomFormat" in head.keys


def read(source: Source) -> Iterator[Record]:
    """What the document is about, the flaws of its components, then what it says about other documents' components."""
    source.counts.update(dict.fromkeys(COUNTS, 0))
    source.named["analysis_states"] = []
    if source.head.root:
        yield from _read_xml(source)
        return
    with open_document(source) as document:
        yield from _read_json(document, source)
        document.finish()


class _Bill:
    """One document while its flaws are handed out."""

    def __init__(self, source: Source, *, known: Known, serial: str) -> None:
        self.known = known
        self.looks_for_flaws = False
        self.is_damaged = False
        self._source = source
        self._keys = Keys()
        self._ids: set[str] = set()
        self._states: set[str] = set()
        self._elsewhere: dict[str, list[tuple[Flaw, str, str, tuple[tuple[str, str], ...]]]] = {}
        self._serial = serial.strip().lower()

    def open(self, *, timestamp: str, tool: str) -> tuple[Target, Iterator[Record]]:
        kind, name, identifiers = about(self.known.main, self._serial)
        name = name[:512] or "(not named in the document)"
        target = Target(
            key=self._keys.take(name), name=name, kind=kind, identifiers=identifiers,
            at=moment(timestamp, self._source), place="the document",
        )  # fmt: skip
        scan = Scan(name, "", name, "", tool)
        return target, iter((scan, target.seen()))

    def take(self, flaw: Flaw, target: Target, at: str) -> Iterator[Record]:
        """A flaw's weaknesses here; what it says of other documents is kept for the end."""
        self._tally(flaw)
        here = [each for each in flaw.affected if not self._is_elsewhere(each.ref)]
        for each in flaw.affected:
            if self._is_elsewhere(each.ref):
                self._elsewhere.setdefault(serial_of(each.ref), []).append((flaw, each.ref, at, each.statuses))
        if not flaw.affected:
            yield self._weakness(flaw, target, at, ref=None)
        for each in here:
            yield self._weakness(flaw, target, at, ref=each.ref, statuses=each.statuses)

    def close(self, target: Target) -> Iterator[Record]:
        families = frozenset({VULNERABILITY}) if self.looks_for_flaws else frozenset()
        yield target.done(is_whole=not self.is_damaged, families=families)
        for serial, said in self._elsewhere.items():
            # Only what the document says of the other is known, so its silence proves nothing there.
            other = Target(
                key=self._keys.take(serial), name=serial, kind="application",
                identifiers=known_by(("project", serial)), at=target.at, place="the document",
            )  # fmt: skip
            yield other.seen()
            for flaw, ref, at, statuses in said:
                yield self._weakness(flaw, other, at, ref=ref, statuses=statuses)
            yield other.done(is_whole=not self.is_damaged, families=frozenset())
        if self._elsewhere:
            self._source.notice("The document speaks of components in other documents; bring those in as well.")
        self._source.counts["distinct_vuln_ids"] = len(self._ids)
        self._source.named["analysis_states"] = sorted(self._states)

    def _is_elsewhere(self, ref: str) -> bool:
        serial = serial_of(ref)
        return bool(serial) and serial != self._serial

    def _tally(self, flaw: Flaw) -> None:
        self._ids.add(flaw.id)
        state = flaw.state.strip()
        if _STATE.fullmatch(state):
            self._states.add(state)

    def _weakness(
        self, flaw: Flaw, target: Target, at: str, *, ref: str | None, statuses: tuple[tuple[str, str], ...] = ()
    ) -> Weakness:
        found = weakness(flaw, self.known, self._source, host_key=target.key, ref=ref, at=at, statuses=statuses)
        self._source.counts["weaknesses"] += 1
        target.weaknesses += 1
        return found


def _components(document: Document, source: Source, *, top: dict[str, int], metadata: dict[str, int]) -> Known:
    """The components by reference; those in the list are counted, with those within them."""
    known = Known()
    main = as_json.component(document, metadata.get("component"))
    if main is not None:
        source.counts["metadata_component"] = 1
        known.main = main
        known.add(main)
        inner = document.keyed(metadata["component"]).get("components", -1)
        for each in as_json.components(document, inner):
            if each is not None:
                known.add(each)
    for each in as_json.components(document, top.get("components", -1)):
        source.counts["components"] += 1
        if each is not None:
            known.add(each)
    return known


def _read_json(document: Document, source: Source) -> Iterator[Record]:
    top = document.keyed(document.root)
    source.variant = f"json {document.string(top.get('specVersion'))[:8]}".strip()
    metadata = document.keyed(top.get("metadata", -1))
    known = _components(document, source, top=top, metadata=metadata)
    bill = _Bill(source, known=known, serial=document.string(top.get("serialNumber"))[:200])
    bill.looks_for_flaws = "vulnerabilities" in top and bool(source.counts["components"])
    timestamp, tool = document.string(metadata.get("timestamp")), as_json.tool(document, metadata.get("tools"))
    target, opening = bill.open(timestamp=timestamp, tool=tool)
    yield from opening
    at = top.get("vulnerabilities", -1)
    held = _noted(document, known, at)
    for number, here in enumerate(document.elements(at)):
        spot = f"vulnerabilities[{number}], byte {here}"
        try:
            flaw = held.pop(here, None) or as_json.flaw(document, here)
        except BadRecord as bad:
            if document.is_cut_at(here):
                continue
            source.counts["vulnerabilities"] += 1
            yield target.set_aside(source, spot, str(bad), excerpt=document.excerpt(here))
            continue
        source.counts["vulnerabilities"] += 1
        yield from bill.take(flaw, target, spot)
    bill.is_damaged = document.is_damaged
    yield from bill.close(target)


def _noted(document: Document, known: Known, at: int) -> dict[int, Flaw]:
    """Note which versions stand side by side; of the flaws looked at so many are kept as memory allows."""
    held: dict[int, Flaw] = {}
    left = _HELD_BYTES
    for here in document.elements(at):
        try:
            flaw = as_json.flaw(document, here)
        except BadRecord:
            continue
        known.note(flaw)
        if left > 0:
            held[here] = flaw
            left -= document.length(here)
    return held


def _read_xml(source: Source) -> Iterator[Record]:
    version = _NAMESPACE.search(source.head.start)
    source.variant = f"xml {version[1].decode()}" if version else "xml"
    with Shelf() as shelf:
        yield from _read_parts(as_xml.parts(source, shelf), source)


def _read_parts(parts: as_xml.Parts, source: Source) -> Iterator[Record]:
    source.counts["components"] = parts.components
    source.counts["metadata_component"] = int(parts.has_main)
    bill = _Bill(source, known=parts.known, serial=parts.serial)
    bill.looks_for_flaws, bill.is_damaged = parts.has_flaws and bool(parts.components), parts.is_damaged
    target, opening = bill.open(timestamp=parts.timestamp, tool=parts.tool)
    yield from opening
    for flaw, _ in parts.flaws:
        parts.known.note(flaw)
    for number, (flaw, line) in enumerate(parts.flaws):
        spot = f"vulnerability {number + 1}, line {line}"
        source.counts["vulnerabilities"] += 1
        if flaw.id.strip():
            yield from bill.take(flaw, target, spot)
        else:
            yield target.set_aside(source, spot, "It has no id.", excerpt=flaw.description)
    yield from bill.close(target)
