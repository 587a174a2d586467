"""From a report's records to findings."""

from datetime import timedelta

import pytest

from alcaide.assets.models import Asset
from alcaide.common.models import Change, Notice, TrailLine
from alcaide.common.permissions import Refused
from alcaide.exposure import services
from alcaide.exposure.models import Finding, FindingFlaw, Report
from alcaide.exposure.services.reading import PARTS
from alcaide.organization.models import Unit
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user

from .samples import MONDAY, Host, Item, nessus, stored

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)


def bring(*hosts: Host, unit: Unit | None = None, zone: str = "", force: bool = False, **more) -> Report:
    report = services.take_in(
        HOUSE, file=stored(nessus(*hosts, **more)), unit=unit or make_organization(), zone=zone, force=force
    )
    assert isinstance(report, Report)
    assert report.state == "done", report.reason
    assert sum(report.counts[part] for part in PARTS) == report.counts["items"]
    return report


def test_a_report_becomes_assets_and_findings():
    report = bring(Host(items=[Item("100", cves=("CVE-2024-3094",)), Item("101", severity=0)]))
    finding = Finding.objects.get()
    assert (finding.asset.name, finding.severity, finding.state) == ("srv-1.almena.example", 3, "open")
    assert finding.first_seen_at == MONDAY
    assert [flaw.cve for flaw in finding.flaws.all()] == ["CVE-2024-3094"]
    assert (report.counts["new"], report.counts["information"], report.counts["hosts"]) == (1, 1, 1)


def test_the_same_file_again_answers_with_the_old_report_and_writes_nothing():
    first = bring(Host(items=[Item("100")]))
    before = (TrailLine.objects.count(), Change.objects.count(), Finding.objects.get().changed_at)
    assert bring(Host(items=[Item("100")])).pk == first.pk
    assert (TrailLine.objects.count(), Change.objects.count(), Finding.objects.get().changed_at) == before


def test_the_same_file_in_another_unit_is_another_report_of_other_hosts():
    host = Host("10.0.0.4", items=[Item("100")], tags={"host-fqdn": "", "host-ip": "10.0.0.4"})
    first, second = bring(host, unit=make_unit()), bring(host, unit=make_unit())
    assert first.pk != second.pk
    assert Asset.objects.count() == Finding.objects.count() == 2


def test_the_same_file_forced_is_unchanged_from_end_to_end():
    bring(Host(items=[Item("100"), Item("101")]))
    again = bring(Host(items=[Item("100"), Item("101")]), force=True)
    assert (again.counts["unchanged"], again.counts["new"], again.counts["closed"]) == (2, 0, 0)
    assert again.again == 1


def test_what_changes_is_an_update_and_not_a_new_finding():
    bring(Host(items=[Item("100", severity=2, output="old", cves=("CVE-2024-0001",))]))
    after = bring(Host(items=[Item("100", severity=4, output="new", cves=("CVE-2024-0002",))], at=TUESDAY))
    finding = Finding.objects.get()
    assert (after.counts["changed"], finding.severity, finding.output) == (1, 4, "new")
    assert (finding.first_seen_at, finding.last_seen_at) == (MONDAY, TUESDAY)
    assert [flaw.cve for flaw in FindingFlaw.objects.all()] == ["CVE-2024-0002"]
    assert [step.words for step in finding.steps.all()] == ["Medium became Critical."]


def test_ratings_and_texts_that_churn_make_nothing_new_and_close_nothing():
    items = [Item(str(1000 + n), output=f"text {n}") for n in range(1000)]
    bring(Host(items=items))
    churned = [
        Item(item.check, severity=4 if n < 100 else 3, output="edited" if 100 <= n < 200 else item.output)
        for n, item in enumerate(items)
    ]
    counts = bring(Host(items=churned, at=TUESDAY)).counts
    assert (counts["new"], counts["closed"], counts["reopened"]) == (0, 0, 0)
    assert (counts["changed"], counts["unchanged"]) == (200, 800)


def test_one_check_on_two_ports_is_two_findings_and_port_0_is_a_port():
    bring(Host(items=[Item("100", port=0), Item("100", port=443)]))
    assert sorted(Finding.objects.values_list("port", flat=True)) == [0, 443]


def test_an_identity_named_twice_in_a_file_counts_once_with_the_worst_rating():
    report = bring(Host(items=[Item("100", severity=2, output="b"), Item("100", severity=4, output="a")]))
    finding = Finding.objects.get()
    assert (report.counts["new"], report.counts["doubled"]) == (1, 1)
    assert (finding.severity, finding.output) == (4, "a\n\nb")


def test_a_host_listed_twice_is_one_asset_and_its_repeats_are_doubled():
    host = Host(items=[Item("100")])
    report = bring(host, host)
    assert (report.counts["doubled"], report.counts["assets_new"], report.counts["hosts"]) == (1, 1, 2)


def test_a_finding_rated_down_to_information_stays_open_without_a_limit():
    bring(Host(items=[Item("100", severity=3)]))
    bring(Host(items=[Item("100", severity=0)], at=TUESDAY))
    finding = Finding.objects.get()
    assert (finding.state, finding.severity, finding.due_on) == ("open", 0, None)


def test_an_older_report_brought_in_later_changes_nothing_that_is_known():
    bring(Host(items=[Item("100", output="new")], at=TUESDAY))
    older = bring(Host(items=[Item("100", output="old")], at=MONDAY))
    finding = Finding.objects.get()
    assert (finding.output, finding.last_seen_at) == ("new", TUESDAY)
    assert any("older than what is known" in notice for notice in older.notices)


def test_two_hosts_that_share_a_name_but_not_an_agent_are_kept_apart():
    one, other = "4a2d1c3e-0000-4000-8000-00000000000a", "4a2d1c3e-0000-4000-8000-00000000000b"
    report = bring(
        Host(items=[Item("100")], tags={"host-uuid": one}), Host(items=[Item("100")], tags={"host-uuid": other})
    )
    assert report.counts["assets_new"] == 2
    assert Finding.objects.count() == 2


def test_a_reading_needs_the_right_in_the_unit():
    mine, other = make_unit(), make_unit()
    analyst = make_user("analyst", unit=mine)
    with pytest.raises(Refused):
        services.take_in(analyst, file=stored(nessus(Host(items=[Item("100")]))), unit=other)
    assert not Report.objects.exists()


def test_a_bad_record_is_set_aside_with_its_place_and_the_rest_comes_in():
    bad = Item("not a number")
    report = bring(Host(items=[Item("100"), bad, Item("101")]))
    aside = report.quarantined.get()
    assert (report.counts["new"], report.counts["quarantined"]) == (2, 1)
    assert aside.place.startswith("line ")
    assert "pluginID" in aside.reason


def test_a_report_is_done_with_one_trail_line_for_its_result():
    report = bring(Host(items=[Item("100")]))
    verbs = list(TrailLine.objects.filter(subject=report.subject).values_list("verb", flat=True))
    assert verbs == ["land_report", "take_in_report", "take_in_report"]


def test_who_brought_a_report_in_is_told_when_it_ends_or_fails():
    chief, unit = make_user("chief"), make_organization()
    whole = services.take_in(chief, file=stored(nessus(Host(items=[Item("100")]))), unit=unit)
    told = Notice.objects.get()
    assert (told.subject, told.words) == (whole.subject, "New findings: 1, closed: 0.")
    services.stop_reading(chief, whole, reason="The reading was stopped.")
    assert Notice.objects.latest("pk").words.startswith("It failed. The reading was stopped.")
