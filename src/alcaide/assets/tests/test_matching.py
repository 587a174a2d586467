"""Which host is which asset."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from alcaide.assets.models import Asset, Identifier, MatchDoubt
from alcaide.assets.services import answer_doubt
from alcaide.assets.services.matching import HostHint, Match, match_or_add
from alcaide.common.models import LostUpdate
from alcaide.organization.models import Unit
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
AGENT = ("agent", "4a2d1c3e-0000-4000-8000-00000000000a")
OTHER_AGENT = ("agent", "4a2d1c3e-0000-4000-8000-00000000000b")
MAC = ("mac", "00:50:56:ab:cd:01")
OTHER_MAC = ("mac", "00:50:56:ab:cd:02")
FULL_NAME = ("fqdn", "srv-1.almena.example")
SHORT_NAME = ("netbios", "srv-1")
ADDRESS = ("ipv4", "10.0.0.4")


def seen(
    *identifiers: tuple[str, str],
    at: datetime = MONDAY,
    unit: Unit | None = None,
    zone: str = "",
    target: str = "host",
) -> Match:
    host = HostHint("a", identifiers[0][1] if identifiers else "printer", identifiers, at, target)
    return match_or_add(HOUSE, [host], unit=unit or make_organization(), zone=zone)["a"]


def test_a_host_nobody_knows_becomes_an_asset_named_by_its_full_name():
    match = seen(ADDRESS, FULL_NAME)
    assert match.is_new
    assert match.asset.name == "srv-1.almena.example"


def test_a_host_seen_again_by_its_card_is_the_same_asset_at_its_new_address():
    first = seen(MAC, ADDRESS)
    again = seen(MAC, ("ipv4", "10.0.0.9"), at=TUESDAY)
    assert again.asset == first.asset
    assert again.asset.last_seen_at == TUESDAY


def test_the_same_address_in_two_units_is_two_hosts():
    assert seen(ADDRESS, unit=make_unit()).asset != seen(ADDRESS, unit=make_unit()).asset


def test_the_same_address_in_one_named_zone_is_one_host_in_whatever_unit():
    assert seen(ADDRESS, unit=make_unit(), zone="dmz").asset == seen(ADDRESS, unit=make_unit(), zone="dmz").asset


def test_a_reused_address_does_not_merge_two_hosts_with_different_cards():
    first = seen(MAC, ADDRESS)
    second = seen(OTHER_MAC, ADDRESS, at=TUESDAY)
    assert second.asset != first.asset
    assert Identifier.objects.get(kind="ipv4", ended_at__isnull=True).asset == second.asset
    assert Identifier.objects.get(kind="ipv4", ended_at=TUESDAY).asset == first.asset


def test_a_full_name_outlives_a_new_card():
    assert seen(MAC, FULL_NAME).asset == seen(OTHER_MAC, FULL_NAME, at=TUESDAY).asset


def test_a_new_agent_on_an_old_name_is_another_host():
    first = seen(AGENT, FULL_NAME)
    second = seen(OTHER_AGENT, FULL_NAME, at=TUESDAY)
    assert second.asset != first.asset
    assert seen(OTHER_AGENT, FULL_NAME, at=TUESDAY).asset == second.asset


def test_two_strong_identifiers_that_disagree_merge_nothing_and_say_so():
    by_agent, by_card = seen(AGENT), seen(MAC)
    match = seen(AGENT, MAC, at=TUESDAY)
    assert match.asset not in {by_agent.asset, by_card.asset}
    assert "could not be matched" in match.notice
    assert match.asset.name.endswith("(kept apart)")


def test_a_host_kept_apart_is_found_again_at_the_next_scan():
    seen(AGENT)
    seen(MAC)
    first = seen(AGENT, MAC, at=TUESDAY)
    assert seen(AGENT, MAC, at=TUESDAY).asset == first.asset
    assert Asset.objects.count() == 3


def test_one_host_listed_twice_in_a_file_is_one_asset():
    hosts = [HostHint("a", "10.0.0.4", (ADDRESS,), MONDAY), HostHint("a#2", "10.0.0.4", (ADDRESS,), MONDAY)]
    found = match_or_add(HOUSE, hosts, unit=make_organization())
    assert found["a"].asset == found["a#2"].asset
    assert [match.is_new for match in found.values()] == [True, False]


def test_a_host_without_any_identifier_is_known_by_its_name():
    assert seen().asset == seen().asset


def test_a_short_name_that_a_person_gave_counts_in_every_network():
    asset = seen(AGENT).asset
    Identifier.objects.create(
        asset=asset, kind="netbios", value="srv-1", zone="", first_seen_at=MONDAY, last_seen_at=MONDAY
    )
    assert seen(SHORT_NAME, unit=make_unit()).asset == asset


def test_an_asset_of_a_unit_without_grant_is_left_alone():
    mine, theirs = make_unit(), make_unit()
    held = seen(FULL_NAME, unit=theirs).asset
    analyst = make_user("analyst", unit=mine)
    host = HostHint("a", "srv-1", (FULL_NAME,), TUESDAY)
    match = match_or_add(analyst, [host], unit=mine)["a"]
    assert match.asset.unit == mine
    held.refresh_from_db()
    assert held.last_seen_at == MONDAY
    assert match_or_add(analyst, [host], unit=mine)["a"].asset == match.asset


def test_a_retired_asset_that_is_seen_again_says_so():
    asset = seen(AGENT).asset
    Asset.objects.filter(pk=asset.pk).update(retired_at=MONDAY)
    assert "taken out of use" in seen(AGENT, at=TUESDAY).notice


def test_many_hosts_cost_no_more_statements_than_one(django_assert_max_num_queries):
    unit = make_organization()
    hosts = [HostHint(str(n), f"h{n}", (("fqdn", f"h{n}.almena.example"),), MONDAY) for n in range(60)]
    with django_assert_max_num_queries(25):
        match_or_add(HOUSE, hosts, unit=unit)


def test_an_image_becomes_an_application_and_its_next_build_is_the_same():
    named = ("image-name", "registry.almena.example/shop")
    first = seen(("image", f"sha256:{'a' * 64}"), named, target="image")
    again = seen(("image", f"sha256:{'b' * 64}"), named, at=TUESDAY, target="image")
    assert first.asset.kind == "application"
    assert first.asset.name == "registry.almena.example/shop"
    assert again.asset == first.asset


def test_one_build_under_two_names_is_two_images():
    build = ("image", f"sha256:{'a' * 64}")
    shop = seen(build, ("image-name", "registry.almena.example/shop"), target="image")
    copy = seen(build, ("image-name", "registry.almena.example/copy"), target="image")
    assert copy.asset != shop.asset
    assert seen(build, target="image").asset == shop.asset


def test_an_image_and_a_host_of_one_name_are_two_assets():
    assert seen(target="image").asset != seen().asset


MUCH_LATER = MONDAY + timedelta(days=90)


def test_an_address_that_nobody_saw_for_long_decides_nothing():
    first = seen(ADDRESS)
    second = seen(ADDRESS, at=MUCH_LATER)
    assert second.asset != first.asset
    [old, new] = Identifier.objects.filter(kind="ipv4").order_by("pk")
    assert (old.asset, old.ended_at) == (first.asset, MUCH_LATER)
    assert (new.asset, new.ended_at) == (second.asset, None)


def test_an_address_held_long_ago_is_asked_about():
    first = seen(ADDRESS)
    second = seen(ADDRESS, at=MUCH_LATER)
    doubt = MatchDoubt.objects.get()
    assert (doubt.why, doubt.asset) == ("stale", second.asset)
    assert [each.asset for each in doubt.candidates.all()] == [first.asset]


def test_an_address_that_is_seen_again_and_again_keeps_deciding():
    first = seen(ADDRESS)
    for week in range(1, 20):
        assert seen(ADDRESS, at=MONDAY + timedelta(weeks=week)).asset == first.asset


def test_an_old_report_finds_who_held_the_address_then():
    first = seen(MAC, ADDRESS)
    second = seen(OTHER_MAC, ADDRESS, at=MONDAY + timedelta(days=10))
    assert seen(ADDRESS, at=TUESDAY).asset == first.asset
    assert seen(ADDRESS, at=MONDAY + timedelta(days=11)).asset == second.asset


def test_an_old_report_of_an_address_before_anybody_held_it_is_one_asset_at_every_reading():
    seen(ADDRESS, at=MUCH_LATER)
    before = seen(ADDRESS)
    assert before.is_new
    assert seen(ADDRESS).asset == before.asset
    assert Identifier.objects.get(asset=before.asset).ended_at == MUCH_LATER


def test_a_doubt_ranks_the_candidates_by_what_speaks_for_them():
    by_agent, by_card = seen(AGENT, ("serial", "SN1")), seen(MAC)
    seen(AGENT, MAC, at=TUESDAY)
    first, second = MatchDoubt.objects.get().candidates.order_by("rank")
    assert (first.asset, first.speaks_for, first.speaks_against) == (by_agent.asset, [list(AGENT)], [])
    assert (second.asset, second.speaks_for) == (by_card.asset, [list(MAC)])


def test_the_same_names_in_doubt_again_are_one_doubt():
    seen(AGENT)
    seen(MAC)
    for day in (1, 2):
        seen(AGENT, MAC, at=MONDAY + timedelta(days=day))
    assert MatchDoubt.objects.get().last_seen_at == MONDAY + timedelta(days=2)


def answered(answer: str, same_as: Asset | None = None) -> MatchDoubt:
    doubt = MatchDoubt.objects.get()
    return answer_doubt(HOUSE, doubt, answer=answer, same_as=same_as, reason="Label read", opened_version=1)


def test_a_target_said_to_be_the_same_is_that_asset_at_the_next_scan():
    by_agent, _by_card = seen(AGENT), seen(MAC)
    seen(AGENT, MAC, at=TUESDAY)
    answered("same", by_agent.asset)
    match = seen(AGENT, MAC, at=TUESDAY + timedelta(days=1))
    assert (match.asset, match.notice) == (by_agent.asset, "")


def test_a_target_said_to_be_its_own_keeps_its_asset_under_its_own_name():
    seen(AGENT)
    seen(MAC)
    apart = seen(AGENT, MAC, at=TUESDAY).asset
    answered("other")
    apart.refresh_from_db()
    assert not apart.name.endswith("(kept apart)")
    assert seen(AGENT, MAC, at=TUESDAY).asset == apart


def test_a_target_that_joins_all_makes_them_one():
    by_agent, by_card = seen(AGENT), seen(MAC)
    seen(AGENT, MAC, at=TUESDAY)
    answered("all", by_agent.asset)
    assert seen(MAC, at=TUESDAY).asset == by_agent.asset
    assert Asset.of(by_card.asset.uid).merged_into == by_agent.asset


def test_an_answer_needs_a_reason_and_a_known_candidate():
    by_agent = seen(AGENT).asset
    seen(MAC)
    seen(AGENT, MAC, at=TUESDAY)
    doubt = MatchDoubt.objects.get()
    for wrong in (
        {"answer": "same", "same_as": None, "reason": "x"},
        {"answer": "same", "same_as": by_agent, "reason": " "},
    ):
        with pytest.raises(ValidationError):
            answer_doubt(HOUSE, doubt, opened_version=1, **wrong)
    assert MatchDoubt.objects.get().answer == ""


def test_a_doubt_is_answered_once():
    by_agent = seen(AGENT).asset
    seen(MAC)
    seen(AGENT, MAC, at=TUESDAY)
    answered("other")
    with pytest.raises(LostUpdate):
        answered("same", by_agent)
