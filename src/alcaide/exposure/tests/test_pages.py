"""Pages of findings and reports: who may open them, and what they say."""

import gzip
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from alcaide.assets.models import Asset
from alcaide.common import registries
from alcaide.common.ids import new_uid
from alcaide.common.jobs import Cancelled, Progress
from alcaide.common.models import JobTrack, Priced, StoredFile
from alcaide.exposure import services
from alcaide.exposure.due import due
from alcaide.exposure.jobs import read_report
from alcaide.exposure.models import Finding, Report
from alcaide.exposure.queries import figures, may_read_file
from alcaide.exposure.services import reading
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user
from alcaide.threats.models import Feed
from alcaide.threats.services import take_in_epss, take_in_kev

from .samples import MONDAY, Host, Item, epss, kev, nessus, stored

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=400)
FLAW = "CVE-2024-0001"


@pytest.fixture
def chief(client):
    user = make_user("chief")
    client.force_login(user)
    return user


def scan(*items: Item, at=MONDAY, unit=None, name="srv-1.almena.example") -> Report:
    return services.take_in(
        HOUSE, file=stored(nessus(Host(name, items, at=at))), unit=unit or make_organization()
    )  # fmt: skip


def upload(client, content: bytes, *, name="scan.nessus", **more):
    data = {"file": SimpleUploadedFile(name, content), "unit": make_organization().pk, **more}
    return client.post(reverse("report-new"), data)


def test_before_the_first_scan_the_list_says_what_to_do_first(client, chief):
    page = client.get(reverse("findings"))
    assert b"No findings yet." in page.content
    assert b"Bring in one scan and this list fills in about a minute" in page.content


def test_the_list_shows_flaw_chance_limit_and_price(client, chief):
    take_in_kev(HOUSE, file=stored(kev((FLAW, "2026-11-01")), "kev.json"))
    take_in_epss(HOUSE, file=stored(epss((FLAW, 0.123)), "epss.csv"))
    scan(Item("1", severity=4, name="Old web server", cves=(FLAW,)))
    Priced.objects.create(
        subject=Asset.objects.get().subject, figure="flaws_a_year", amount_minor=7_400_000, low_minor=3_500_000,
        high_minor=14_100_000, currency="EUR", run=new_uid(), at=timezone.now(),
    )  # fmt: skip
    page = client.get(reverse("findings")).content.decode()
    for words in ("Old web server", FLAW, "exploited", "12\u00a0%", "€74k", "€35–141k", "Critical"):
        assert words in page


def test_findings_past_their_limit_are_told_on_the_list_and_counted(client, chief):
    scan(Item("1", severity=4), at=LONG_AGO)
    page = client.get(reverse("findings")).content.decode()
    assert "1 is past its limit." in page
    assert "days over" in page
    assert figures(chief).past_limit.shown == 1


@pytest.mark.parametrize("name", ["findings", "reports"])
def test_a_list_page_costs_twelve_queries_however_many_rows(
    client, chief, django_assert_max_num_queries, monkeypatch, name
):
    # What other rooms count in the side bar is theirs to answer for.
    monkeypatch.setattr(registries, "nav_items", list)
    scan(*(Item(str(number), cves=(FLAW,)) for number in range(40)))
    with django_assert_max_num_queries(12):
        assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", ["findings", "reports", "report-new"])
def test_a_stranger_is_sent_to_the_sign_in_and_an_employee_is_refused(client, name):
    assert client.get(reverse(name)).status_code == 302
    client.force_login(make_user("employee"))
    assert client.get(reverse(name)).status_code == 403


def test_an_auditor_sees_reports_but_may_not_bring_one_in(client):
    client.force_login(make_user("auditor"))
    assert client.get(reverse("reports")).status_code == 200
    assert upload(client, nessus(Host(items=[Item("1")]))).status_code == 403
    assert not Report.objects.exists()


def test_what_stands_in_another_unit_is_hidden_and_counted(client):
    mine, other = make_unit(), make_unit()
    scan(Item("1"), unit=other)
    client.force_login(make_user("analyst", unit=mine))
    page = client.get(reverse("findings")).content.decode()
    assert "1 hidden from you by the rule" in page
    assert client.get(reverse("finding", args=[Finding.objects.get().uid])).status_code == 404
    assert client.get(reverse("report", args=[Report.objects.get().uid])).status_code == 404


