"""By when a finding must be fixed, and why."""

import csv
from datetime import date, timedelta

import pytest

from alcaide.assets.models import Asset
from alcaide.assets.services import change_asset
from alcaide.exposure import services
from alcaide.exposure.limits import FlawState, RowUnusable, Table, directive, judged, own_rows
from alcaide.exposure.models import Finding
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user
from alcaide.threats.services import take_in_kev

from .samples import Host, Item, kev, nessus, stored

FIRST = date(2026, 11, 16)
LISTED = date(2026, 11, 20)
OUTCOMES = {
    "3 days and forensics": {("yes", "yes", "yes", "total"), ("yes", "yes", "no", "total"),
                             ("yes", "no", "yes", "total")},
    "3 days": {("yes", "yes", "yes", "partial"), ("no", "yes", "yes", "total")},
    "14 days": {("yes", "no", "no", "total"), ("yes", "yes", "no", "partial"), ("yes", "no", "yes", "partial"),
                ("yes", "no", "no", "partial"), ("no", "yes", "yes", "partial"), ("no", "yes", "no", "total")},
    "60 days": {("no", "yes", "no", "partial"), ("no", "no", "yes", "total"), ("no", "no", "yes", "partial")},
    "with the next upgrade, no day": {("no", "no", "no", "total"), ("no", "no", "no", "partial")},
}  # fmt: skip
CASES = [(case, words) for words, cases in OUTCOMES.items() for case in sorted(cases)]


def limit(flaw=None, *, severity=1, reached_from="internal", table=None):
    flaws = frozenset({flaw}) if flaw else frozenset()
    return (table or directive()).limit(
        severity=severity, first_seen_on=FIRST, reached_from=reached_from, flaws=flaws
    )  # fmt: skip


@pytest.mark.parametrize(("case", "words"), CASES)
def test_each_of_the_sixteen_cases_has_the_directives_days(case, words):
    exploited, exposed, automatable, impact = case
    flaw = FlawState(FIRST if exploited == "yes" else None, automatable == "yes", impact == "total")
    found = limit(flaw, reached_from="internet" if exposed == "yes" else "internal")
    assert f": {words}" in found.why
    days = int(words.split()[0]) if words[0].isdigit() else None
    assert found.due_on == (None if days is None else FIRST + timedelta(days=days))


@pytest.mark.shared
def test_our_rows_are_those_of_the_published_table(shared):
    path = shared / "data/exposure/feeds/ssvc_cisa_bod_26_04_1_0_0.csv"
    found = {}
    for _, exploited, exposed, automatable, impact, said in list(csv.reader(path.open()))[1:]:
        found[(exploited == "yes", exposed == "yes", automatable == "yes", impact == "total")] = said
    words = {None: "fix on system upgrade", 3: "3 days", 14: "14 days", 60: "60 days"}
    for facts, row in directive().deadlines.items():
        assert found.pop(facts) == words[row.days] + (" & forensic investigation" if row.forensics else "")
    assert not found


def test_the_sentence_names_facts_days_and_start():
    assert limit(FlawState(LISTED, True, True), reached_from="internet").why == (
        "Known exploited since 20 Nov 2026, reached from the internet, automatable, total impact: "
        "3 days and forensics, from 20 Nov 2026."
    )


def test_what_is_not_known_takes_the_earliest_day_and_names_the_latest():
    found = limit(FlawState(LISTED, True, True), reached_from="unknown")
    assert found.due_on == LISTED + timedelta(days=3)
    found = limit(FlawState(None, None, None), reached_from="internet")
    assert found.due_on == FIRST + timedelta(days=3)
    assert found.why.endswith("60 days, were it not automatable and of partial impact.")


def test_a_case_that_may_wait_for_the_upgrade_says_so():
    found = limit(FlawState(None, None, True))
    assert found.due_on == FIRST + timedelta(days=60)
    assert found.why.endswith("With the next upgrade, no day, were it not automatable.")


def test_the_strictest_of_several_flaws_counts():
    flaws = frozenset({FlawState(None, False, False), FlawState(FIRST, False, False)})
    found = directive().limit(severity=4, first_seen_on=FIRST, reached_from="internal", flaws=flaws)
    assert found.due_on == FIRST + timedelta(days=14)


@pytest.mark.parametrize(("severity", "days"), [(1, None), (2, None), (3, 60), (4, 30)])
def test_a_finding_without_a_public_flaw_has_our_own_days(severity, days):
    expected = FIRST + timedelta(days=days) if days is not None else None
    assert limit(severity=severity).due_on == expected


