"""Which flaws are known: the scanner's checks, flaws in packages, and what the feeds say of them."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from random import Random
from typing import Any

from alcaide.common.files import store
from alcaide.threats import services as threats

from .estate import pick
from .making import HOUSE, Making

CAP_BYTES = 64 * 1024**2
# Shares of severities as a network scanner gives them, information left out, and of flaws in packages.
SEVERITIES = {"nessus": ((2, 54), (3, 28), (4, 9), (1, 9)), "trivy": ((2, 46), (3, 30), (1, 16), (4, 8))}
VECTORS = {
    1: ("CVSS:3.1/AV:L/AC:H/PR:L/UI:R/S:U/C:L/I:N/A:N", "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N"),
    2: ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N"),
    3: ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"),
    4: ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"),
}
SCORES = {1: 3.1, 2: 5.4, 3: 7.5, 4: 9.8}
PORTS = ((443, 30), (0, 24), (445, 14), (3389, 8), (22, 8), (80, 8), (8443, 4), (25, 2), (1433, 2))
SERVICES = {443: "https", 445: "cifs", 3389: "msrdp", 22: "ssh", 80: "www", 8443: "https", 25: "smtp", 1433: "mssql"}
SOFTWARE = (
    "OpenSSL", "Apache HTTP Server", "Windows update", "OpenSSH", "SMB", "TLS certificate", "Java runtime", "PHP",
    "SQL Server", "Firmware", "Remote desktop", "nginx", "Printer service", "Hypervisor", "Office update",
)  # fmt: skip
FAULTS = (
    "out of bounds read",
    "weak cipher",
    "missing update",
    "default account",
    "denial of service",
    "code execution",
)
LIBRARIES = ("openssl", "zlib", "curl", "libxml2", "glibc", "expat", "sqlite3", "log4j-core", "requests", "lodash")
ECOSYSTEMS = (("deb/debian", 60), ("npm", 18), ("pypi", 12), ("maven", 10))
KNOWN_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class Flaw:
    """One check of the scanner, or one flaw of one package."""

    source: str
    check: str
    name: str
    severity: int
    vector: str
    score: float
    cves: tuple[str, ...]
    port: int
    service: str
    package: str
    purl: str
    installed: str
    fixed: str
    solution: str

    @property
    def kind(self) -> str:
        return "package" if self.package else "service"


@dataclass(frozen=True)
class Catalogue:
    """The known flaws, the most common first."""

    checks: list[Flaw]
    packages: list[Flaw]


def make_catalogue(making: Making) -> Catalogue:
    """Make the known flaws, and bring in two feeds that know of them."""
    chance = making.chance("catalogue")
    checks = [_check(chance, number) for number in range(making.size.checks)]
    packages = [_package(chance, number) for number in range(making.size.flaws)]
    cves = sorted({cve for flaw in (*checks, *packages) for cve in flaw.cves})
    _bring_in_feeds(making, chance, cves)
    making.tell("flaws known to feeds", len(cves))
    return Catalogue(checks, packages)


def _cve(chance: Random) -> str:
    return f"CVE-{2026 - min(20, int(chance.expovariate(0.3)))}-{chance.randrange(1_000, 60_000)}"


def _check(chance: Random, number: int) -> Flaw:
    severity, port = pick(chance, SEVERITIES["nessus"]), pick(chance, PORTS)
    cves = tuple(sorted({_cve(chance) for _ in range(pick(chance, ((0, 45), (1, 35), (2, 12), (5, 8))))}))
    name = f"{chance.choice(SOFTWARE)} {chance.randint(1, 30)}: {chance.choice(FAULTS)}"
    return Flaw(
        "nessus", str(100_000 + number), name, severity, chance.choice(VECTORS[severity]) if cves else "",
        SCORES[severity], cves, port, SERVICES.get(port, "general"), "", "", "", "",
        "Install the maker's update." if chance.random() < 0.8 else "Switch the service off where nobody needs it.",
    )  # fmt: skip


def _package(chance: Random, number: int) -> Flaw:
    """Return a flaw of a package; few packages have most of the flaws."""
    severity, place = pick(chance, SEVERITIES["trivy"]), int(chance.paretovariate(0.7)) % 900
    ecosystem = ECOSYSTEMS[place % 4][0] if place > len(LIBRARIES) else ECOSYSTEMS[0][0]
    package = LIBRARIES[place] if place < len(LIBRARIES) else f"{LIBRARIES[place % len(LIBRARIES)]}-{place}"
    cve = f"CVE-{2026 - min(9, int(chance.expovariate(0.6)))}-{60_000 + number}"
    installed = f"{1 + place % 4}.{number % 9}.{place % 5}"
    fixed = f"{1 + place % 4}.{10 + number % 9}.0" if chance.random() < 0.78 else ""
    return Flaw(
        "trivy", cve, f"{package}: {chance.choice(FAULTS)}", severity, chance.choice(VECTORS[severity]),
        SCORES[severity], (cve,), 0, "", package, f"pkg:{ecosystem}/{package}@{installed}", installed, fixed, "",
    )  # fmt: skip


def _bring_in_feeds(making: Making, chance: Random, cves: list[str]) -> None:
    yesterday = making.moment.date() - timedelta(days=1)
    known = [cve for cve in cves if chance.random() < KNOWN_SHARE]
    kev = store(BytesIO(_kev(chance, known, yesterday)), "known_exploited.json", actor=HOUSE, cap_bytes=CAP_BYTES)
    threats.take_in_kev(HOUSE, file=kev)
    epss = store(BytesIO(_epss(chance, cves, yesterday)), "epss_scores.csv", actor=HOUSE, cap_bytes=CAP_BYTES)
    threats.take_in_epss(HOUSE, file=epss)


def _kev(chance: Random, cves: list[str], on: date) -> bytes:
    rows: list[dict[str, Any]] = [
        {
            "cveID": cve, "vendorProject": "", "product": "", "vulnerabilityName": "Invented for the example",
            "dateAdded": (on - timedelta(days=chance.randrange(1, 900))).isoformat(), "shortDescription": "",
            "requiredAction": "", "dueDate": None, "notes": "", "cwes": [],
            "knownRansomwareCampaignUse": "Known" if chance.random() < 0.2 else "Unknown",
        }
        for cve in cves
    ]  # fmt: skip
    return json.dumps(
        {
            "title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": f"{on:%Y.%m.%d}",
            "dateReleased": f"{on}T17:00:00.000Z", "count": len(rows), "vulnerabilities": rows,
        }
    ).encode()  # fmt: skip


def _epss(chance: Random, cves: list[str], on: date) -> bytes:
    """Score every flaw: most near nothing, a few high, as FIRST's are."""
    scores = sorted((min(0.97, 0.0004 * chance.paretovariate(0.6)), cve) for cve in cves)
    rows = [f"{cve},{score:.5f},{(place + 1) / len(scores):.5f}" for place, (score, cve) in enumerate(scores)]
    head = [f"#model_version:v2026.06.15,score_date:{on}T00:00:00+0000", "cve,epss,percentile"]
    return ("\n".join([*head, *rows]) + "\n").encode()
