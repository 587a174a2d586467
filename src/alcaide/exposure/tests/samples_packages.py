"""Small reports of packages, code and ports of our own making."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .samples import MONDAY

SHOP = "registry.almena.example/shop"


@dataclass(frozen=True)
class Flaw:
    """One flaw in one package of an image or a repository."""

    cve: str = "CVE-2024-1000"
    package: str = "left-pad"
    installed: str = "1.0.0"
    fixed: str = "1.0.1"
    severity: str = "HIGH"
    title: str = "A flaw"
    description: str = "It may be read from outside."
    place: str = "app/package-lock.json"

    def as_json(self) -> dict[str, Any]:
        return {
            "VulnerabilityID": self.cve, "PkgName": self.package, "InstalledVersion": self.installed,
            "FixedVersion": self.fixed, "Severity": self.severity, "Title": self.title,
            "PkgIdentifier": {"PURL": f"pkg:npm/{self.package}@{self.installed}"}, "Description": self.description,
        }  # fmt: skip


def trivy(
    *flaws: Flaw,
    image: str = f"{SHOP}:1.0",
    at: datetime = MONDAY,
    secrets: Sequence[str] = (),
    suppressed: Sequence[Flaw] = (),
    classes: bool = True,
) -> bytes:
    """Return a report of one image; without classes it says nothing of having looked."""
    places = dict.fromkeys(flaw.place for flaw in (*flaws, *suppressed))
    results: list[dict[str, Any]] = [
        {
            "Target": place, "Class": "lang-pkgs", "Type": "npm",
            "Vulnerabilities": [flaw.as_json() for flaw in flaws if flaw.place == place],
            "ExperimentalModifiedFindings": [
                {"Type": "vulnerability", "Status": "ignored", "Statement": "We never call it.",
                 "Source": ".trivyignore", "Finding": flaw.as_json()} for flaw in suppressed if flaw.place == place
            ],
        } for place in places
    ]  # fmt: skip
    if not results and classes:
        results.append({"Target": "app/package-lock.json", "Class": "lang-pkgs", "Type": "npm"})
    for file in secrets:
        found = {"RuleID": "aws-access-key-id", "Title": "A key", "Severity": "CRITICAL", "StartLine": 3}
        results.append({"Target": file, "Class": "secret", "Secrets": [found]})
    return json.dumps({
        "SchemaVersion": 2, "CreatedAt": at.isoformat(), "ArtifactName": image, "ArtifactType": "container_image",
        "Metadata": {"RepoTags": [image]}, "Results": results,
    }).encode()  # fmt: skip


def vex(
    *cves: str, package: str = "left-pad", version: str = "1.0.0", image: str = SHOP, at: datetime = MONDAY
) -> bytes:
    """Return a bill of materials of an image that says of each flaw that it does not matter."""
    purl = f"pkg:npm/{package}@{version}"
    return json.dumps({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {"timestamp": at.isoformat(), "tools": [{"name": "Almena VEX"}],
                     "component": {"type": "container", "name": image, "bom-ref": "shop"}},
        "components": [{"type": "library", "name": package, "version": version, "purl": purl, "bom-ref": "one"}],
        "vulnerabilities": [
            {"id": cve, "affects": [{"ref": "one"}], "ratings": [{"severity": "high"}],
             "analysis": {"state": "not_affected", "justification": "code_not_reachable"}} for cve in cves
        ],
    }).encode()  # fmt: skip


def sarif(
    *rules: str, tool: str = "CodeQL", version: str = "2.19", uri: str = "https://git.almena.example/shop"
) -> bytes:
    """Return a run of a code scanner that found each rule broken at one place."""
    results = [
        {"ruleId": rule, "level": "error", "message": {"text": "Broken."},
         "partialFingerprints": {"primary": f"{rule}:1"},
         "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/a.py"}, "region": {"startLine": 7}}}]}
        for rule in rules
    ]  # fmt: skip
    return json.dumps({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": tool, "version": version}}, "results": results,
                  "versionControlProvenance": [{"repositoryUri": uri}]}],
    }).encode()  # fmt: skip


def nmap(
    *ports: int,
    host: str = "10.0.0.4",
    at: datetime = MONDAY,
    args: str = "nmap -sV -p- 10.0.0.4",
    product: str = "nginx",
) -> bytes:
    """Return a scan of one host with these ports open."""
    began = int(at.timestamp())
    body = "".join(
        f'<port protocol="tcp" portid="{port}"><state state="open"/>'
        f'<service name="http" product="{product}" version="1.2"><cpe>cpe:/a:{product}:{product}</cpe></service></port>'
        for port in ports
    )
    return (
        f'<?xml version="1.0"?>\n<nmaprun scanner="nmap" args="{args}" start="{began}" version="7.95">\n'
        f'<host starttime="{began}" endtime="{began + 60}"><status state="up"/>'
        f'<address addr="{host}" addrtype="ipv4"/><ports>{body}</ports></host>\n'
        f'<runstats><finished time="{began + 61}" exit="success"/></runstats>\n</nmaprun>\n'
    ).encode()
