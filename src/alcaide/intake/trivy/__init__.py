"""Trivy's reports, JSON: the plain one, its old list, both of clusters, and those of the operator."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from alcaide.intake.cves import normal_cve
from alcaide.intake.head import Head
from alcaide.intake.jsontext import Document, open_document
from alcaide.intake.jsonvalues import BadRecord
from alcaide.intake.opener import Source
from alcaide.intake.packages import MISCONFIGURATION, SECRET, VULNERABILITY, Coexisting
from alcaide.intake.records import Identifier, Quarantined, Record, Scan, TargetKind, Verdict, Weakness
from alcaide.intake.targets import Keys, Target, image_identifiers, known_by, moment
from alcaide.intake.trivy import findings, shapes
from alcaide.intake.trivy.findings import Result

COUNTS = (
    "results", "vulnerabilities", "misconf_FAIL", "secrets", "distinct_cves", "misconfigurations", "licenses",
    "suppressed", "weaknesses", "quarantined",
)  # fmt: skip

_RESULT_KEYS = frozenset({b"Target", b"Class", b"Vulnerabilities", b"Misconfigurations", b"Secrets"})
_CLUSTER_PARTS = ("Resources", "Vulnerabilities", "Misconfigurations", "Findings")
_KINDS: dict[str, TargetKind] = {"container_image": "image", "image": "image", "repository": "repository"}
_SYSTEM_CLASS = "os-pkgs"
_FAMILY_OF_CLASS = {
    _SYSTEM_CLASS: VULNERABILITY, "lang-pkgs": VULNERABILITY, "config": MISCONFIGURATION, "secret": SECRET,
}  # fmt: skip
_SET_ASIDE: dict[str, Verdict] = {"not_affected": "not-affected", "fixed": "fixed"}
# So much of a list is kept between the two looks at it: which versions stand side by side, then each flaw.
_HELD_BYTES = 4 << 20
_OPERATOR = re.compile(rb'"aquasecurity\.github\.io/')
_NOT_READ = frozenset({"SbomReport", "ClusterSbomReport", "ClusterComplianceReport"})


def sniff(head: Head) -> bool:
    """Whether the content is one of the reports."""
    if not head.is_json or b"bomFormat" in head.keys or b"runs" in head.keys:
        return False
    if _OPERATOR.search(head.start):
        return True
    if head.is_json_list:
        return b"Target" in head.keys and bool(head.keys & (_RESULT_KEYS - {b"Target"}) or b"Type" in head.keys)
    cluster = b"ClusterName" in head.keys and any(part.encode() in head.keys for part in _CLUSTER_PARTS)
    plain = b"ArtifactName" in head.keys or b"ArtifactType" in head.keys
    # Of what has no name a report says so little.
    plain = plain or (b"SchemaVersion" in head.keys and not head.keys.isdisjoint({b"Metadata", b"CreatedAt"}))
    return cluster or plain or (b"Results" in head.keys and b"Target" in head.keys)


def read(source: Source) -> Iterator[Record]:
    """The scan, what it looked at, and the findings of each."""
    source.counts.update(dict.fromkeys(COUNTS, 0))
    with open_document(source) as document:
        yield from _Reader(document, source).records()
        document.finish()


@dataclass(slots=True)
class _Block:
    """One target and the places in the file that speak of it."""

    target: Target
    results: list[tuple[str, int]] = field(default_factory=list)
    is_cluster: bool = False


class _Reader:
    def __init__(self, document: Document, source: Source) -> None:
        self._document = document
        self._source = source
        self._count = source.counts
        self._cves: set[str] = set()
        self._keys = Keys()

    def records(self) -> Iterator[Record]:
        document = self._document
        top = document.keyed(document.root)
        if document.is_list(document.root) and not _OPERATOR.search(self._source.head.start):
            self._source.variant = "list"
            yield from self._plain(top, results=document.root)
        elif "ClusterName" in top or not top.keys().isdisjoint({"Resources", "Findings"}):
            self._source.variant = "k8s-summary" if "Findings" in top else "k8s"
            yield from self._cluster(top)
        elif _OPERATOR.search(self._source.head.start):
            self._source.variant = "operator"
            yield from self._operator(top)
        else:
            self._source.variant = "schema-2"
            yield from self._plain(top, results=top.get("Results", -1))
        self._count["distinct_cves"] = len(self._cves)

    def _plain(self, top: dict[str, int], *, results: int) -> Iterator[Record]:
        document = self._document
        if self._source.variant == "list":
            self._source.notice("An old list of Trivy does not say what was scanned; choose the asset yourself.")
        name = self._source.field(document.string(top.get("ArtifactName")), cap=512)
        kind: TargetKind = _KINDS.get(document.string(top.get("ArtifactType")), "files")
        metadata = document.read_or_none(top.get("Metadata"), shapes.Metadata) or shapes.Metadata()
        target = Target(
            key=self._keys.take(name or "report"), name=name or "(not named in the report)", kind=kind,
            identifiers=_identifiers(kind, name, metadata),
            os=f"{metadata.OS.Family} {metadata.OS.Name}".strip() if metadata.OS else "",
            at=moment(document.string(top.get("CreatedAt")), self._source), place="the report",
        )  # fmt: skip
        yield _scan(name, self._version(top))
        block = _Block(target)
        for number, at in enumerate(document.elements(results)):
            block.results.append((f"[{number}]" if self._source.variant == "list" else f"Results[{number}]", at))
        if not block.results and not document.is_damaged:
            # Trivy looks for vulnerabilities unless told not to, and leaves the list out where there is nothing.
            target.families.add(VULNERABILITY)
        yield from self._block(block)

    def _version(self, top: dict[str, int]) -> str:
        about = self._document.keyed(top["Trivy"]) if "Trivy" in top else {}
        return self._document.string(about.get("Version"))[:64]

    def _cluster(self, top: dict[str, int]) -> Iterator[Record]:
        document = self._document
        cluster = self._source.field(document.string(top.get("ClusterName")), cap=512)
        at = moment(document.string(top.get("CreatedAt")), self._source)
        yield _scan(cluster, "")
        blocks: dict[str, _Block] = {}
        for part in _CLUSTER_PARTS:
            for number, place in enumerate(document.elements(top.get(part, -1))):
                yield from self._resource(place, f"{part}[{number}]", blocks, cluster=cluster, scanned_at=at)
        for block in blocks.values():
            yield from self._block(block)

    def _resource(
        self, at: int, place: str, blocks: dict[str, _Block], *, cluster: str, scanned_at: datetime | None
    ) -> Iterator[Quarantined]:
        document = self._document
        if not document.is_object(at):
            self._count["quarantined"] += 1
            yield self._source.quarantine(place, "It is no object.", excerpt=document.excerpt(at))
            return
        parts = document.keyed(at)
        said = (document.string(parts.get(key)) for key in ("Namespace", "Kind", "Name"))
        name = "/".join(word for word in said if word)[:512] or place
        block = blocks.get(name) or blocks.setdefault(
            name, self._resource_block(name, place, cluster=cluster, scanned_at=scanned_at)
        )
        if document.string(parts.get("Error")):
            self._source.notice("Trivy could not scan a resource of the cluster; nothing missing from it is closed.")
            block.target.families.add("")
        for number, result in enumerate(document.elements(parts.get("Results", -1))):
            block.results.append((f"{place}.Results[{number}]", result))

    def _resource_block(self, name: str, place: str, *, cluster: str, scanned_at: datetime | None) -> _Block:
        full = f"{cluster}/{name}" if cluster else name
        target = Target(
            key=self._keys.take(name), name=name, kind="cluster", identifiers=known_by(("cluster", full)),
            at=scanned_at, place=place,
        )  # fmt: skip
        return _Block(target, is_cluster=True)

    def _block(self, block: _Block) -> Iterator[Record]:
        target = block.target
        yield target.seen()
        for place, at in block.results:
            self._count["results"] += 1
            try:
                if not self._document.is_object(at):
                    raise BadRecord("It is no object.")
                yield from self._result(block, place, at)
            except BadRecord as bad:
                yield target.set_aside(self._source, place, str(bad), excerpt=self._document.excerpt(at))
        yield self._done(target)

    def _done(self, target: Target) -> Record:
        is_whole = not self._document.is_damaged and "" not in target.families
        # An old list says nothing of classes; what it holds is what was looked for.
        return target.done(is_whole=is_whole, families=frozenset(target.families - {""}))

    def _result(self, block: _Block, place: str, at: int) -> Iterator[Record]:
        document, target = self._document, block.target
        parts = document.keyed(at)
        name = self._source.field(document.string(parts.get("Target")), cap=1024)
        kind = document.string(parts.get("Type"))
        said = document.string(parts.get("Class"))
        is_system = said == _SYSTEM_CLASS or (not said and name.endswith(")"))
        image = findings.image_of(name) if is_system and block.is_cluster else ""
        result = Result(target.key, name, kind, is_system, image, Coexisting())
        if said in _FAMILY_OF_CLASS or not said:
            target.families.add(_FAMILY_OF_CLASS.get(said, VULNERABILITY))
        yield from self._vulnerabilities(target, result, parts.get("Vulnerabilities", -1), f"{place}.Vulnerabilities")
        yield from self._misconfigurations(target, result, parts.get("Misconfigurations", -1), place)
        yield from self._each(
            target, parts.get("Secrets", -1), f"{place}.Secrets", "secrets",
            lambda here, spot: findings.secret(document.read(here, shapes.Secret), result, self._source, at=spot),
        )  # fmt: skip
        for key in ("ExperimentalModifiedFindings", "ModifiedFindings"):
            yield from self._each(
                target, parts.get(key, -1), f"{place}.{key}", "suppressed",
                lambda here, spot: self._set_aside_by_report(here, spot, result),
            )  # fmt: skip
        self._count["licenses"] += sum(1 for _ in document.elements(parts.get("Licenses", -1)))

    def _vulnerabilities(
        self, target: Target, result: Result, at: int, place: str, *, is_operator: bool = False
    ) -> Iterator[Record]:
        document = self._document
        part: type[shapes.FlawPart] | type[shapes.OperatorPart] = shapes.FlawPart
        whole: type[shapes.Flaw] | type[shapes.OperatorFlaw] = shapes.Flaw
        if is_operator:
            part, whole = shapes.OperatorPart, shapes.OperatorFlaw
        held: dict[int, tuple[shapes.Flaw | shapes.OperatorFlaw, findings.Placed]] = {}
        left = _HELD_BYTES
        for here, flaw in document.each_quickly(at, whole):
            if flaw is not None:
                placed = findings.note(flaw, result)
                if left > 0:
                    held[here] = (flaw, placed)
                    left -= document.length(here)
                continue
            try:
                findings.note(document.read(here, part), result)
            except BadRecord:
                continue

        def one(here: int, spot: str) -> Weakness:
            flaw, placed = held.pop(here, None) or (document.read(here, whole), None)
            # Most bear their number as it should be written; it was looked at already.
            is_plain = placed is not None and placed.cves[:1] == (flaw.id,)
            self._cves.add(flaw.id if is_plain else normal_cve(flaw.id))
            return findings.vulnerability(flaw, result, self._source, at=spot, placed=placed)

        yield from self._each(target, at, place, "vulnerabilities", one)
        self._cves.discard("")

    def _misconfigurations(self, target: Target, result: Result, at: int, place: str) -> Iterator[Record]:
        def one(here: int, spot: str) -> Weakness | None:
            found = self._document.read(here, shapes.Misconfiguration)
            self._count["misconf_FAIL"] += found.status == "FAIL"
            # Reports from before the status existed list failures alone.
            if found.status not in ("FAIL", ""):
                return None
            return findings.misconfiguration(found, result, self._source, at=spot)

        yield from self._each(target, at, f"{place}.Misconfigurations", "misconfigurations", one)

    def _set_aside_by_report(self, at: int, spot: str, result: Result) -> Weakness | None:
        said = self._document.read(at, shapes.Suppressed)
        if said.kind not in ("vulnerability", ""):
            return None
        why = " ".join(part for part in (said.words, f"({said.origin})" if said.origin else "") if part)
        verdict = _SET_ASIDE.get(said.status, "suppressed")
        return findings.vulnerability(
            said.finding, result, self._source, at=spot, verdict=verdict, why=why or f"Set aside as {said.status}."
        )

    def _each(
        self, target: Target, at: int, place: str, count: str, one: Callable[[int, str], Weakness | None]
    ) -> Iterator[Record]:
        """Every record of a list, counted; what cannot be used is set aside."""
        document, counts = self._document, self._count
        for number, here in enumerate(document.elements(at)):
            spot = f"{place}[{number}], byte {here}"
            try:
                found = one(here, spot)
            except BadRecord as bad:
                if document.is_cut_at(here):
                    continue
                counts[count] += 1
                yield target.set_aside(self._source, spot, str(bad), excerpt=self._excerpt(here, count))
                continue
            counts[count] += 1
            if found is not None:
                counts["weaknesses"] += 1
                target.weaknesses += 1
                yield found

    def _excerpt(self, at: int, count: str) -> str:
        return "(not shown: it may hold a secret)" if count == "secrets" else self._document.excerpt(at)

    def _operator(self, top: dict[str, int]) -> Iterator[Record]:
        document = self._document
        yield _scan("", "")
        root = document.root
        reports = [("the report", root)]
        if document.is_list(root):
            reports = [(f"[{n}]", at) for n, at in enumerate(document.elements(root))]
        elif "items" in top:
            reports = [(f"items[{n}]", at) for n, at in enumerate(document.elements(top["items"]))]
        grouped: dict[str, list[tuple[str, dict[str, int]]]] = {}
        for place, at in reports:
            parts = document.keyed(at)
            kind = document.string(parts.get("kind"))
            if kind in _NOT_READ:
                self._source.notice(f"A {kind} repeats what other reports say and was not read.")
            elif "report" not in parts:
                self._count["quarantined"] += 1
                yield self._source.quarantine(place, "It is no report.", excerpt=document.excerpt(at))
            else:
                grouped.setdefault(self._resource_name(parts), []).append((place, parts))
        for name, found in grouped.items():
            yield from self._operator_target(name, found)

    def _resource_name(self, parts: dict[str, int]) -> str:
        about = self._document.read_or_none(parts.get("metadata"), shapes.OperatorMetadata)
        about = about or shapes.OperatorMetadata()
        labels = about.labels or {}
        said = [labels.get(f"trivy-operator.resource.{part}") for part in ("namespace", "kind", "name")]
        words = [word for word in said if isinstance(word, str) and word]
        return "/".join(words)[:512] or "/".join(part for part in (about.namespace, about.name) if part) or "cluster"

    def _operator_target(self, name: str, found: list[tuple[str, dict[str, int]]]) -> Iterator[Record]:
        document = self._document
        abouts = [document.read_or_none(parts["report"], shapes.OperatorReport) for _, parts in found]
        times = [moment(about.updateTimestamp, self._source) for about in abouts if about is not None]
        target = Target(
            key=self._keys.take(name), name=name, kind="cluster", identifiers=known_by(("cluster", name)),
            at=max((at for at in times if at is not None), default=None), place=found[0][0],
        )  # fmt: skip
        yield target.seen()
        for (place, parts), about in zip(found, abouts, strict=True):
            self._count["results"] += 1
            yield from self._operator_report(target, about, document.keyed(parts["report"]), f"{place}.report")
        yield self._done(target)

    def _operator_report(
        self, target: Target, about: shapes.OperatorReport | None, parts: dict[str, int], place: str
    ) -> Iterator[Record]:
        document = self._document
        image = (about.artifact.repository if about and about.artifact else "")[:300]
        result = Result(target.key, "", "", True, image, Coexisting())
        families = (("vulnerabilities", VULNERABILITY), ("checks", MISCONFIGURATION), ("secrets", SECRET))
        target.families.update(family for key, family in families if key in parts)
        if "vulnerabilities" in parts:
            each = Result(target.key, "", "", False, image, result.coexisting)
            at = parts["vulnerabilities"]
            yield from self._vulnerabilities(target, each, at, f"{place}.vulnerabilities", is_operator=True)

        def check(here: int, spot: str) -> Weakness | None:
            found = document.read(here, shapes.OperatorCheck)
            self._count["misconf_FAIL"] += not found.success
            return None if found.success else findings.misconfiguration(found, result, self._source, at=spot)

        yield from self._each(target, parts.get("checks", -1), f"{place}.checks", "misconfigurations", check)
        yield from self._each(
            target, parts.get("secrets", -1), f"{place}.secrets", "secrets",
            lambda here, spot: findings.secret(
                document.read(here, shapes.OperatorSecret), result, self._source, at=spot
            ),
        )  # fmt: skip


def _scan(name: str, version: str) -> Scan:
    return Scan(name=name, policy="", targets=name, severity_basis="", scanner=f"Trivy {version}".strip())


def _identifiers(kind: TargetKind, name: str, metadata: shapes.Metadata) -> tuple[Identifier, ...]:
    if kind == "image":
        return image_identifiers(
            [*(metadata.RepoTags or ()), name], digests=metadata.RepoDigests or (), image_id=metadata.ImageID
        )
    return known_by(("repository", metadata.RepoURL), ("repository", name), ("project", name))