def test_an_upload_is_kept_and_a_job_reads_it(client, chief):
    answer = upload(client, nessus(Host(items=[Item("1")])), zone=" Murcia  OT ")
    report = Report.objects.get()
    assert answer.url == reverse("report", args=[report.uid])
    assert (report.state, report.zone, report.brought_by) == ("waiting", "murcia ot", chief)
    assert JobTrack.objects.get(key=report.subject).is_open
    assert "is being brought in" in client.get(answer.url).content.decode()
    read_report(Progress(), report=str(report.uid))
    page = client.get(answer.url).content.decode()
    assert "1 new finding, 0 closed." in page


def test_a_reading_that_is_stopped_says_so_and_can_be_taken_up_again(client, chief, monkeypatch):
    def stop(self) -> None:
        raise Cancelled

    upload(client, nessus(Host(items=[Item(str(number)) for number in range(2100)])))
    report = Report.objects.get()
    monkeypatch.setattr(reading, "CHUNK", 2000)
    with monkeypatch.context() as patched, pytest.raises(Cancelled):
        patched.setattr(Progress, "check_cancel", stop)
        read_report(Progress(), report=str(report.uid))
    assert b"The reading was stopped." in client.get(reverse("report", args=[report.uid])).content
    assert Finding.objects.count() == 1999
    read_report(Progress(), report=str(report.uid))
    report.refresh_from_db()
    assert (report.state, report.counts["new"], Finding.objects.count()) == ("done", 2100, 2100)


def test_the_same_upload_again_answers_with_the_report_that_stands(client, chief):
    report = scan(Item("1"))
    answer = upload(client, nessus(Host("srv-1.almena.example", [Item("1")])))
    assert answer.url == reverse("report", args=[report.uid])
    assert not JobTrack.objects.exists()


def test_a_feed_brought_in_as_a_report_goes_to_the_threats(client, chief):
    answer = upload(client, kev((FLAW, "2026-11-01")), name="kev.json")
    assert answer.url == reverse("feed", args=[Feed.objects.get().uid])
    assert not Report.objects.exists()


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><NessusClientData_v2>&a;</NessusClientData_v2>'
WHOLE = nessus(Host(items=[Item("1")]))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"hello, world", "Alcaide reads: a Nessus report"),
        (b"%PDF-1.7 ...", "PDF document"),
        (BOMB, "entities"),
        (gzip.compress(WHOLE)[:20], ""),
        (WHOLE[:220], "breaks off before its first finding"),
        (gzip.compress(b"<a>" + b" " * 40_000_000), ""),
        (b"<" * 5000, ""),
        (b'{"a":' * 3000, ""),
        (b"\x00\xff\xfe" * 1000, ""),
    ],
    ids=["empty", "unknown", "pdf", "entities", "torn gzip", "cut", "gzip bomb", "angles", "deep json", "noise"],
)
def test_a_file_that_cannot_be_read_is_refused_on_the_form_and_leaves_nothing(client, chief, content, words):
    answer = upload(client, content)
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert words in answer.content.decode()
    assert not StoredFile.objects.exists()
    assert not Report.objects.exists()


def test_a_file_over_the_cap_is_refused_in_words(client, chief, settings):
    settings.UPLOAD_CAP_BYTES = 100
    answer = upload(client, WHOLE)
    assert answer.status_code == 422
    assert b"larger than" in answer.content
    assert not StoredFile.objects.exists()


def test_a_unit_without_the_right_is_refused_on_the_form(client):
    mine, other = make_unit(), make_unit()
    client.force_login(make_user("analyst", unit=mine))
    answer = upload(client, WHOLE, unit=other.pk)
    assert b"You may not bring in reports for that unit" in answer.content
    assert not Report.objects.exists()


def test_a_report_page_shows_counts_that_add_up_and_what_was_set_aside(client, chief):
    report = scan(Item("1"), Item("2", severity=0), Item("broken"))
    page = client.get(reverse("report", args=[report.uid]))
    tally = page.context["tally"]
    assert sum(number for _, number, kind in tally if kind != "total") == tally[-1][1] == 3
    csv = b"".join(client.get(reverse("report-aside", args=[report.uid])).streaming_content).decode()
    assert "pluginID" in csv
    assert csv.startswith("Place,Reason,How it begins")


