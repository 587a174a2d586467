"""How fast and how lean the readers are, as ratios to bare parsing of the same file in one run.

    python bench/intake.py [--hosts 250] [--items 40] [--repeat 5]

The reports are made here, in a temporary folder: hosts x items for speed, ten times the hosts for memory.
"""

import argparse
import csv
import gzip
import json
import multiprocessing
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from alcaide.intake import examine, read

TEXT = "The remote host lacks a patch for &lt;historian&gt; and its &quot;gateway&quot;.\n" * 18
ITEM = """<ReportItem port="{port}" svc_name="www" protocol="tcp" severity="{severity}" pluginID="{check}" \
pluginName="Historian &lt; 5.{check} Multiple Vulnerabilities" pluginFamily="CGI abuses">
<agent>unix</agent>
<cpe>cpe:/a:almena:historian</cpe>
<cve>CVE-2024-{check}</cve>
<cve>CVE-2025-{check}</cve>
<cvss3_base_score>9.8</cvss3_base_score>
<cvss3_vector>CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H</cvss3_vector>
<cvss_base_score>7.5</cvss_base_score>
<cvss_vector>CVSS2#AV:N/AC:L/Au:N/C:P/I:P/A:P</cvss_vector>
<description>{text}</description>
<exploit_available>false</exploit_available>
<exploitability_ease>No known exploits are available</exploitability_ease>
<fname>historian.nasl</fname>
<plugin_modification_date>2026/04/11</plugin_modification_date>
<plugin_name>Historian</plugin_name>
<plugin_publication_date>2025/04/11</plugin_publication_date>
<plugin_type>remote</plugin_type>
<risk_factor>High</risk_factor>
<script_version>1.7</script_version>
<see_also>https://vendor.example/advisory</see_also>
<solution>Upgrade to 5.3.2.</solution>
<synopsis>The remote server is affected by many weaknesses.</synopsis>
<vuln_publication_date>2024/01/02</vuln_publication_date>
<xref>CWE:20</xref>
<plugin_output>{text}</plugin_output>
</ReportItem>
"""


def write_report(path: Path, *, hosts: int, items: int) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.write('<?xml version="1.0" ?>\n<NessusClientData_v2>\n<Report name="bench">\n')
        for host in range(hosts):
            address = f"10.{host >> 16}.{host >> 8 & 255}.{host & 255}"
            out.write(f'<ReportHost name="{address}"><HostProperties><tag name="host-ip">{address}</tag>')
            out.write('<tag name="HOST_START_TIMESTAMP">1793104200</tag></HostProperties>\n')
            for item in range(items):
                out.write(ITEM.format(port=item * 7, severity=item % 5, check=10_000 + item, text=TEXT))
            out.write("</ReportHost>\n")
        out.write("</Report>\n</NessusClientData_v2>\n")


def write_epss(path: Path, *, rows: int) -> None:
    with gzip.open(path, "wt", encoding="utf-8", newline="") as out:
        out.write("#model_version:v2026.06.15,score_date:2026-08-16T00:00:00+0000\ncve,epss,percentile\n")
        for row in range(rows):
            out.write(f"CVE-{1999 + row % 28}-{10_000 + row},{row % 99_999 / 100_000:.5f},{row / rows:.5f}\n")


def bare_nessus(path: Path) -> Iterator[etree._Element]:
    for _, item in etree.iterparse(path, tag=("ReportItem",), resolve_entities=False, no_network=True, huge_tree=True):
        yield item
        item.clear(keep_tail=False)
        while item.getprevious() is not None:
            del item.getparent()[0]


def nessus_rows(path: Path) -> Iterator[dict[str, str | None]]:
    for item in bare_nessus(path):
        yield {field.tag: field.text for field in item}


