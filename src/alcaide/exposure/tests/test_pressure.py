"""The chance that an open flaw of an asset is exploited somewhere within a year."""

import pytest

from alcaide.assets.models import Asset
from alcaide.exposure import services
from alcaide.exposure.models import Finding, FindingAlias, FindingFlaw
from alcaide.exposure.queries import AssetPressure, flaw_shares, pressure
from alcaide.organization.tests.factories import HOUSE, make_organization
from alcaide.threats import queries as threats
from alcaide.threats.services import take_in_epss, take_in_kev

from .samples import MONDAY, Host, Item, epss, kev, nessus, stored
from .samples_packages import Flaw, trivy

pytestmark = pytest.mark.django_db
SPANS = 365.25 / 30


def scan(*items: Item, name: str = "srv-1.almena.example") -> None:
    services.take_in(HOUSE, file=stored(nessus(Host(name, items))), unit=make_organization())


def scores(*pairs: tuple[str, float]) -> None:
    take_in_epss(HOUSE, file=stored(epss(*pairs), "epss.csv"))


def the_only() -> AssetPressure:
    (found,) = pressure(list(Asset.objects.values_list("pk", flat=True)))
    return found


def test_a_scored_flaw_gives_the_year_between_one_month_and_twelve_independent_ones():
    scores(("CVE-2024-0001", 0.01))
    scan(Item("1", cves=("CVE-2024-0001",)))
    found = the_only()
    assert found.chance_low == pytest.approx(0.01)
    assert found.chance_high == pytest.approx(1 - 0.99**SPANS)
    assert (found.flaws, found.known_exploited, found.unpriced, found.scanned_at) == (1, 0, 0, MONDAY)


def test_several_flaws_multiply_what_each_leaves_and_count_once_each():
    scores(("CVE-2024-0001", 0.1), ("CVE-2024-0002", 0.2))
    scan(Item("1", cves=("CVE-2024-0001", "CVE-2024-0002")), Item("2", cves=("CVE-2024-0001",)))
    found = the_only()
    assert found.chance_low == pytest.approx(1 - 0.9 * 0.8)
    assert found.chance_high == pytest.approx(1 - (0.9 * 0.8) ** SPANS)


def test_a_known_exploited_flaw_is_certain():
    take_in_kev(HOUSE, file=stored(kev(("CVE-2024-0001", "2026-11-01")), "kev.json"))
    scan(Item("1", cves=("CVE-2024-0001",)))
    assert (the_only().chance_low, the_only().chance_high, the_only().known_exploited) == (1.0, 1.0, 1)


def test_a_flaw_without_a_score_is_believed_at_the_mean_and_says_so(monkeypatch):
    monkeypatch.setattr(threats, "WHOLE_LIST_ROWS", 2)
    scores(("CVE-2024-0001", 0.1), ("CVE-2024-0002", 0.3))
    scan(Item("1", cves=("CVE-2024-9999",)))
    found = the_only()
    assert (found.chance_low, found.sector, found.is_priced) == (pytest.approx(0.2), 1, True)


def test_the_mean_of_an_excerpt_says_nothing_of_the_other_flaws():
    scores(("CVE-2024-0001", 0.9), ("CVE-2024-0002", 0.9))
    scan(Item("1", cves=("CVE-2024-9999",)))
    assert the_only().chance_low == pytest.approx(threats.MEAN_OF_ALL)


def test_without_any_feed_the_asset_is_unpriced():
    scan(Item("1", cves=("CVE-2024-0001",)))
    found = the_only()
    assert (found.chance_high, found.unpriced, found.is_priced) == (0.0, 1, False)


def test_a_closed_finding_presses_no_more():
    scores(("CVE-2024-0001", 0.1))
    scan(Item("1", cves=("CVE-2024-0001",)))
    Finding.objects.update(state="closed")
    assert the_only().flaws == 0


def test_a_nearly_certain_flaw_does_not_overflow():
    scores(("CVE-2024-0001", 0.99999))
    scan(Item("1", cves=("CVE-2024-0001",)))
    assert the_only().chance_high == pytest.approx(1.0)


def test_fixing_one_finding_takes_away_only_flaws_that_no_other_holds():
    scores(("CVE-2024-0001", 0.1), ("CVE-2024-0002", 0.2))
    scan(Item("1", cves=("CVE-2024-0001",)), Item("2", cves=("CVE-2024-0001", "CVE-2024-0002")))
    shares = {each.finding_id: each for each in flaw_shares(list(Asset.objects.values_list("pk", flat=True)))}
    first, second = (shares[Finding.objects.get(check_id=check).pk] for check in "12")
    assert first.falls_low == pytest.approx(0)
    assert second.falls_low == pytest.approx(0.28 - 0.1)


def test_many_assets_cost_four_queries(django_assert_max_num_queries):
    scores(("CVE-2024-0001", 0.1))
    hosts = [Host(f"h{n}.almena.example", [Item("1", cves=("CVE-2024-0001",))]) for n in range(30)]
    services.take_in(HOUSE, file=stored(nessus(*hosts)), unit=make_organization())
    ids = list(Asset.objects.values_list("pk", flat=True))
    with django_assert_max_num_queries(4):
        assert len(pressure(ids)) == 30


def test_a_flaw_that_one_tool_calls_by_another_name_counts_once():
    scores(("CVE-2024-0001", 0.1))
    services.take_in(HOUSE, file=stored(trivy(Flaw(cve="CVE-2024-0001"))), unit=make_organization())
    services.take_in(HOUSE, file=stored(trivy(Flaw(cve="GHSA-aaaa-bbbb-cccc"), at=MONDAY)), unit=make_organization())
    assert the_only().flaws == 2
    FindingAlias.objects.create(finding=Finding.objects.get(check_id="CVE-2024-0001"), name="GHSA-aaaa-bbbb-cccc")
    assert the_only().flaws == 1


def test_a_name_still_counts_once_the_finding_with_its_number_is_no_flaw():
    scores(("CVE-2024-0001", 0.1))
    services.take_in(HOUSE, file=stored(trivy(Flaw(cve="CVE-2024-0001"))), unit=make_organization())
    services.take_in(HOUSE, file=stored(trivy(Flaw(cve="GHSA-aaaa-bbbb-cccc"), at=MONDAY)), unit=make_organization())
    finding = Finding.objects.get(check_id="CVE-2024-0001")
    FindingAlias.objects.create(finding=finding, name="GHSA-aaaa-bbbb-cccc")
    proposed = services.propose(
        HOUSE, unit_id=finding.unit_id, title="None", keys=[finding.key], reason="Not called.", source="A statement"
    )
    services.approve(HOUSE, proposed)
    assert the_only().flaws == 1


def test_two_names_without_a_number_never_hide_each_other():
    scores(("CVE-2024-0001", 0.1))
    scan(Item("1"), Item("2"))
    one, other = (Finding.objects.get(check_id=check) for check in "12")
    for finding, name, alias in ((one, "GHSA-a", "PYSEC-a"), (other, "PYSEC-a", "GHSA-a")):
        FindingFlaw.objects.create(finding=finding, cve=name)
        FindingAlias.objects.create(finding=finding, name=alias)
    assert the_only().flaws > 0


def test_a_confirmed_false_positive_presses_no_more():
    scan(Item("1", cves=("CVE-2024-0001",)))
    finding = Finding.objects.get()
    proposed = services.propose(
        HOUSE, unit_id=finding.unit_id, title="None", keys=[finding.key], reason="Not called.", source="A statement"
    )
    assert the_only().flaws == 1
    services.approve(HOUSE, proposed)
    assert the_only().flaws == 0
