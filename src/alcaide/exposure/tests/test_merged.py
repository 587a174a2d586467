"""Findings of assets that turned out to be one, and of findings that a decision covers, as scans see them again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alcaide.assets.models import Asset, Merge
from alcaide.assets.services import merge_assets, unmerge
from alcaide.assets.tests.factories import make_asset
from alcaide.common.models import Change
from alcaide.exposure import services
from alcaide.exposure.models import Finding, LimitTable
from alcaide.organization.tests.factories import HOUSE, make_organization, make_person, make_unit, make_user

from .samples import MONDAY, Host, Item, nessus, stored

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def scan(name, *items, at=MONDAY):
    report = services.take_in(
        HOUSE, file=stored(nessus(Host(name, items, at=at))), unit=make_organization(), force=True
    )
    return {part: report.counts.get(part, 0) for part in ("new", "closed", "reopened", "waiting")}


def merged() -> Merge:
    """Scan one machine under two names, then say that it is one."""
    scan("old.almena.example", Item("1"), Item("2"))
    scan("new.almena.example", Item("3"))
    old, new = (Asset.objects.get(name__startswith=name) for name in ("old", "new"))
    return merge_assets(HOUSE, old, into=new, reason="One machine", opened_version=old.version)


def test_a_scan_of_merged_assets_finds_nothing_twice_and_closes_nothing():
    merged()
    found = scan("new.almena.example", Item("1"), Item("2"), Item("3"), at=MONDAY + DAY)
    assert found == {"new": 0, "closed": 0, "reopened": 0, "waiting": 0}
    assert Finding.objects.count() == 3
    assert set(Finding.objects.values_list("asset__name", flat=True)) == {Asset.objects.get(merged_into=None).name}


def test_assets_that_stand_apart_again_have_their_own_findings():
    unmerge(HOUSE, merged())
    found = scan("old.almena.example", Item("1"), Item("2"), at=MONDAY + DAY)
    assert found == {"new": 0, "closed": 0, "reopened": 0, "waiting": 0}
    assert Finding.objects.filter(asset__name__startswith="old").count() == 2
    assert scan("new.almena.example", Item("1"), Item("3"), at=MONDAY + DAY)["new"] == 1


def test_findings_and_actions_follow_a_merge_into_another_unit():
    scan("old.almena.example", Item("1"))
    new = make_asset("new", unit=make_unit())
    services.renew_limits(HOUSE)
    Change.objects.filter(room="assets").delete()
    old = Asset.objects.get(name__startswith="old")
    merge_assets(HOUSE, old, into=new, reason="One machine", opened_version=old.version)
    services.renew_limits(HOUSE)
    finding = Finding.objects.get()
    assert (finding.asset, finding.unit) == (new, new.unit)
    assert finding.action.unit == new.unit


def excepted(*, until):
    scan("new.almena.example", Item("1", severity=4), at=MONDAY - timedelta(days=200))
    services.renew_limits(HOUSE)
    finding = Finding.objects.get()
    decision = services.ask(
        make_user("analyst"), finding, kind="exception", reason="The line stops.", until=until, owner=make_person()
    )
    services.approve(make_user("chief"), decision)


def test_a_finding_rated_anew_keeps_the_day_of_its_exception():
    until = timezone.localdate() + timedelta(days=30)
    excepted(until=until)
    scan("new.almena.example", Item("1", severity=3), at=MONDAY)
    finding = Finding.objects.get()
    assert finding.severity == 3
    assert finding.limit_on == until
    assert not finding.is_late


def test_a_new_finding_has_its_limit_by_our_own_table_at_once():
    rows = [{"severity": "any", "exploited": "any", "exposed": "any", "days": 7}]
    LimitTable.objects.create(kind="own", rows=rows, reason="Ours")
    scan("new.almena.example", Item("1", severity=4))
    assert Finding.objects.get().due_on == timezone.localtime(MONDAY).date() + timedelta(days=7)