def test_every_target_of_a_report_goes_out_with_the_words_it_was_matched_by(client, chief):
    scan(Item("1"))
    report = scan(Item("1"), at=MONDAY + timedelta(days=1))
    lines = b"".join(client.get(reverse("report-targets", args=[report.uid])).streaming_content).decode().splitlines()
    assert len(lines) == 1 + report.sightings.count()
    assert "Full name on the network" in lines[1]
    assert "fqdn" not in client.get(reverse("report", args=[report.uid])).content.decode()


def test_a_report_names_no_asset_that_moved_out_of_the_readers_units(client):
    mine, other = make_unit(), make_unit()
    report = scan(Item("1"), unit=mine)
    client.force_login(make_user("head", unit=mine))
    page = reverse("report", args=[report.uid])
    asset = Asset.objects.get()
    assert asset.name in client.get(page).content.decode()
    Asset.objects.update(unit=other)
    told = client.get(page).content.decode()
    assert asset.name not in told
    assert "1 lies outside your units." in told
    lines = b"".join(client.get(reverse("report-targets", args=[report.uid])).streaming_content).decode()
    assert asset.name not in lines


def test_a_drop_that_waits_is_confirmed_on_the_report(client, chief):
    scan(*(Item(str(number)) for number in range(10)))
    report = scan(*(Item(str(number)) for number in range(5)), at=MONDAY + timedelta(days=1))
    assert b"They are fixed: close them" in client.get(reverse("report", args=[report.uid])).content
    client.post(reverse("report-confirm", args=[report.uid]))
    assert Finding.objects.filter(state="closed").count() == 5


def test_an_auditor_may_not_confirm(client):
    report = scan(*(Item(str(number)) for number in range(10)))
    client.force_login(make_user("auditor"))
    assert client.post(reverse("report-confirm", args=[report.uid])).status_code == 403


def test_a_finding_page_says_what_its_limit_and_its_evidence_are(client, chief):
    take_in_kev(HOUSE, file=stored(kev((FLAW, "2026-11-01")), "kev.json"))
    scan(Item("1", severity=4, cves=(FLAW,), output="version 1.0"))
    page = client.get(reverse("finding", args=[Finding.objects.get().uid])).content.decode()
    for words in ("Known exploited since 1 Nov 2026", "with credentials", "version 1.0", "First seen", "Update it."):
        assert words in page


def test_a_closed_finding_page_shows_its_history(client, chief):
    scan(*(Item(str(number)) for number in range(10)))
    scan(*(Item(str(number)) for number in range(9)), at=MONDAY + timedelta(days=1))
    page = client.get(reverse("finding", args=[Finding.objects.get(check_id="9").uid])).content.decode()
    assert "No longer found by a scan that looked for it." in page


def test_late_findings_are_due_once_an_asset_with_the_oldest_clock():
    user = make_user("analyst")
    scan(Item("1", severity=4), Item("2", severity=3), at=LONG_AGO)
    (one,) = [each for each in due(user) if each.subject.startswith("assets.asset")]
    assert one.title == "2 findings on srv-1.almena.example are past their limit"
    assert one.by == (LONG_AGO + timedelta(days=30)).date()


@pytest.mark.parametrize("role", ["auditor", "executive"])
def test_who_only_reads_is_asked_for_nothing_of_late_findings(role):
    scan(Item("1", severity=4), at=LONG_AGO)
    assert list(due(make_user(role))) == []


def test_a_reader_outside_the_unit_gets_neither_file_nor_due():
    scan(Item("1", severity=4), at=LONG_AGO, unit=make_unit())
    outsider = make_user("analyst", unit=make_unit())
    assert list(due(outsider)) == []
    assert not may_read_file(Report.objects.get().file, outsider)


@pytest.mark.parametrize("query", ["?view=late", "?view=exploited", "?view=closed", "?sort=due", "?text=CVE-2024-0001",
                                   "?asset=srv", "?flawless=1", "?report=nonsense", "?severity=9"])  # fmt: skip
def test_every_view_sort_and_filter_answers(client, chief, query):
    scan(Item("1", severity=4, cves=(FLAW,)))
    assert client.get(reverse("findings") + query).status_code == 200
