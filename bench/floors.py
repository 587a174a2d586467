"""The least that reading a report can take: its own parser, only the fields that the kept rows hold, and their keys.

lxml walks XML record by record, msgspec decodes JSON into typed structs. Each yields one tuple for each record.
"""

from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
from lxml import etree

Rows = Iterator[tuple[Any, ...]]


def nessus(path: Path) -> Rows:
    host = ""
    texts = ("solution", "synopsis", "plugin_output", "exploit_available", "cvss3_vector", "cvss3_base_score")
    tags = ("ReportHost", "ReportItem")
    for event, element in etree.iterparse(
        str(path), events=("start", "end"), tag=tags, resolve_entities=False, no_network=True, huge_tree=True
    ):
        if event == "start":
            host = element.get("name") if element.tag == "ReportHost" else host
            continue
        if element.tag == "ReportItem":
            said = element.attrib
            identity = (host, said["port"], said["protocol"], said["pluginID"])
            cves = [cve.text for cve in element.iterfind("cve")]
            found = [element.findtext(text) for text in texts]
            yield (_key(*identity), *identity, said["pluginName"], said["severity"], said["svc_name"], cves, *found)
        element.clear()


def nmap(path: Path) -> Rows:
    for _, host in etree.iterparse(str(path), tag="host", resolve_entities=False, no_network=True, huge_tree=True):
        address = host.find("address").get("addr")
        for port in host.iter("port"):
            service = port.find("service")
            yield (address, port.get("portid"), port.get("protocol"), service.get("name"), service.get("product"))
        host.clear()


def trivy(path: Path) -> Rows:
    purl = msgspec.defstruct("Purl", [("PURL", str)])
    score = msgspec.defstruct("Score", [("V3Vector", str), ("V3Score", float)])
    flaw = msgspec.defstruct(
        "Flaw",
        [(name, str) for name in ("VulnerabilityID", "PkgName", "InstalledVersion", "FixedVersion", "Title",
                                  "Severity", "SeveritySource", "Status", "Description")]
        + [("PkgIdentifier", purl), ("CVSS", dict[str, score])],
    )  # fmt: skip
    result = msgspec.defstruct("Result", [("Target", str), ("Vulnerabilities", list[flaw])])
    report = msgspec.defstruct("Report", [("ArtifactName", str), ("Results", list[result])])
    read = msgspec.json.decode(path.read_bytes(), type=report)
    for part in read.Results:
        for each in part.Vulnerabilities:
            identity = (read.ArtifactName, "0", part.Target, f"{each.PkgName} {each.VulnerabilityID}")
            yield (_key(*identity), *identity, *msgspec.structs.astuple(each))


def grype(path: Path) -> Rows:
    score = msgspec.defstruct("Score", [("version", str), ("vector", str)])
    fix = msgspec.defstruct("Fix", [("versions", list[str]), ("state", str)])
    flaw = msgspec.defstruct(
        "Flaw", [("id", str), ("severity", str), ("description", str), ("cvss", list[score]), ("fix", fix)]
    )
    place = msgspec.defstruct("Place", [("path", str)])
    part = msgspec.defstruct(
        "Part", [("name", str), ("version", str), ("type", str), ("purl", str), ("locations", list[place])]
    )
    match = msgspec.defstruct("Match", [("vulnerability", flaw), ("artifact", part)])
    report = msgspec.defstruct("Report", [("matches", list[match])])
    for each in msgspec.json.decode(path.read_bytes(), type=report).matches:
        flaw_of, part_of = each.vulnerability, each.artifact
        identity = (part_of.purl, part_of.locations[0].path, flaw_of.id)
        yield (_key(*identity), *identity, *msgspec.structs.astuple(flaw_of), *msgspec.structs.astuple(part_of))


def sarif(path: Path) -> Rows:
    text = msgspec.defstruct("Text", [("text", str)])
    file = msgspec.defstruct("File", [("uri", str)])
    lines = msgspec.defstruct("Lines", [("startLine", int)])
    spot = msgspec.defstruct("Spot", [("artifactLocation", file), ("region", lines)])
    place = msgspec.defstruct("Place", [("physicalLocation", spot)])
    result = msgspec.defstruct(
        "Result",
        [("ruleId", str), ("level", str), ("message", text), ("partialFingerprints", dict[str, str]),
         ("locations", list[place])],
    )  # fmt: skip
    run = msgspec.defstruct("Run", [("results", list[result])])
    report = msgspec.defstruct("Report", [("runs", list[run])])
    for part in msgspec.json.decode(path.read_bytes(), type=report).runs:
        for each in part.results:
            here = each.locations[0].physicalLocation
            identity = (each.ruleId, here.artifactLocation.uri, *each.partialFingerprints.values())
            yield (_key(*identity), *identity, each.level, each.message.text, here.region.startLine)


def cyclonedx(path: Path) -> Rows:
    part = msgspec.defstruct("Part", [("name", str), ("purl", str)])
    rating = msgspec.defstruct("Rating", [("severity", str), ("method", str), ("vector", str)])
    ref = msgspec.defstruct("Ref", [("ref", str)])
    flaw = msgspec.defstruct(
        "Flaw", [("id", str), ("description", str), ("ratings", list[rating]), ("affects", list[ref])]
    )
    report = msgspec.defstruct("Report", [("components", list[part]), ("vulnerabilities", list[flaw])])
    read = msgspec.json.decode(path.read_bytes(), type=report)
    for each in read.vulnerabilities:
        for affected in each.affects:
            identity = (affected.ref, each.id)
            yield (_key(*identity), *identity, each.description, each.ratings)


def _key(*identity: str) -> str:
    return blake2b("\0".join(identity).encode(), digest_size=16).hexdigest()


FLOORS: dict[str, Callable[[Path], Rows]] = {
    "nessus": nessus, "nmap": nmap, "trivy": trivy, "grype": grype, "sarif": sarif, "cyclonedx": cyclonedx,
}  # fmt: skip