FLAW = {
    "VulnerabilityID": "", "PkgName": "", "InstalledVersion": "1.26.3", "FixedVersion": "1.26.5", "Severity": "HIGH",
    "PkgIdentifier": {"PURL": "pkg:pypi/historian@1.26.3"}, "Title": "historian: catastrophic backtracking",
    "Description": "The remote host lacks a patch for its historian and its gateway. " * 8,
    "CVSS": {"nvd": {"V3Vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "V3Score": 7.5}},
    "References": [f"https://vendor.example/advisories/{number}" for number in range(8)],
    "PublishedDate": "2021-06-29T11:15:00Z", "LastModifiedDate": "2021-12-08T20:34:00Z",
}  # fmt: skip


def flaws(count: int) -> list[dict[str, object]]:
    names = (f"package-{number % 500}" for number in range(count))
    return [
        {**FLAW, "VulnerabilityID": f"CVE-2021-{10_000 + number}", "PkgName": name,
         "PkgIdentifier": {"PURL": f"pkg:pypi/{name}@1.26.3"}}
        for number, name in enumerate(names)
    ]  # fmt: skip


def trivy_report(count: int) -> object:
    result = {"Target": "requirements.txt", "Class": "lang-pkgs", "Type": "pip", "Vulnerabilities": flaws(count)}
    return {"SchemaVersion": 2, "ArtifactName": "plant", "ArtifactType": "filesystem", "Results": [result]}


def grype_report(count: int) -> object:
    matches = [
        {
            "vulnerability": {"id": flaw["VulnerabilityID"], "severity": "High", "description": flaw["Description"],
                              "cvss": [{"version": "3.1", "vector": FLAW["CVSS"]["nvd"]["V3Vector"]}],
                              "urls": flaw["References"], "fix": {"versions": ["1.26.5"], "state": "fixed"}},
            "artifact": {"name": flaw["PkgName"], "version": "1.26.3", "type": "python",
                         "purl": flaw["PkgIdentifier"]["PURL"], "locations": [{"path": "/app/METADATA"}]},
        }
        for flaw in flaws(count)
    ]  # fmt: skip
    return {"matches": matches, "source": {"type": "directory", "target": "/plant"}, "descriptor": {"name": "grype"}}


def sarif_report(count: int) -> object:
    results = [
        {"ruleId": f"R{number % 50}", "message": {"text": FLAW["Description"]}, "level": "error",
         "partialFingerprints": {"primaryLocationLineHash": f"{number:016x}:1"},
         "locations": [{"physicalLocation": {"artifactLocation": {"uri": f"src/{number % 90}.py"},
                                             "region": {"startLine": number}}}]}
        for number in range(count)
    ]  # fmt: skip
    return {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "bench"}}, "results": results}]}


def cyclonedx_report(count: int) -> object:
    parts = [{"type": "library", "bom-ref": f"p{n}", "name": f"package-{n}", "purl": f"pkg:pypi/package-{n}@1"}
             for n in range(500)]  # fmt: skip
    found = [
        {"id": flaw["VulnerabilityID"], "description": flaw["Description"], "affects": [{"ref": f"p{number % 500}"}],
         "ratings": [{"severity": "high", "method": "CVSSv31", "vector": FLAW["CVSS"]["nvd"]["V3Vector"]}],
         "advisories": [{"url": link} for link in flaw["References"]]}
        for number, flaw in enumerate(flaws(count))
    ]  # fmt: skip
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": parts, "vulnerabilities": found}


def write_cyclonedx_xml(path: Path, *, count: int) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.write('<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>')
        for number in range(500):
            out.write(f'<component type="library" bom-ref="p{number}"><name>package-{number}</name></component>\n')
        out.write("</components><vulnerabilities>")
        for number, flaw in enumerate(flaws(count)):
            out.write(
                f"<vulnerability><id>{flaw['VulnerabilityID']}</id><description>{FLAW['Description']}</description>"
            )
            out.write(f"<affects><target><ref>p{number % 500}</ref></target></affects></vulnerability>\n")
        out.write("</vulnerabilities></bom>\n")


def write_nmap(path: Path, *, hosts: int) -> None:
    port = '<port protocol="tcp" portid="{}"><state state="open"/><service name="http" product="nginx"/></port>'
    ports = "".join(port.format(number) for number in range(1, 41))
    with path.open("w", encoding="utf-8") as out:
        out.write('<nmaprun scanner="nmap" version="7.95">\n')
        for number in range(hosts):
            address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
            out.write(f'<host><status state="up"/><address addr="{address}"/><ports>{ports}</ports></host>\n')
        out.write("</nmaprun>\n")


def json_rows(path: Path) -> Iterator[dict[str, object]]:
    """Parse with the standard library and give a flat row for each record of the longest list."""
    whole = json.loads(path.read_bytes())
    lists = {
        "Results": lambda: whole["Results"][0]["Vulnerabilities"],
        "matches": lambda: [{**each["vulnerability"], **each["artifact"]} for each in whole["matches"]],
        "runs": lambda: whole["runs"][0]["results"],
        "bomFormat": lambda: whole["vulnerabilities"],
    }
    for record in next(rows() for key, rows in lists.items() if key in whole):
        yield dict(record)


