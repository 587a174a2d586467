"""Two assets that turn out to be one."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from alcaide.assets import services
from alcaide.assets.models import Asset, Dependency, Identifier, Merge
from alcaide.assets.queries import former_uids, survivor_of
from alcaide.assets.services import following
from alcaide.assets.services.matching import HostHint, match_or_add
from alcaide.common.models import Change, LostUpdate
from alcaide.common.permissions import Refused
from alcaide.common.search import find
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user

from .factories import make_asset

pytestmark = pytest.mark.django_db


def merged_pair() -> tuple[Asset, Asset, Merge]:
    old, new = make_asset("old"), make_asset("new")
    services.identify(HOUSE, old, kind="fqdn", value="old.almena.example")
    merge = services.merge_assets(HOUSE, old, into=new, reason="One label", opened_version=1)
    return Asset.of(old.uid), Asset.of(new.uid), merge


def worth(asset: Asset, aspect: str = "disclosed") -> None:
    services.set_value(HOUSE, asset, aspect=aspect, low_minor=1_00, high_minor=2_00, basis="judgement")


def test_a_merge_and_its_undo_tell_the_rooms_above_of_both_assets() -> None:
    old, new, merge = merged_pair()
    for undo in (False, True):
        if undo:
            Change.objects.all().delete()
            services.unmerge(HOUSE, merge)
        changed = set(Change.objects.filter(room="assets").values_list("subject", flat=True))
        assert {old.subject, new.subject} <= changed


def test_names_and_needs_of_a_merged_asset_follow_to_the_survivor() -> None:
    old, new, disk = make_asset("old"), make_asset("new"), make_asset("disk")
    services.depend(HOUSE, old, needs=disk)
    services.identify(HOUSE, old, kind="fqdn", value="old.almena.example")
    services.merge_assets(HOUSE, old, into=new, reason="One label", opened_version=1)
    assert Dependency.objects.get().asset == new
    assert Identifier.objects.get().asset == new
    old.refresh_from_db()
    assert old.merged_into == new
    assert old.retired_at is not None


def test_a_scan_that_shows_the_former_name_finds_the_survivor() -> None:
    _old, new, _merge = merged_pair()
    host = HostHint("1", "old", (("fqdn", "old.almena.example"),), timezone.now())
    assert match_or_add(HOUSE, [host], unit=make_organization())["1"].asset == new


def test_what_the_survivor_has_already_stays_behind() -> None:
    old, new = make_asset("old"), make_asset("new")
    worth(old)
    worth(old, "altered")
    worth(new)
    services.depend(HOUSE, old, needs=new)
    previewed = services.preview(HOUSE, old, into=new)
    services.merge_assets(HOUSE, old, into=new, reason="One label", opened_version=1)
    assert (previewed.moves, previewed.stays) == (1, 2)
    assert {value.aspect for value in new.values.all()} == {"altered", "disclosed"}
    assert [value.aspect for value in old.values.all()] == ["disclosed"]


def test_a_preview_writes_nothing() -> None:
    old, new = make_asset("old"), make_asset("new")
    worth(old)
    services.preview(HOUSE, old, into=new)
    assert old.values.count() == 1
    assert Asset.of(old.uid).merged_into is None


def test_a_merge_taken_back_puts_everything_where_it_was() -> None:
    old, new, merge = merged_pair()
    services.unmerge(HOUSE, merge)
    old.refresh_from_db()
    assert (old.merged_into, old.retired_at) == (None, None)
    assert Identifier.objects.get().asset == old
    assert not new.identifiers.exists()


def test_what_somebody_changed_since_a_merge_stays_and_is_told() -> None:
    old, new = make_asset("old"), make_asset("new")
    worth(old)
    worth(old, "altered")
    merge = services.merge_assets(HOUSE, old, into=new, reason="One label", opened_version=1)
    value = new.values.get(aspect="altered")
    value.save_version(opened_version=1, fields=["source"])
    stays = [each for each in services.unmerge(HOUSE, merge) if each.stays]
    assert [(each.moves, each.stays) for each in stays] == [(1, 1)]
    assert [each.aspect for each in new.values.all()] == ["altered"]


def test_a_merge_into_a_merged_asset_is_refused_and_chains_lead_to_the_last() -> None:
    first, second, third = make_asset("first"), make_asset("second"), make_asset("third")
    services.merge_assets(HOUSE, first, into=second, reason="One", opened_version=1)
    services.merge_assets(HOUSE, second, into=third, reason="One", opened_version=1)
    with pytest.raises(services.CannotMerge, match="merged into another"):
        services.merge_assets(HOUSE, make_asset(), into=second, reason="One", opened_version=1)
    assert survivor_of(Asset.of(first.uid)) == third
    assert former_uids([third.pk]) == {third.pk: (second.uid, first.uid)}


def test_a_merge_is_taken_back_from_the_last_to_the_first() -> None:
    first, second, third = make_asset("first"), make_asset("second"), make_asset("third")
    inner = services.merge_assets(HOUSE, first, into=second, reason="One", opened_version=1)
    outer = services.merge_assets(HOUSE, second, into=third, reason="One", opened_version=1)
    with pytest.raises(services.CannotUnmerge, match="Take that merge back first"):
        services.unmerge(HOUSE, inner)
    services.unmerge(HOUSE, outer)
    services.unmerge(HOUSE, inner)
    assert former_uids([third.pk, second.pk]) == {}


def test_a_merge_needs_a_reason_two_assets_and_the_version_that_was_open() -> None:
    old, new = make_asset("old"), make_asset("new")
    with pytest.raises(ValidationError, match="known to be one"):
        services.merge_assets(HOUSE, old, into=new, reason=" ", opened_version=1)
    with pytest.raises(services.CannotMerge, match="one asset already"):
        services.merge_assets(HOUSE, old, into=old, reason="x", opened_version=1)
    with pytest.raises(LostUpdate):
        services.merge_assets(HOUSE, old, into=new, reason="x", opened_version=7)
    assert not Merge.objects.exists()


def test_nobody_merges_what_they_may_not_change() -> None:
    here, there = make_unit("Murcia"), make_unit("Zamora")
    mine, theirs = make_asset(unit=here), make_asset(unit=there)
    analyst = make_user("analyst", unit=here)
    for one, other in ((mine, theirs), (theirs, mine)):
        with pytest.raises(Refused):
            services.merge_assets(analyst, one, into=other, reason="x", opened_version=1)


def test_a_merged_asset_leaves_the_search_and_does_not_come_back_alone() -> None:
    chief = make_user("chief")
    old, _new, merge = merged_pair()
    assert not any(hit.subject == old.subject for hit in find(chief, "old"))
    with pytest.raises(services.StillMerged, match="Take the merge back"):
        services.bring_back(HOUSE, old, opened_version=old.version)
    services.unmerge(HOUSE, merge)
    assert any(hit.subject == old.subject for hit in find(chief, "old"))


def test_a_room_that_offers_a_follower_moves_its_own_rows(monkeypatch) -> None:
    monkeypatch.setattr(following, "_followers", {})
    told: list[object] = []

    def move(merged: Asset, survivor: Asset) -> following.Moved:
        return following.Moved("notes", 2, rows=["a", "b"])

    def back(rows: object, merged: Asset, survivor: Asset) -> following.Moved:
        told.append(rows)
        return following.Moved("notes", 1, 1)

    services.offer_follow("notes", move=move, back=back, covers=["assets.Dependency"])
    old, new = make_asset("old"), make_asset("new")
    services.depend(HOUSE, old, needs=make_asset())
    merge = services.merge_assets(HOUSE, old, into=new, reason="One", opened_version=1)
    assert Dependency.objects.get().asset == old
    assert services.unmerge(HOUSE, merge) == (following.Moved("notes", 1, 1),)
    assert told == [["a", "b"]]


def test_the_trail_tells_a_merge_on_both_assets() -> None:
    from alcaide.common.models import TrailLine  # noqa: PLC0415  only here

    old, new, merge = merged_pair()
    services.unmerge(HOUSE, merge)
    verbs = {(line.subject, line.verb) for line in TrailLine.objects.all()}
    assert {(old.subject, "merge_asset"), (new.subject, "take_in_asset"), (old.subject, "unmerge_asset")} <= verbs
