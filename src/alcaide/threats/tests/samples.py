"""Small feeds of our own making, and stored files."""

import io

from alcaide.common import files
from alcaide.common.models import StoredFile
from alcaide.organization.tests.factories import HOUSE

A_MILLION = 1_000_000


def stored(content: bytes, name: str = "scan.nessus") -> StoredFile:
    """Keep some bytes as a file."""
    return files.store(io.BytesIO(content), name, actor=HOUSE, cap_bytes=100 * A_MILLION)


def kev(*flaws: tuple[str, str], released: str = "2026-11-20", version: str = "") -> bytes:
    """Return a list of known exploited flaws: pairs of flaw and day."""
    entries = ",".join(
        f'{{"cveID": "{cve}", "vendorProject": "V", "product": "P", "vulnerabilityName": "N of {cve}", '
        f'"dateAdded": "{day}", "shortDescription": "", "requiredAction": "", "dueDate": "{day}", '
        '"knownRansomwareCampaignUse": "Unknown"}'
        for cve, day in flaws
    )
    return (
        f'{{"title": "CISA Catalog", "catalogVersion": "{version or released}", '
        f'"dateReleased": "{released}T12:00:00.0000Z", "count": {len(flaws)}, "vulnerabilities": [{entries}]}}'
    ).encode()


def epss(*scores: tuple[str, float], on: str = "2026-11-20", model: str = "v2026.06.15") -> bytes:
    """Return a list of scores."""
    rows = "\n".join(f"{cve},{score},{score}" for cve, score in scores)
    return f"#model_version:{model},score_date:{on}T00:00:00+0000\ncve,epss,percentile\n{rows}\n".encode()
