"""When silence of a scan proves that a weakness is gone."""

import gzip
from collections.abc import Sequence
from datetime import timedelta

import pytest

from alcaide.exposure import services
from alcaide.exposure.models import Finding, Report
from alcaide.organization.tests.factories import HOUSE, make_organization, make_user

from .samples import MONDAY, Host, Item, nessus, stored

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)
TEN = [Item(str(100 + n)) for n in range(10)]


def scan(items: Sequence[Item], *, day: int = 0, checks_run: Sequence[str] | None = None, **host) -> Report:
    content = nessus(Host(items=items, at=MONDAY + timedelta(days=day), **host), checks_run=checks_run)
    report = services.take_in(HOUSE, file=stored(content), unit=make_organization())
    assert isinstance(report, Report)
    return report


def standing(state: str = "open") -> int:
    return Finding.objects.filter(state=state).count()


def test_what_a_full_look_no_longer_sees_closes_at_the_time_of_the_scan():
    scan(TEN)
    report = scan(TEN[:8], day=1)
    assert report.counts["closed"] == standing("closed") == 2
    closed = Finding.objects.filter(state="closed").first()
    assert closed.closed_at == TUESDAY
    assert [step.what for step in closed.steps.all()] == ["closed"]


def test_a_look_without_credentials_closes_nothing_that_one_with_credentials_found():
    scan(TEN, credentialed=True)
    assert scan(TEN[:8], day=1, credentialed=False).counts["closed"] == 0
    assert scan(TEN[:8], day=2, credentialed=None).counts["closed"] == 0


def test_a_deeper_look_closes_what_a_shallow_one_found():
    scan(TEN, credentialed=False)
    assert scan(TEN[:8], day=1, credentialed=True).counts["closed"] == 2


def test_a_check_that_was_switched_off_proves_nothing():
    scan(TEN)
    report = scan(TEN[:8], day=1, checks_run=[item.check for item in TEN[:9]])
    assert report.counts["closed"] == 1
    assert Finding.objects.get(state="closed").check_id == "108"


def test_a_host_that_was_not_reached_keeps_its_findings():
    scan(TEN)
    scan([Item("900")], day=1, name="srv-2.almena.example")
    assert standing() == 11


def test_a_report_that_ends_early_closes_nothing():
    scan(TEN)
    whole = nessus(Host(items=TEN[:8], at=TUESDAY))
    cut = whole[: whole.index(b"</Report>")]
    report = services.take_in(HOUSE, file=stored(cut), unit=make_organization())
    assert report.state == "done"
    assert (report.counts["closed"], standing()) == (0, 10)
    assert any("nothing was closed" in notice for notice in report.notices)


@pytest.mark.parametrize("cut", [slice(None, -12), slice(None, -1)])
def test_a_torn_archive_closes_nothing(cut):
    scan(TEN)
    torn = gzip.compress(nessus(Host(items=TEN[:8], at=TUESDAY)))[cut]
    report = services.take_in(HOUSE, file=stored(torn), unit=make_organization())
    assert (report.state, report.counts["closed"], standing()) == ("done", 0, 10)


def test_a_host_with_a_record_set_aside_closes_nothing():
    scan(TEN)
    assert scan([*TEN[:8], Item("broken")], day=1).counts["closed"] == 0


def test_an_older_scan_closes_nothing_that_was_seen_since():
    scan(TEN, day=1)
    assert scan(TEN[:8], day=0).counts["closed"] == 0


def test_a_drop_of_more_than_three_tenths_waits_for_a_person():
    scan(TEN)
    report = scan(TEN[:6], day=1)
    assert (report.counts["closed"], report.counts["waiting"], standing()) == (0, 4, 10)
    assert any("too large a part" in notice for notice in report.notices)


@pytest.mark.parametrize(("before", "after", "waits"), [(2, 1, 0), (2, 0, 0), (3, 0, 3), (4, 1, 3), (10, 7, 0)])
def test_an_asset_with_few_findings_may_lose_one_or_two(before, after, waits):
    scan(TEN[:before])
    report = scan([*TEN[:after], Item("900", severity=0)], day=1)
    assert (report.counts["waiting"], report.counts["closed"]) == (waits, before - after - waits)


def test_a_shallow_look_that_sees_nothing_again_closes_not_even_one():
    scan(TEN[:1], credentialed=None)
    report = scan([Item("900", severity=0)], day=1, credentialed=None)
    assert (report.counts["waiting"], standing()) == (1, 1)


def test_what_waits_closes_when_a_person_confirms():
    scan(TEN)
    report = scan(TEN[:6], day=1)
    assert services.confirm_closing(make_user("analyst"), report) == 4
    report.refresh_from_db()
    assert (standing("closed"), report.counts["closed"], report.counts["waiting"]) == (4, 4, 0)


def test_confirming_leaves_open_what_was_seen_again_since():
    scan(TEN)
    report = scan(TEN[:6], day=1)
    scan(TEN, day=2)
    assert services.confirm_closing(HOUSE, report) == 0
    assert standing() == 10


def test_new_findings_do_not_hide_a_large_drop():
    scan(TEN)
    assert scan([*TEN[:6], *(Item(str(500 + n)) for n in range(20))], day=1).counts["waiting"] == 4


def test_what_comes_back_reopens_with_the_day_it_was_first_seen():
    scan(TEN)
    scan(TEN[:9], day=1)
    report = scan(TEN, day=2)
    finding = Finding.objects.get(check_id="109")
    assert report.counts["reopened"] == 1
    assert (finding.state, finding.first_seen_at, finding.closed_at) == ("open", MONDAY, None)
    assert [step.what for step in finding.steps.all()] == ["closed", "reopened"]


def test_another_source_closes_nothing():
    scan(TEN)
    Finding.objects.update(source="openvas")
    assert scan(TEN[:8], day=1).counts["closed"] == 0
