"""Real reports and feeds of the development data: what comes in equals what their manifest counts."""

import csv
import json
from pathlib import Path

import pytest

from alcaide.exposure import services
from alcaide.exposure.models import Finding, Report
from alcaide.exposure.services.reading import PARTS
from alcaide.organization.tests.factories import HOUSE, make_organization
from alcaide.threats.services import take_in_epss, take_in_kev

from .samples import stored

pytestmark = [pytest.mark.django_db, pytest.mark.shared]


def manifest(shared: Path) -> dict[str, dict[str, int]]:
    with (shared / "data/exposure/manifest.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {row["file"]: json.loads(row["true_counts_json"]) for row in rows if row["format"] == "nessus"}


def test_every_real_nessus_report_comes_in_as_its_manifest_counts(shared):
    for name, true in manifest(shared).items():
        content = (shared / "data/exposure/dev" / name).read_bytes()
        report = services.take_in(HOUSE, file=stored(content, name), unit=make_organization())
        assert isinstance(report, Report)
        counts = report.counts
        assert (counts["hosts"], counts["items"]) == (true["hosts"], true["report_items"])
        assert sum(counts[part] for part in PARTS) == counts["items"]
        # What is named twice counts as one finding.
        assert counts["new"] + counts["doubled"] == true["items_sev_gt0"]
        assert counts["items"] - counts["doubled"] >= true["distinct_host_port_proto_plugin"]
        assert Finding.objects.filter(first_report=report).count() == counts["new"]


def test_a_real_report_forced_again_changes_nothing(shared):
    for name in manifest(shared):
        file = stored((shared / "data/exposure/dev" / name).read_bytes(), name)
        first = services.take_in(HOUSE, file=file, unit=make_organization())
        again = services.take_in(HOUSE, file=file, unit=make_organization(), force=True)
        assert (again.counts["new"], again.counts["changed"], again.counts["closed"]) == (0, 0, 0)
        assert again.counts["unchanged"] == first.counts["new"]


def others(shared: Path) -> list[Path]:
    folder = shared / "data/exposure/dev"
    return sorted(each for each in folder.iterdir() if each.name.split("__")[0] in {
        "trivy", "grype", "sarif", "cyclonedx", "nmap"
    })  # fmt: skip


def test_every_real_report_of_packages_code_and_ports_adds_up(shared):
    for path in others(shared):
        report = services.take_in(HOUSE, file=stored(path.read_bytes(), path.name), unit=make_organization())
        assert report.state == "done", (path.name, report.reason)
        assert sum(report.counts[part] for part in PARTS) == report.counts["items"], path.name
        for part in PARTS:
            assert sum(each.get(part, 0) for each in report.kinds.values()) == report.counts[part], path.name
        assert Finding.objects.filter(first_report=report).count() == report.counts["new"], path.name


def test_a_real_report_of_packages_forced_again_changes_nothing(shared):
    for path in others(shared):
        file = stored(path.read_bytes(), path.name)
        services.take_in(HOUSE, file=file, unit=make_organization())
        counts = services.take_in(HOUSE, file=file, unit=make_organization(), force=True).counts
        written = {name: counts[name] for name in ("new", "changed", "reopened", "closed", "waiting", "ports_new")}
        assert not any(written.values()), (path.name, written)


def test_a_real_statement_that_nothing_is_affected_opens_nothing(shared):
    path = shared / "data/exposure/dev/cyclonedx__VEX_Case-2_vex.json"
    report = services.take_in(HOUSE, file=stored(path.read_bytes(), path.name), unit=make_organization())
    assert (report.counts["new"], report.counts["verdicts"]) == (0, report.counts["items"])


def test_the_real_list_of_known_exploited_flaws_comes_in_whole(shared):
    content = (shared / "data/exposure/feeds/known_exploited_vulnerabilities.json").read_bytes()
    feed = take_in_kev(HOUSE, file=stored(content, "kev.json"))
    assert (feed.rows, feed.added, feed.quarantined, feed.notices) == (1404, 1404, 0, [])


@pytest.mark.slow
def test_the_real_scores_come_in_whole(shared):
    content = (shared / "data/exposure/feeds/epss_scores-2026-08-16.csv.gz").read_bytes()
    feed = take_in_epss(HOUSE, file=stored(content, "epss.csv.gz"))
    assert (feed.rows, feed.added, feed.edition, feed.notices) == (360_142, 360_142, "v2026.06.15", [])
    assert feed.mean_probability == pytest.approx(0.02826, abs=1e-5)
