"""What people said of an asset that turns out to be another."""

from io import BytesIO

import pytest

from alcaide.assets import services as assets
from alcaide.assets.models import Asset, Merge
from alcaide.assets.tests.factories import make_asset
from alcaide.common import files
from alcaide.common.models import Comment, Follow, Notice
from alcaide.common.notices.services import tell
from alcaide.common.talk import services
from alcaide.common.talk.queries import files_of, tags_of
from alcaide.organization.tests.factories import HOUSE, make_user

pytestmark = pytest.mark.django_db


def merged(old: Asset, new: Asset) -> Merge:
    old.refresh_from_db()
    return assets.merge_assets(HOUSE, old, into=new, reason="One label", opened_version=old.version)


def test_a_comment_shows_on_the_survivor_and_returns_when_the_merge_is_taken_back(client) -> None:
    chief, old, new = make_user("chief"), make_asset("old"), make_asset("new")
    services.comment(chief, old.subject, text="The spare disk is in room 4.")
    merge = merged(old, new)
    client.force_login(chief)
    assert "room 4" in client.get(f"/assets/{new.uid}/").content.decode()
    assert Follow.objects.get().subject == new.subject
    assets.unmerge(HOUSE, merge)
    assert "room 4" not in client.get(f"/assets/{new.uid}/").content.decode()
    assert (Comment.objects.get().on, Follow.objects.get().subject) == (old.subject, old.subject)


def test_a_tag_and_a_file_that_both_carry_stay_behind() -> None:
    chief, old, new = make_user("chief"), make_asset("old"), make_asset("new")
    plan = files.store(BytesIO(b"plan"), "plan.txt", actor=chief, cap_bytes=99)
    photo = files.store(BytesIO(b"photo"), "photo.txt", actor=chief, cap_bytes=99)
    for asset, kept, names in ((old, (plan, photo), ("rack", "leased")), (new, (plan,), ("rack",))):
        for name in names:
            services.tag(chief, asset.subject, name=name)
        for file in kept:
            services.attach(chief, asset.subject, file=file, name="a.txt")
    previewed = assets.preview(HOUSE, old, into=new)
    assert {str(each.words): (each.moves, each.stays) for each in previewed.moved} == {"Tags": (1, 1), "Files": (1, 1)}
    merge = merged(old, new)
    assert {each.name for each in tags_of(new.subject)} == {"leased", "rack"}
    assert files_of(new.subject).count() == 2
    assets.unmerge(HOUSE, merge)
    assert ({each.name for each in tags_of(new.subject)}, files_of(new.subject).count()) == ({"rack"}, 1)
    assert ({each.name for each in tags_of(old.subject)}, files_of(old.subject).count()) == ({"leased", "rack"}, 2)


def test_what_is_said_after_the_merge_stays_with_the_survivor() -> None:
    chief, old, new = make_user("chief"), make_asset("old"), make_asset("new")
    services.comment(chief, old.subject, text="Before.")
    merge = merged(old, new)
    services.comment(chief, new.subject, text="After.")
    assets.unmerge(HOUSE, merge)
    assert dict(Comment.objects.values_list("text", "on")) == {"Before.": old.subject, "After.": new.subject}


def test_a_notice_of_a_merged_asset_names_the_survivor() -> None:
    analyst, old, new = make_user("analyst"), make_asset("old"), make_asset("new")
    tell(analyst, kind="comment", subject=old.subject, words="Somebody commented.")
    merged(old, new)
    assert Notice.objects.get().subject == new.subject
