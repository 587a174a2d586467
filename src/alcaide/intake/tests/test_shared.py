"""Real reports that nobody here wrote: the counts must equal those of a plain walk."""

import csv
import json

import pytest

from alcaide.intake import examine, read
from alcaide.intake.records import Epss, Kev, Weakness

pytestmark = pytest.mark.shared


def manifest(shared, name):
    with (shared / "data" / "exposure" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_nessus_counts_equal_the_manifest(shared):
    rows = [row for row in manifest(shared, "manifest.tsv") if row["format"] == "nessus"]
    assert len(rows) == 2
    for row in rows:
        reading = examine(shared / "data" / "exposure" / "dev" / row["file"])
        true = json.loads(row["true_counts_json"])
        assert {key: reading.counts[key] for key in true} == true, row["file"]
        assert reading.counts["weaknesses"] == true["report_items"]


def test_counts_of_packages_code_and_ports_equal_the_manifest(shared):
    formats = ("nmap", "trivy", "grype", "sarif", "cyclonedx")
    rows = [row for row in manifest(shared, "manifest.tsv") if row["format"].partition("-")[0] in formats]
    assert len(rows) == 12
    for row in rows:
        reading = examine(shared / "data" / "exposure" / "dev" / row["file"])
        counts = reading.as_dict()["counts"]
        true = {key: number for key, number in json.loads(row["true_counts_json"]).items() if key not in ("ns", "spec")}
        assert {key: counts[key] for key in true} == true, row["file"]
        assert not reading.quarantined, row["file"]


def test_a_real_vex_document_opens_nothing(shared):
    path = shared / "data" / "exposure" / "dev" / "cyclonedx__VEX_Case-2_vex.json"
    found = [record.verdict for record in read(path) if isinstance(record, Weakness)]
    assert found == ["not-affected"] * 19


def test_real_vectors_all_parse(shared):
    path = shared / "data" / "exposure" / "dev" / "nessus__nessus_with_cvssv3.nessus"
    scores = [score for record in read(path) if isinstance(record, Weakness) for score in record.cvss]
    assert len(scores) == 27 + 9
    assert all(score.vector for score in scores)
    assert not examine(path).warnings


def test_the_kev_feed_equals_the_manifest(shared):
    path = shared / "data" / "exposure" / "feeds" / "known_exploited_vulnerabilities.json"
    assert examine(path).counts == {"vulnerabilities": 1404, "ransomware": 293, "quarantined": 0}
    assert sum(isinstance(record, Kev) for record in read(path)) == 1404


@pytest.mark.slow
def test_the_epss_feed_equals_the_manifest(shared):
    path = shared / "data" / "exposure" / "feeds" / "epss_scores-2026-08-16.csv.gz"
    scores = {record.cve for record in read(path) if isinstance(record, Epss)}
    assert len(scores) == 360_142
    assert examine(path).counts == {"cves": 360_142, "quarantined": 0}
