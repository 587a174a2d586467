"""The plain records every reader hands out: what a foreign file says, before anyone decides on it.

A report of hosts comes in this order: one `Scan`; then for each host one `HostSeen`, its `Weakness` and `Quarantined`
records, one `HostDone`. A `Notice` may come at any time, most come last. Records of which a file holds very many are
structs: making dataclasses of so many fields took a fifth of the reading.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

import msgspec

IdentifierKind: TypeAlias = Literal[
    "fqdn", "hostname", "netbios", "ipv4", "ipv6", "mac", "agent", "cloud", "image", "serial", "bios-uuid",
    "image-name", "repository", "project", "cluster",
]  # fmt: skip
TargetKind: TypeAlias = Literal["host", "image", "repository", "files", "cluster", "application"]
Verdict: TypeAlias = Literal["", "not-affected", "fixed", "false-positive", "in-triage", "affected", "suppressed"]


@dataclass(frozen=True, slots=True)
class Identifier:
    """One name or number a host is known by, normalised so that equal things compare equal.

    Build it with `alcaide.intake.identifiers.identify`: lower case, MAC as `00:11:22:aa:bb:cc`, IPv6 compressed.
    """

    kind: IdentifierKind
    value: str


class Cvss(msgspec.Struct, frozen=True, gc=False):
    """One score of one version of the standard, as its source gave it.

    version is "2.0", "3.0", "3.1" or "4.0", or "3" when only a number was printed. With a vector, score is computed
    from it; with `vector == ""` it is the number the report printed.
    """

    version: str
    vector: str
    score: float | None
    source: str


@dataclass(frozen=True, slots=True)
class Scan:
    """The scan a report comes from. severity_basis names the scale behind the severities, "" if not said."""

    name: str
    policy: str
    targets: str
    severity_basis: str
    scanner: str


@dataclass(frozen=True, slots=True)
class HostSeen:
    """One host block of a report, or whatever else it looked at: an image, a repository, a cluster (kind says which).

    key is unique in the file and joins the host to its weaknesses; name is what the file calls it (a host listed twice
    has two keys and one name). started and ended are aware UTC. credentialed is None where the block does not say.
    checks_run holds the checks the scan had switched on, None if the file does not say; hosts of one file share the
    set. Only a check in it can prove by its silence that a weakness is gone.
    """

    key: str
    name: str
    identifiers: tuple[Identifier, ...]
    os: str
    started: datetime | None
    ended: datetime | None
    credentialed: bool | None
    checks_run: frozenset[str] | None
    place: str
    system_type: str = ""
    kind: TargetKind = "host"


class ServiceSeen(msgspec.Struct, frozen=True, gc=False):
    """One open port of a host and what answers there; a service, not a weakness. cpes name the product."""

    host_key: str
    port: int
    protocol: str
    service: str
    product: str
    version: str
    cpes: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class HostDone:
    """The end of a host block.

    complete is False when the block was cut short, damaged or held a quarantined item: then a weakness missing from
    it proves nothing. credentialed is the best answer of the whole block. families_run names the families (see
    `Weakness.family`) the scan looked for here, None where the file leaves it open: where given, only a weakness of
    one of them can be gone because a complete block is silent about it.
    """

    key: str
    complete: bool
    credentialed: bool | None
    weaknesses: int
    quarantined: int
    families_run: frozenset[str] | None = None


class Weakness(msgspec.Struct, frozen=True, gc=False):
    """One finding of one check on one port of one host, information (severity 0) included.

    Its identity is (host, port, protocol, check, location); port 0 means the whole host and is a real value. One
    identity may come more than once with different output. description is short; published is when the weakness became
    public, patched when its fix did, modified when the check last changed. vpr and epss are the scanner's own figures.

    location is the part of the identity below the host where a port does not say it: the package's purl without its
    version and the path it is installed at, the resource of a misconfiguration, the fingerprint of a place in code; ""
    where the check alone says it. where says the same to a person. For a flaw in a package, check is the flaw's
    canonical identifier (the CVE where one is known), aliases are its other names, package, installed and fixed say
    what to upgrade from and to ("" where no fix is known). verdict is what the report itself decided (VEX, a
    suppression), why its words for it: a verdict of not-affected, fixed, false-positive or suppressed opens nothing.
    """

    host_key: str
    check: str
    port: int
    protocol: str
    service: str
    name: str
    severity: int
    family: str
    cves: tuple[str, ...]
    cvss: tuple[Cvss, ...]
    exploit_available: bool | None
    solution: str
    description: str
    output: str
    published: date | None
    patched: date | None
    modified: date | None
    place: str
    vpr: float | None = None
    epss: float | None = None
    cpes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    location: str = ""
    where: str = ""
    aliases: tuple[str, ...] = ()
    package: str = ""
    purl: str = ""
    installed: str = ""
    fixed: str = ""
    verdict: Verdict = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class KevCatalogue:
    """The issue of the catalogue of known exploited vulnerabilities that was read."""

    version: str
    released: datetime | None


@dataclass(frozen=True, slots=True)
class Kev:
    """One vulnerability known to be exploited. due is None where the entry sets no date."""

    cve: str
    vendor: str
    product: str
    name: str
    added: date
    due: date | None
    ransomware: bool
    action: str
    description: str = ""
    cwes: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class EpssModel:
    """The model behind the scores that follow; a new version shifts every score. scored_on is None if not said."""

    version: str
    scored_on: date | None


class Epss(msgspec.Struct, frozen=True, gc=False):
    """The chance (0..1) that a CVE is exploited somewhere in the next 30 days, and its rank (0..1) among all."""

    cve: str
    probability: float
    percentile: float


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One record that was set aside: where it stands, why, and how it begins.

    host_key and check are filled where they could still be read.
    """

    place: str
    reason: str
    excerpt: str
    host_key: str = ""
    check: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know about the reading; times says how often it happened."""

    text: str
    times: int = 1


Record: TypeAlias = (
    Scan | HostSeen | ServiceSeen | HostDone | Weakness | KevCatalogue | Kev | EpssModel | Epss | Quarantined | Notice
)
