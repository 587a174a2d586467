"""By when a finding must be fixed, and why."""

from datetime import date, timedelta

import pytest

from alcaide.assets.models import Asset
from alcaide.assets.services import change_asset
from alcaide.exposure import services
from alcaide.exposure.limits import limit_of
from alcaide.exposure.models import Finding
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user
from alcaide.threats.services import take_in_kev

from .samples import Host, Item, kev, nessus, stored

FIRST = date(2026, 11, 16)


def limit(severity=1, exploited_since=None, reached_from="internal"):
    return limit_of(
        severity=severity, first_seen_on=FIRST, exploited_since=exploited_since, reached_from=reached_from
    )  # fmt: skip


@pytest.mark.parametrize(
    ("severity", "exploited_since", "reached_from", "days"),
    [
        (1, None, "internet", None),
        (2, None, "internet", None),
        (3, None, "internet", 60),
        (4, None, "internet", 30),
        (1, date(2021, 11, 3), "internal", 14),
        (1, date(2021, 11, 3), "internet", 3),
        (1, date(2021, 11, 3), "unknown", 14),
        (1, date(2026, 11, 20), "internet", 7),
        (4, date(2026, 12, 30), "internal", 30),
    ],
)
def test_the_earliest_limit_applies(severity, exploited_since, reached_from, days):
    expected = FIRST + timedelta(days=days) if days is not None else None
    assert limit(severity, exploited_since, reached_from).due_on == expected


def test_the_sentence_names_rule_days_and_start():
    assert limit(4, date(2026, 11, 20), "internet").why == (
        "Known exploited since 20 Nov 2026 on a host reached from the internet: 3 days from 20 Nov 2026, "
        "when its flaw was listed."
    )


def test_unknown_reach_says_what_it_would_be_from_the_internet():
    assert "from the internet it would be 3 days" in limit(1, date(2021, 11, 3), "unknown").why


@pytest.mark.django_db
def test_limits_follow_the_feed_both_ways():
    services.take_in(HOUSE, file=stored(nessus(Host(items=[Item("1", cves=("CVE-2024-0001",))]))),
                     unit=make_organization())  # fmt: skip
    others = [(f"CVE-2020-{1000 + n}", "2024-01-01") for n in range(20)]
    take_in_kev(HOUSE, file=stored(kev(*others, ("CVE-2024-0001", "2026-11-18"), released="2026-11-18"), "kev.json"))
    assert services.renew_limits(HOUSE) == 1
    finding = Finding.objects.get()
    assert (finding.exploited_since, finding.due_on) == (date(2026, 11, 18), date(2026, 12, 2))
    take_in_kev(HOUSE, file=stored(kev(*others, released="2026-11-19"), "kev.json"))
    assert services.renew_limits(HOUSE) == 1
    finding.refresh_from_db()
    assert (finding.exploited_since, finding.due_on) == (None, date(2027, 1, 15))


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