def own(*rows):
    return Table("own", own=own_rows(rows))


def test_an_own_table_takes_the_earliest_row_that_fits():
    table = own({"severity": "any", "days": 90}, {"severity": "critical", "days": 20},
                {"severity": "any", "exploited": "yes", "days": 5})  # fmt: skip
    assert limit(severity=2, table=table).due_on == FIRST + timedelta(days=90)
    assert limit(severity=4, table=table).due_on == FIRST + timedelta(days=20)
    assert limit(FlawState(LISTED), table=table).due_on == LISTED + timedelta(days=5)


def test_an_own_table_says_both_where_the_reach_is_unknown():
    table = own({"severity": "high", "exposed": "yes", "days": 7}, {"severity": "high", "days": 30})
    found = limit(severity=3, reached_from="unknown", table=table)
    assert found.due_on == FIRST + timedelta(days=7)
    assert found.why.endswith("Until 16 Dec 2026, were it not reached from the internet.")
    assert limit(severity=3, table=table).due_on == FIRST + timedelta(days=30)


@pytest.mark.parametrize(
    "rows",
    [[], [{"severity": "awful", "days": 3}], [{"days": -1}], [{"days": "3"}], [{"exposed": "often", "days": 3}],
     [{"days": 3}, {"days": 4}]],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_refused(rows):
    with pytest.raises(RowUnusable):
        own_rows(rows)


@pytest.mark.parametrize(
    ("vector", "expected"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", (True, True)),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", (True, True)),
        ("CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N", (False, False)),
        ("AV:N/AC:L/Au:N/C:C/I:C/A:C", (True, True)),
        ("AV:N/AC:L/Au:N/C:P/I:P/A:P", (True, False)),
        ("nonsense", (None, None)),
    ],
)
def test_a_rating_proposes_what_nobody_states(vector, expected):
    assert judged(vector) == expected


@pytest.mark.django_db
def test_limits_follow_the_feed_both_ways():
    services.take_in(HOUSE, file=stored(nessus(Host(items=[Item("1", cves=("CVE-2024-0001",))]))),
                     unit=make_organization())  # fmt: skip
    others = [(f"CVE-2020-{1000 + n}", "2024-01-01") for n in range(20)]
    take_in_kev(HOUSE, file=stored(kev(*others, ("CVE-2024-0001", "2026-11-18"), released="2026-11-18"), "kev.json"))
    assert services.renew_limits(HOUSE) == 1
    finding = Finding.objects.get()
    assert (finding.exploited_since, finding.due_on) == (date(2026, 11, 18), date(2026, 11, 21))
    take_in_kev(HOUSE, file=stored(kev(*others, released="2026-11-19"), "kev.json"))
    assert services.renew_limits(HOUSE) == 1
    finding.refresh_from_db()
    assert (finding.exploited_since, finding.due_on) == (None, date(2026, 11, 19))


@pytest.mark.django_db
def test_limits_that_stay_are_not_written_again():
    services.take_in(HOUSE, file=stored(nessus(Host(items=[Item("1", severity=4)]))), unit=make_organization())
    assert services.renew_limits(HOUSE, force=True) == 0
    assert services.renew_limits(HOUSE) == 0


@pytest.mark.django_db
def test_a_finding_follows_its_asset_to_another_unit_and_is_never_shown_to_the_old_one():
    here, there = make_unit(), make_unit()
    services.take_in(HOUSE, file=stored(nessus(Host(items=[Item("1")]))), unit=here)
    asset = Asset.objects.get()
    change_asset(HOUSE, asset, opened_version=asset.version, unit=there)
    assert not Finding.objects.visible_to(make_user("analyst", unit=here)).exists()
    assert services.renew_limits(HOUSE) == 1
    assert Finding.objects.visible_to(make_user("analyst", unit=there)).exists()


@pytest.mark.django_db
def test_a_host_found_to_be_reached_from_the_internet_gets_the_short_limit():
    take_in_kev(HOUSE, file=stored(kev(("CVE-2024-0001", "2026-11-01")), "kev.json"))
    services.take_in(HOUSE, file=stored(nessus(Host(items=[Item("1", cves=("CVE-2024-0001",))]))),
                     unit=make_organization())  # fmt: skip
    services.renew_limits(HOUSE)
    asset = Asset.objects.get()
    change_asset(HOUSE, asset, opened_version=asset.version, reached_from="internet")
    assert services.renew_limits(HOUSE) == 1
    assert Finding.objects.get().due_on == date(2026, 11, 19)
