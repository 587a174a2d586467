"""Writes the example's two threat feeds from its own list of flaws, in the formats of the real ones."""

import json
from datetime import date

from .content import content

MODEL = "v2026.06.15"


def known_exploited(on: date) -> bytes:
    """Return the example's share of CISA's list of known exploited vulnerabilities, as if taken from it on a day."""
    rows = [
        {
            "cveID": cve, "vendorProject": "", "product": "", "vulnerabilityName": flaw["name"],
            "dateAdded": added.isoformat(), "shortDescription": "", "requiredAction": "", "dueDate": None,
            "knownRansomwareCampaignUse": "Unknown", "notes": "", "cwes": [],
        }
        for flaw in content("flaws")["flaw"]
        for cve, added in flaw.get("known", {}).items()
    ]  # fmt: skip
    return json.dumps(
        {
            "title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": f"{on:%Y.%m.%d}",
            "dateReleased": f"{on}T17:00:00.000Z", "count": len(rows), "vulnerabilities": rows,
        }
    ).encode()  # fmt: skip


def exploitation(on: date) -> bytes:
    """Return the example's share of FIRST's EPSS scores, as if scored on a day; the figures are of 16 August 2026."""
    lines = [f"#model_version:{MODEL},score_date:{on}T00:00:00+0000", "cve,epss,percentile"]
    for flaw in content("flaws")["flaw"]:
        lines.extend(f"{cve},{chance:.5f},{rank:.5f}" for cve, (chance, rank) in flaw.get("epss", {}).items())
    return ("\n".join(lines) + "\n").encode()
