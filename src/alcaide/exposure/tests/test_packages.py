"""Findings in packages, code and configuration: what they are, and when they close."""

from datetime import timedelta

import pytest

from alcaide.assets.models import Asset
from alcaide.common.models import BulkChunk
from alcaide.exposure import services
from alcaide.exposure.models import Check, Finding, FindingAlias, Report
from alcaide.exposure.queries import named
from alcaide.exposure.services import reading
from alcaide.exposure.services.reading import PARTS
from alcaide.exposure.services.writing import finding_key
from alcaide.organization.models import Unit
from alcaide.organization.tests.factories import HOUSE, make_organization

from .samples import MONDAY, Host, Item, nessus, stored
from .samples_packages import SHOP, Flaw, sarif, trivy

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)


def bring(content: bytes, *, unit: Unit | None = None, force: bool = False) -> Report:
    report = services.take_in(HOUSE, file=stored(content), unit=unit or make_organization(), force=force)
    assert isinstance(report, Report)
    assert report.state == "done", report.reason
    assert sum(report.counts[part] for part in PARTS) == report.counts["items"]
    for part in PARTS:
        assert sum(parts.get(part, 0) for parts in report.kinds.values()) == report.counts[part]
    return report


def test_a_flaw_in_a_package_says_what_to_upgrade():
    bring(trivy(Flaw()))
    finding = Finding.objects.get()
    assert (finding.kind, finding.package, finding.installed, finding.fixed) == (
        "package",
        "left-pad",
        "1.0.0",
        "1.0.1",
    )
    assert (finding.check_id, finding.source, finding.asset.kind) == ("CVE-2024-1000", "trivy", "application")
    assert "left-pad" in finding.where
    assert [flaw.cve for flaw in finding.flaws.all()] == ["CVE-2024-1000"]


def test_the_next_build_of_an_image_is_the_same_asset():
    bring(trivy(Flaw()))
    report = bring(trivy(Flaw(), image=f"{SHOP}:2.0", at=TUESDAY))
    assert (Asset.objects.count(), report.counts["unchanged"]) == (1, 1)
    sighting = report.sightings.get()
    assert (sighting.target, sighting.matched_by, sighting.matched_as) == ("image", "image-name", SHOP)


def test_an_upgrade_that_does_not_mend_is_the_same_finding_changed():
    bring(trivy(Flaw()))
    report = bring(trivy(Flaw(installed="1.0.0-rc2"), at=TUESDAY))
    assert (report.counts["changed"], report.counts["new"], report.counts["closed"]) == (1, 0, 0)
    assert Finding.objects.get().installed == "1.0.0-rc2"


def test_one_flaw_at_two_places_is_two_findings():
    bring(trivy(Flaw(), Flaw(place="worker/package-lock.json")))
    assert Finding.objects.values("location").distinct().count() == 2


def test_rating_and_words_are_no_part_of_what_a_finding_is():
    flaws = [Flaw(cve=f"CVE-2024-{1000 + number}") for number in range(1000)]
    bring(trivy(*flaws))
    rated = [Flaw(cve=each.cve, severity="CRITICAL") for each in flaws[:100]]
    told = [Flaw(cve=each.cve, description="It may be written to.") for each in flaws[100:200]]
    report = bring(trivy(*rated, *told, *flaws[200:], at=TUESDAY))
    counts = report.counts
    assert (counts["new"], counts["closed"], counts["changed"], counts["unchanged"]) == (0, 0, 200, 800)


def test_what_an_upgrade_mended_closes():
    flaws = [Flaw(cve=f"CVE-2024-{1000 + number}") for number in range(10)]
    bring(trivy(*flaws))
    report = bring(trivy(*flaws[2:], at=TUESDAY))
    assert (report.counts["closed"], report.counts["waiting"]) == (2, 0)


def test_when_too_much_is_gone_at_once_a_person_is_asked():
    flaws = [Flaw(cve=f"CVE-2024-{1000 + number}") for number in range(10)]
    bring(trivy(*flaws))
    report = bring(trivy(*flaws[5:], at=TUESDAY))
    assert (report.counts["closed"], report.counts["waiting"]) == (0, 5)
    assert services.confirm_closing(HOUSE, report) == 5


def test_a_scan_that_did_not_look_for_secrets_closes_none():
    bring(trivy(Flaw(), secrets=["app/.env"]))
    report = bring(trivy(Flaw(), at=TUESDAY))
    assert (report.counts["closed"], report.counts["waiting"]) == (0, 0)
    assert Finding.objects.get(kind="secret").state == "open"


def test_another_tool_closes_nothing_of_the_first():
    bring(sarif("py/sql", "py/path", "py/xss", "py/eval", tool="CodeQL"))
    report = bring(sarif("py.sql", tool="Semgrep"))
    assert (report.counts["new"], report.counts["closed"], report.counts["waiting"]) == (1, 0, 0)
    assert Asset.objects.count() == 1


def test_the_next_version_of_a_tool_is_the_same_source():
    bring(sarif("py/sql", version="2.19.1"))
    assert bring(sarif("py/sql", version="2.20.0")).counts["unchanged"] == 1
    assert Finding.objects.get().source == Check.objects.get().source == "sarif:codeql"


def test_a_finding_of_a_host_keeps_the_key_it_had():
    bring(nessus(Host(items=[Item("100", port=443)])))
    finding = Finding.objects.select_related("asset").get()
    assert finding.key == finding_key(
        source="nessus", asset_uid=finding.asset.uid, port=443, protocol="tcp", check="100", location=""
    )
    assert (finding.kind, finding.location) == ("service", "")


def test_a_flaw_without_a_number_stands_by_its_own_name():
    bring(trivy(Flaw(cve="GHSA-aaaa-bbbb-cccc")))
    assert [flaw.cve for flaw in Finding.objects.get().flaws.all()] == ["GHSA-aaaa-bbbb-cccc"]
    assert not FindingAlias.objects.exists()


@pytest.mark.parametrize("held", [1, 3])
def test_a_target_handed_on_in_parts_comes_to_the_same(monkeypatch, held):
    monkeypatch.setattr("alcaide.exposure.services.rows.MOST_HELD", held)
    flaws = [Flaw(cve=f"CVE-2024-{1000 + number}") for number in range(8)]
    bring(trivy(*flaws))
    report = bring(trivy(*flaws[1:], at=TUESDAY))
    assert (report.counts["unchanged"], report.counts["closed"]) == (7, 1)
    assert report.sightings.get().complete


@pytest.mark.parametrize("asked", ["GHSA-aaaa-bbbb-cccc", "ghsa-AAAA-bbbb-cccc", " CVE-2024-1000", "A flaw"])
def test_a_flaw_is_found_by_each_of_its_names(asked):
    bring(trivy(Flaw(), Flaw(cve="CVE-2024-1001", title="Another")))
    finding = Finding.objects.get(check_id="CVE-2024-1000")
    FindingAlias.objects.create(finding=finding, name="GHSA-aaaa-bbbb-cccc")
    assert list(Finding.objects.filter(named(asked)).order_by("-severity", "-id")) == [finding]


def test_a_large_report_comes_in_small_chunks_to_the_same(monkeypatch):
    monkeypatch.setattr(reading, "LARGE_BYTES", 100)
    monkeypatch.setattr(reading, "CHUNK_OF_LARGE", 3)
    report = bring(trivy(*(Flaw(cve=f"CVE-2024-{1000 + number}") for number in range(10))))
    assert (report.counts["new"], report.state) == (10, "done")
    assert BulkChunk.objects.filter(bulk__about=report.subject).count() == 4
