"""The records of Trivy's reports as typed structs, as far as they are read; the same names for both spellings."""

from typing import Any

import msgspec


class VendorScore(msgspec.Struct, frozen=True, gc=False, rename={"v2": "V2Vector", "v3": "V3Vector", "v4": "V40Vector",
                  "score2": "V2Score", "score3": "V3Score", "score4": "V40Score"}):  # fmt: skip
    """What one vendor's CVSS entry says."""

    v2: str = ""
    v3: str = ""
    v4: str = ""
    score2: float | None = None
    score3: float | None = None
    score4: float | None = None


class Named(msgspec.Struct, gc=False):
    """How a package is identified beside its name."""

    PURL: str = ""


class Flaw(msgspec.Struct, gc=False, rename={
    "id": "VulnerabilityID", "package": "PkgName", "path": "PkgPath", "named": "PkgIdentifier",
    "installed": "InstalledVersion", "fixed": "FixedVersion", "status": "Status", "severity": "Severity",
    "severity_from": "SeveritySource", "title": "Title", "description": "Description", "link": "PrimaryURL",
    "links": "References", "vendor_ids": "VendorIDs", "scores": "CVSS", "published": "PublishedDate",
    "modified": "LastModifiedDate",
}):  # fmt: skip
    """One vulnerability in one package."""

    id: str
    package: str = ""
    path: str = ""
    named: Named | None = None
    installed: str = ""
    fixed: str = ""
    status: str = ""
    severity: str = ""
    severity_from: str = ""
    title: str = ""
    description: str = ""
    link: str = ""
    links: list[str] | None = None
    vendor_ids: list[str] | None = None
    scores: dict[str, VendorScore] | None = None
    published: str = ""
    modified: str = ""
    purl: str = ""
    kind: str = ""
    target: str = ""


class FlawPart(msgspec.Struct, gc=False, rename={
    "id": "VulnerabilityID", "package": "PkgName", "path": "PkgPath", "named": "PkgIdentifier",
    "installed": "InstalledVersion", "vendor_ids": "VendorIDs",
}):  # fmt: skip
    """The part of a `Flaw` that says which it is."""

    id: str
    package: str = ""
    path: str = ""
    named: Named | None = None
    installed: str = ""
    vendor_ids: list[str] | None = None
    purl: str = ""
    kind: str = ""
    target: str = ""


_OPERATOR = {
    "id": "vulnerabilityID", "package": "resource", "path": "packagePath", "purl": "packagePURL",
    "kind": "packageType", "installed": "installedVersion",
}  # fmt: skip


class OperatorFlaw(msgspec.Struct, gc=False, rename={
    **_OPERATOR, "fixed": "fixedVersion", "link": "primaryLink", "published": "publishedDate",
    "modified": "lastModifiedDate", "severity_from": "cvsssource",
}):  # fmt: skip
    """One vulnerability as the operator writes it."""

    id: str
    package: str = ""
    path: str = ""
    purl: str = ""
    kind: str = ""
    target: str = ""
    installed: str = ""
    fixed: str = ""
    severity: str = ""
    severity_from: str = ""
    title: str = ""
    description: str = ""
    link: str = ""
    links: list[str] | None = None
    score: float | None = None
    published: str = ""
    modified: str = ""
    named: Named | None = None
    status: str = ""
    vendor_ids: list[str] | None = None
    scores: dict[str, VendorScore] | None = None


class OperatorPart(msgspec.Struct, gc=False, rename=_OPERATOR):
    """The part of an `OperatorFlaw` that says which it is."""

    id: str
    package: str = ""
    path: str = ""
    purl: str = ""
    kind: str = ""
    target: str = ""
    installed: str = ""
    named: Named | None = None
    vendor_ids: list[str] | None = None


class Cause(msgspec.Struct, gc=False):
    """What a misconfiguration is about."""

    Resource: str = ""


class Misconfiguration(msgspec.Struct, gc=False, rename={
    "id": "ID", "avd_id": "AVDID", "title": "Title", "description": "Description", "message": "Message",
    "solution": "Resolution", "severity": "Severity", "link": "PrimaryURL", "links": "References",
    "status": "Status", "cause": "CauseMetadata",
}):  # fmt: skip
    """One check of a configuration."""

    id: str = ""
    avd_id: str = ""
    title: str = ""
    description: str = ""
    message: str = ""
    solution: str = ""
    severity: str = ""
    link: str = ""
    links: list[str] | None = None
    status: str = ""
    cause: Cause | None = None


class OperatorCheck(msgspec.Struct, gc=False, rename="camel"):
    """One check of a configuration as the operator writes it."""

    id: str = msgspec.field(name="checkID", default="")
    title: str = ""
    description: str = ""
    severity: str = ""
    success: bool = False
    messages: list[str] | None = None
    remediation: str = ""


class Secret(msgspec.Struct, gc=False, rename={
    "rule": "RuleID", "severity": "Severity", "title": "Title", "from_line": "StartLine", "to_line": "EndLine",
}):  # fmt: skip
    """One secret in a file; what was matched is never read."""

    rule: str = ""
    severity: str = ""
    title: str = ""
    from_line: int = 0
    to_line: int = 0


class OperatorSecret(msgspec.Struct, gc=False, rename={"rule": "ruleID"}):
    """One secret as the operator writes it."""

    rule: str = ""
    severity: str = ""
    title: str = ""
    target: str = ""


class Suppressed(msgspec.Struct, gc=False, rename={"kind": "Type", "status": "Status", "words": "Statement",
                 "origin": "Source", "finding": "Finding"}):  # fmt: skip
    """A finding that the report itself set aside."""

    finding: Flaw
    kind: str = ""
    status: str = ""
    words: str = ""
    origin: str = ""


class System(msgspec.Struct, gc=False):
    """The operating system of an image."""

    Family: str = ""
    Name: str = ""


class Metadata(msgspec.Struct, gc=False):
    """What was scanned."""

    OS: System | None = None
    ImageID: str = ""
    RepoTags: list[str] | None = None
    RepoDigests: list[str] | None = None
    RepoURL: str = ""


class Artifact(msgspec.Struct, gc=False):
    """The image a report of the operator is about."""

    repository: str = ""
    tag: str = ""
    digest: str = ""


class Registry(msgspec.Struct, gc=False):
    """Where that image comes from."""

    server: str = ""


class OperatorMetadata(msgspec.Struct, gc=False):
    """The head of a report of the operator. Labels say what was scanned."""

    name: str = ""
    namespace: str = ""
    creationTimestamp: str = ""
    labels: dict[str, Any] | None = None
    ownerReferences: list[dict[str, Any]] | None = None


class OperatorReport(msgspec.Struct, gc=False):
    """A report of the operator but its findings."""

    artifact: Artifact | None = None
    registry: Registry | None = None
    updateTimestamp: str = ""