def nmap_rows(path: Path) -> Iterator[dict[str, str]]:
    for _, host in etree.iterparse(path, tag=("host",), resolve_entities=False, no_network=True, huge_tree=True):
        for port in host.iter("port"):
            yield dict(port.attrib)
        host.clear(keep_tail=False)


def of_findings(folder: Path, *, repeat: int) -> dict[str, float]:
    """Ten thousand records of each format, read and as a floor only parsed into rows, in one run."""
    figures: dict[str, float] = {}
    makers = {"trivy": trivy_report, "grype": grype_report, "sarif": sarif_report, "cyclonedx": cyclonedx_report}
    for name, make in makers.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(make(10_000), indent=1), encoding="utf-8")
        figures |= _paired(name, path, json_rows, repeat=repeat)
    write_nmap(folder / "nmap.xml", hosts=250)
    figures |= _paired("nmap", folder / "nmap.xml", nmap_rows, repeat=repeat)
    large = folder / "large.json"
    large.write_text(json.dumps(trivy_report(100_000), indent=1), encoding="utf-8")
    markup = folder / "cyclonedx.xml"
    for count in (10_000, 100_000):
        write_cyclonedx_xml(markup, count=count)
        figures[f"cyclonedx_xml_{count // 1000}k_growth_mb"] = growth_mb(markup)
    return {**figures, "trivy_100k_mb": large.stat().st_size / 2**20, "trivy_100k_growth_mb": growth_mb(large)}


def _paired(name: str, path: Path, floor: Callable[[Path], Iterator[object]], *, repeat: int) -> dict[str, float]:
    bare, ours = cpu_s(floor, path, repeat=repeat), cpu_s(read, path, repeat=repeat)
    return {f"{name}_floor_s": bare, f"{name}_read_s": ours, f"{name}_read_to_floor": ours / bare}


def bare_epss(path: Path) -> Iterator[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def cpu_s(walk: Callable[[Path], Iterator[object]], path: Path, *, repeat: int) -> float:
    best = float("inf")
    for _ in range(repeat):
        start = time.process_time()
        deque(walk(path), maxlen=0)
        best = min(best, time.process_time() - start)
    return best


def growth_mb(path: Path) -> float:
    """How much the peak memory of a fresh process grows by reading the file."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_growth_mb, (path,))


def _growth_mb(path: Path) -> float:
    before = _peak_kb()
    examine(path)
    return (_peak_kb() - before) / 1024


def _peak_kb() -> int:
    """The peak of this process alone; what getrusage tells starts at the parent's peak."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--hosts", type=int, default=250)
    options.add_argument("--items", type=int, default=40)
    options.add_argument("--repeat", type=int, default=5)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        small, large, scores = (Path(folder) / name for name in ("small.nessus", "large.nessus", "epss.csv.gz"))
        write_report(small, hosts=asked.hosts, items=asked.items)
        write_report(large, hosts=asked.hosts * 10, items=asked.items)
        write_epss(scores, rows=360_000)
        bare, rows, ours = (cpu_s(walk, small, repeat=asked.repeat) for walk in (bare_nessus, nessus_rows, read))
        csv_s, epss_s = (cpu_s(walk, scores, repeat=2) for walk in (bare_epss, read))
        figures = {
            "nessus_items": asked.hosts * asked.items,
            "nessus_mb": small.stat().st_size / 2**20,
            "bare_iterparse_s": bare,
            "iterparse_and_rows_s": rows,
            "read_s": ours,
            "read_to_bare": ours / bare,
            "read_to_rows": ours / rows,
            "items_per_s": asked.hosts * asked.items / ours,
            "growth_mb": growth_mb(small),
            "growth_of_tenfold_mb": growth_mb(large),
            "epss_rows": 360_000,
            "epss_bare_csv_s": csv_s,
            "epss_read_s": epss_s,
            "epss_growth_mb": growth_mb(scores),
            **of_findings(Path(folder), repeat=asked.repeat),
        }
    print(json.dumps({name: round(figure, 3) for name, figure in figures.items()}, indent=2))


if __name__ == "__main__":
    main()
