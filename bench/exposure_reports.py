"""Reports made up for the benches: shaped like real ones, the same at every run."""

import json
from pathlib import Path
from random import Random
from typing import Any

HOSTS = 250
SEED = 20261123
WORDS = tuple(
    "the remote host runs a version of service that lets an attacker read memory over network update it".split()  # noqa: SIM905  a sentence
)


def write_nessus(path: Path, items: int) -> None:
    """Write a report of hosts shaped like a real one: 250 hosts, some 3.4 kB an item, a fifth of it information."""
    rng = Random(SEED)  # noqa: S311  shapes of test data, no secret
    per_host = items // HOSTS
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" ?>\n<NessusClientData_v2><Policy><policyName>Bench</policyName></Policy>\n')
        file.write('<Report name="bench">\n')
        for number in range(HOSTS):
            file.write(_host(number))
            for each in range(per_host):
                file.write(_item(rng, 10_000 + each * 7))
            file.write("</ReportHost>\n")
        file.write("</Report></NessusClientData_v2>\n")


def _host(number: int) -> str:
    tags = {
        "host-fqdn": f"h{number}.bench.example", "host-ip": f"10.7.{number // 200}.{number % 200 + 1}",
        "mac-address": f"00:50:56:00:{number // 256:02x}:{number % 256:02x}", "HOST_END_TIMESTAMP": "1795000000",
        "Credentialed_Scan": "true", "operating-system": "Linux Kernel 6.1",
    }  # fmt: skip
    body = "".join(f'<tag name="{name}">{value}</tag>\n' for name, value in tags.items())
    return f'<ReportHost name="10.7.{number // 200}.{number % 200 + 1}"><HostProperties>\n{body}</HostProperties>\n'


def _item(rng: Random, check: int) -> str:
    severity = rng.choice((0, 1, 2, 3, 4))
    children = {
        "description": _text(rng, 150), "fname": f"check_{check}.nasl", "plugin_modification_date": "2026/08/14",
        "plugin_name": f"Check {check}", "plugin_publication_date": "2024/02/03", "plugin_type": "local",
        "risk_factor": "High", "script_version": "1.17", "see_also": "https://advisories.bench.example/1",
        "solution": _text(rng, 40), "synopsis": _text(rng, 12), "plugin_output": _text(rng, 160),
    }  # fmt: skip
    if severity:
        children |= {
            "cvss3_base_score": "9.8", "cvss3_vector": "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "cvss3_temporal_score": "8.5", "cvss3_temporal_vector": "CVSS:3.0/E:U/RL:O/RC:C",
            "cvss_base_score": "7.5", "cvss_vector": "CVSS2#AV:N/AC:L/Au:N/C:P/I:P/A:P",
            "cvss_temporal_score": "5.5", "cvss_temporal_vector": "CVSS2#E:U/RL:OF/RC:C",
            "cvss_score_source": "CVE-2021-1", "exploit_available": "false",
            "exploitability_ease": "No known exploits are available", "patch_publication_date": "2024/01/30",
            "vuln_publication_date": "2024/01/29", "vpr_score": "5.9", "epss_score": "0.0123",
            "cpe": "cpe:/o:linux:linux_kernel",
            "stig_severity": "I", "xref": "IAVA:2024-A-0062",
        }  # fmt: skip
    cves = [f"CVE-20{rng.randrange(15, 26)}-{rng.randrange(1000, 30000)}" for _ in range(3 if severity else 0)]
    body = "\n".join(f"<{tag}>{text}</{tag}>" for tag, text in [*children.items(), *(("cve", cve) for cve in cves)])
    return (
        f'<ReportItem port="{rng.choice((0, 22, 80, 443))}" svc_name="www" protocol="tcp" severity="{severity}" '
        f'pluginID="{check}" pluginName="Check {check}" pluginFamily="General">\n{body}\n</ReportItem>\n'
    )


def _text(rng: Random, words: int) -> str:
    return " ".join(rng.choices(WORDS, k=words))


def write_trivy(path: Path, items: int) -> None:
    """Write a report of one image: a third of it in the system's packages, the rest in three lock files."""
    rng = Random(SEED)  # noqa: S311  shapes of test data, no secret
    parts = [
        ("registry.bench.example/shop (debian 12.7)", "os-pkgs", "debian"),
        ("app/package-lock.json", "lang-pkgs", "npm"),
        ("app/requirements.txt", "lang-pkgs", "pip"), ("app/go.mod", "lang-pkgs", "gomod"),
    ]  # fmt: skip
    with path.open("w", encoding="utf-8") as file:
        file.write('{"SchemaVersion": 2, "CreatedAt": "2026-11-20T08:00:00Z", ')
        file.write('"ArtifactName": "registry.bench.example/shop:1.4", "ArtifactType": "container_image", ')
        file.write('"Metadata": {"RepoTags": ["registry.bench.example/shop:1.4"]}, "Results": [')
        for place, (target, group, kind) in enumerate(parts):
            file.write(f'{", " if place else ""}{{"Target": "{target}", "Class": "{group}", "Type": "{kind}", ')
            file.write('"Vulnerabilities": [')
            numbers = range(place, items, len(parts))
            file.write(",\n".join(json.dumps(_flaw(rng, number, kind)) for number in numbers))
            file.write("]}")
        file.write("]}\n")


def _flaw(rng: Random, number: int, kind: str) -> dict[str, Any]:
    package, purl = f"lib-{number // 7}", {"debian": "deb/debian", "pip": "pypi", "gomod": "golang"}.get(kind, kind)
    cve = f"CVE-20{rng.randrange(15, 26)}-{10_000 + number}"
    return {
        "VulnerabilityID": cve, "PkgID": f"{package}@1.{number % 9}.0", "PkgName": package,
        "PkgIdentifier": {"PURL": f"pkg:{purl}/{package}@1.{number % 9}.0", "UID": f"{number:016x}"},
        "InstalledVersion": f"1.{number % 9}.0", "FixedVersion": f"1.{number % 9}.{rng.randrange(1, 9)}",
        "Status": "fixed", "Layer": {"DiffID": f"sha256:{number:064x}"}, "SeveritySource": "nvd",
        "PrimaryURL": f"https://flaws.bench.example/{cve.lower()}", "Title": f"{package}: {_text(rng, 8)}",
        "DataSource": {"ID": kind, "Name": "Bench tracker", "URL": "https://tracker.bench.example"},
        "Description": _text(rng, 60), "Severity": rng.choice(("LOW", "MEDIUM", "HIGH", "CRITICAL")),
        "CweIDs": ["CWE-787"], "CVSS": {
            "nvd": {"V3Vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "V3Score": 9.8},
            "redhat": {"V3Vector": "CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:C/C:L/I:L/A:L", "V3Score": 5.7},
        },
        "References": [f"https://ref{each}.bench.example/{cve}" for each in range(5)],
        "PublishedDate": "2025-12-10T04:15:11.2Z", "LastModifiedDate": "2026-01-08T13:45:00.7Z",
    }  # fmt: skip
