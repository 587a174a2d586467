"""What people say of records: comments, mentions, files, tags, on the pages of the rooms."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from alcaide.common import files
from alcaide.common.models import Attachment, Comment, LostUpdate, Notice, Tag, TrailLine, TrailValue, User
from alcaide.common.permissions import Refused
from alcaide.common.talk import services
from alcaide.common.talk.mentions import NotMentioned
from alcaide.common.talk.queries import talk_of
from alcaide.controls.tests.factories import adopted, make_measure
from alcaide.organization import services as organization
from alcaide.organization.models import Unit
from alcaide.organization.tests.factories import HOUSE, make_unit, make_user
from alcaide.threats.models import Feed

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief() -> User:
    return make_user("chief")


@pytest.fixture
def unit(chief: User) -> Unit:
    return make_unit("Murcia plant")


def named(name: str, role: str = "analyst", *, unit: Unit | None = None) -> User:
    user = make_user(role, unit=unit)
    User.objects.filter(pk=user.pk).update(name=name)
    user.refresh_from_db()
    return user


def shown(client: Client, unit: Unit) -> str:
    return " ".join(client.get(reverse("unit", args=[unit.uid])).content.decode().split())


def test_markup_in_a_comment_is_shown_as_it_was_typed(chief: User, unit: Unit, client: Client) -> None:
    services.comment(chief, unit.subject, text="<script>alert(1)</script>\nsee https://example.org/?a=1&b=2.")
    client.force_login(chief)
    page = client.get(reverse("unit", args=[unit.uid])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\nsee " in page
    assert 'href="https://example.org/?a=1&amp;b=2"' in page


def test_a_comment_is_posted_from_the_page_and_stands_there(chief: User, unit: Unit, client: Client) -> None:
    client.force_login(chief)
    answer = client.post(reverse("talk", args=[unit.subject]), {"text": "The gate is open."}, follow=True)
    assert answer.redirect_chain[0][0].startswith(reverse("unit", args=[unit.uid]) + "#comment-")
    assert "The gate is open." in shown(client, unit)


def test_a_mention_tells_whom_it_names(chief: User, unit: Unit) -> None:
    eva = named("Eva Núñez Ortiz")
    services.comment(chief, unit.subject, text="Could you look, @eva.nunez.ortiz?")
    notice = Notice.objects.get(user=eva)
    assert (notice.kind, notice.subject) == ("mention", unit.subject)
    assert "Eva" not in notice.words


def test_an_ambiguous_mention_keeps_what_was_typed_and_says_who_it_could_be(
    chief: User, unit: Unit, client: Client
) -> None:
    named("Eva Núñez"), named("Eva Ruiz")
    client.force_login(chief)
    answer = client.post(reverse("talk", args=[unit.subject]), {"text": "Ask @eva about\nthe gate"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Ask @eva about\nthe gate</textarea>" in page
    assert "@eva.nunez, @eva.ruiz" in page
    assert not Comment.objects.exists()


def test_a_mention_of_nobody_is_refused(chief: User, unit: Unit) -> None:
    with pytest.raises(NotMentioned, match="@nobody"):
        services.comment(chief, unit.subject, text="Ask @nobody")


def test_who_may_not_see_the_record_cannot_be_mentioned_there(chief: User, unit: Unit) -> None:
    named("Luis Vega", "analyst", unit=make_unit("Lyon plant"))
    with pytest.raises(services.MentionUnseen, match="Luis Vega may not see"):
        services.comment(chief, unit.subject, text="@luis look")
    assert not Notice.objects.exists()


def test_comments_are_closed_to_who_may_not_see_the_record(unit: Unit, client: Client) -> None:
    stranger = make_user("analyst", unit=make_unit("Lyon plant"))
    row = services.comment(make_user("chief"), unit.subject, text="sealed words")
    client.force_login(stranger)
    for path in (
        reverse("talk", args=[unit.subject]),
        reverse("comment-edit", args=[row.uid]),
        reverse("talk-people", args=[unit.subject]),
    ):
        assert client.get(path).status_code == 404
    with pytest.raises(Refused):
        services.comment(stranger, unit.subject, text="I was here")


def test_an_auditor_reads_and_does_not_write(unit: Unit, client: Client) -> None:
    services.comment(make_user("chief"), unit.subject, text="read me")
    auditor = make_user("auditor")
    client.force_login(auditor)
    page = shown(client, unit)
    assert "read me" in page
    assert 'name="text"' not in page
    assert client.post(reverse("talk", args=[unit.subject]), {"text": "mine"}).status_code == 403
    assert client.post(reverse("talk-tag", args=[unit.subject]), {"tag": "mine"}).status_code == 403
    sent = {"file": SimpleUploadedFile("a.txt", b"a")}
    assert client.post(reverse("talk-attach", args=[unit.subject]), sent).status_code == 403


def test_a_role_elsewhere_does_not_let_one_write_here(unit: Unit) -> None:
    user = make_user("auditor", unit=unit)
    organization.grant(HOUSE, user=user, role="analyst", unit=make_unit("Lyon plant"))
    with pytest.raises(Refused):
        services.comment(User.objects.get(pk=user.pk), unit.subject, text="here")


def test_a_comment_changed_elsewhere_meanwhile_is_not_overwritten(chief: User, unit: Unit, client: Client) -> None:
    row = services.comment(chief, unit.subject, text="first")
    services.change_comment(chief, Comment.objects.get(pk=row.pk), text="second", opened_version=1)
    with pytest.raises(LostUpdate):
        services.change_comment(chief, Comment.objects.get(pk=row.pk), text="third", opened_version=1)
    client.force_login(chief)
    answer = client.post(reverse("comment-edit", args=[row.uid]), {"text": "my third words", "version": "1"})
    assert answer.status_code == 409
    assert "my third words" in answer.content.decode()
    assert Comment.objects.get().text == "second"


def test_only_its_author_changes_a_comment(chief: User, unit: Unit, client: Client) -> None:
    row = services.comment(make_user("analyst"), unit.subject, text="mine")
    with pytest.raises(Refused):
        services.change_comment(chief, row, text="yours", opened_version=1)
    client.force_login(chief)
    assert client.get(reverse("comment-edit", args=[row.uid])).status_code == 404


def test_a_removed_comment_leaves_who_removed_it_and_no_text_anywhere(chief: User, unit: Unit, client: Client) -> None:
    row = services.comment(chief, unit.subject, text="a name that must go")
    services.remove_comment(chief, row)
    client.force_login(chief)
    page = shown(client, unit)
    assert f"Removed by {chief.name} on" in page
    assert "must go" not in page
    assert not TrailValue.objects.filter(value__contains="must go").exists()
    assert [line.verb for line in TrailLine.objects.filter(subject=row.subject)] == ["comment", "remove_comment"]


def test_an_analyst_does_not_remove_what_another_wrote(chief: User, unit: Unit) -> None:
    row = services.comment(chief, unit.subject, text="stays")
    with pytest.raises(Refused):
        services.remove_comment(make_user("analyst"), row)


def test_an_answer_stands_under_what_it_answers(chief: User, unit: Unit) -> None:
    first = services.comment(chief, unit.subject, text="question")
    answer = services.comment(chief, unit.subject, text="answer", reply_to=first)
    services.comment(chief, unit.subject, text="answer to the answer", reply_to=answer)
    said = talk_of(unit.subject, chief).conversation.said
    assert [each.row.text for each in said] == ["question"]
    assert [each.row.text for each in said[0].replies] == ["answer", "answer to the answer"]


def test_older_comments_stand_a_page_back(chief: User, unit: Unit, client: Client) -> None:
    for number in range(25):
        services.comment(chief, unit.subject, text=f"number {number:02}")
    newest = talk_of(unit.subject, chief).conversation
    older = talk_of(unit.subject, chief, before=str(newest.older)).conversation
    assert [each.row.text for each in older.said + newest.said] == [f"number {n:02}" for n in range(25)]
    assert older.older is None


def test_a_file_is_attached_handed_out_as_an_attachment_and_taken_off(chief: User, unit: Unit, client: Client) -> None:
    client.force_login(chief)
    sent = {"file": SimpleUploadedFile("plan <b>.html", b"<script>alert(1)</script>")}
    client.post(reverse("talk-attach", args=[unit.subject]), sent)
    row = Attachment.objects.get()
    answer = client.get(reverse("attachment", args=[row.uid]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "text/plain"
    client.post(reverse("attachment-remove", args=[row.uid]))
    assert client.get(reverse("attachment", args=[row.uid])).status_code == 404
    assert client.get(reverse("file", args=[row.file.uid])).status_code == 404


def test_the_same_content_twice_is_named(chief: User, unit: Unit, client: Client) -> None:
    client.force_login(chief)
    for name in ("plan.txt", "plan copy.txt"):
        path = reverse("talk-attach", args=[unit.subject])
        answer = client.post(path, {"file": SimpleUploadedFile(name, b"same")}, follow=True)
    page = answer.content.decode()
    assert f"already, as “plan.txt”, attached by {chief.name}" in page
    assert Attachment.objects.count() == 1


def test_an_attached_file_is_closed_to_who_may_not_see_the_record(chief: User, unit: Unit, client: Client) -> None:
    kept = files.store(BytesIO(b"secret"), "s.txt", actor=chief, cap_bytes=100)
    row = services.attach(chief, unit.subject, file=kept, name="s.txt")
    client.force_login(make_user("analyst", unit=make_unit("Lyon plant")))
    for path in (reverse("attachment", args=[row.uid]), reverse("file", args=[kept.uid])):
        assert client.get(path).status_code == 404


def test_a_tag_with_markup_is_refused_with_a_reason(chief: User, unit: Unit, client: Client) -> None:
    client.force_login(chief)
    answer = client.post(reverse("talk-tag", args=[unit.subject]), {"tag": "<b>x</b>"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“&lt;b&gt;x&lt;/b&gt;” cannot be a tag" in page
    assert 'value="&lt;b&gt;x&lt;/b&gt;"' in page
    assert not Tag.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "-x", "x" * 41, 'a"b', "a\x00b", "a`b"])
def test_what_is_no_label_is_no_tag(name: str) -> None:
    with pytest.raises(services.TagUnusable):
        services.clean_tag(name)


def test_tags_that_differ_by_case_or_accent_are_one(chief: User, unit: Unit) -> None:
    services.tag(chief, unit.subject, name="Auditoría 2026")
    services.tag(chief, unit.subject, name="auditoria  2026")
    assert [tag.name for tag in Tag.objects.all()] == ["Auditoría 2026"]


def test_the_history_tells_the_tags_before_and_after(chief: User, unit: Unit, client: Client) -> None:
    tag = services.tag(chief, unit.subject, name="vip")
    services.untag(chief, unit.subject, tag=tag)
    client.force_login(chief)
    page = shown(client, unit)
    assert "<b>untag</b>" in page
    assert "vip" in page


def test_merging_makes_one_tag_of_two(chief: User, unit: Unit) -> None:
    other = make_unit("Lyon plant")
    old, new = services.tag(chief, unit.subject, name="old"), services.tag(chief, unit.subject, name="new")
    services.tag(chief, other.subject, name="old")
    assert services.merge_tag(chief, old, into=new) == 1
    assert [each.name for each in talk_of(unit.subject, chief).tags] == ["new"]
    assert [each.name for each in talk_of(other.subject, chief).tags] == ["new"]
    assert not Tag.objects.filter(name="old").exists()


def test_renaming_onto_another_tag_is_refused(chief: User, unit: Unit, client: Client) -> None:
    services.tag(chief, unit.subject, name="old")
    new = services.tag(chief, unit.subject, name="new")
    client.force_login(chief)
    answer = client.post(reverse("tag", args=[new.uid]), {"name": "OLD", "version": "1"})
    assert answer.status_code == 422
    assert "Merge the two instead" in answer.content.decode()
    with pytest.raises(Refused):
        services.rename_tag(make_user("employee"), new, name="x", opened_version=1)


def test_many_rows_are_tagged_at_once_where_one_may(unit: Unit) -> None:
    lyon = make_unit("Lyon plant")
    analyst = make_user("analyst", unit=lyon)
    assert services.tag_rows(analyst, Unit.objects.all(), name="spring") == 1
    assert services.tag_rows(analyst, Unit.objects.all(), name="Spring") == 0
    assert TrailLine.objects.filter(verb="tag_many").count() == 1


def test_a_page_with_much_talk_costs_as_many_queries_as_one_with_little(
    chief: User, unit: Unit, client: Client
) -> None:
    client.force_login(chief)
    path = reverse("unit", args=[unit.uid])

    def say(number: int) -> None:
        eva = named(f"Eva {'x' * number}")
        first = services.comment(chief, unit.subject, text=f"@{eva.email} number {number}")
        services.comment(chief, unit.subject, text="so", reply_to=first)
        services.tag(chief, unit.subject, name=f"tag {number}")
        kept = files.store(BytesIO(str(number).encode()), "n.txt", actor=chief, cap_bytes=100)
        services.attach(chief, unit.subject, file=kept, name=f"{number}.txt")

    say(1)
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    for number in range(2, 7):
        say(number)
    with CaptureQueriesContext(connection) as many:
        client.get(path)
    assert len(few) == len(many)


def test_an_older_page_of_the_history_is_one_click_away(chief: User, unit: Unit, client: Client) -> None:
    for number in range(15):
        services.untag(chief, unit.subject, tag=services.tag(chief, unit.subject, name=f"tag {number}"))
    client.force_login(chief)
    first = client.get(reverse("unit", args=[unit.uid]))
    older = client.get(reverse("unit", args=[unit.uid]) + f"?before={first.context['told'].older}")
    seen = [line.seq for line in [*first.context["told"], *older.context["told"]]]
    assert seen == sorted(set(seen), reverse=True)
    assert "Newest" in older.content.decode()


def test_who_is_typed_is_offered_with_a_name_that_means_one(chief: User, unit: Unit, client: Client) -> None:
    named("Eva Núñez")
    client.force_login(chief)
    offered = client.get(reverse("talk-people", args=[unit.subject]), {"q": "nune"}).json()["people"]
    assert [(each["name"], each["handle"]) for each in offered] == [("Eva Núñez", "eva.nunez")]


def test_a_list_is_tagged_in_bulk_and_filtered_by_the_tag(chief: User, client: Client) -> None:
    first, second = make_measure("Gate guards"), make_measure("Fence")
    client.force_login(chief)
    asked = client.post(reverse("measures-tag"), {"uid": [str(first.uid)]})
    assert "Tag 1 record." in asked.content.decode()
    wrong = client.post(reverse("measures-tag"), {"uid": [str(first.uid)], "tag": "<i>"})
    assert wrong.status_code == 422
    assert str(first.uid) in wrong.content.decode()
    done = client.post(reverse("measures-tag"), {"uid": [str(first.uid)], "tag": "Spring"})
    assert done.url == reverse("measures")
    page = client.get(reverse("measures") + "?tag=spring").content.decode()
    assert first.name in page
    assert second.name not in page
    assert "Tag: Spring" in page


def test_a_tag_shows_what_carries_it_as_far_as_one_may_see(chief: User, unit: Unit, client: Client) -> None:
    tag = services.tag(chief, unit.subject, name="vip")
    client.force_login(make_user("analyst", unit=make_unit("Lyon plant")))
    page = " ".join(client.get(reverse("tag", args=[tag.uid])).content.decode().split())
    assert "Murcia" not in page
    assert "1 more is hidden from you or gone." in page


def test_what_is_due_of_a_record_stands_on_its_page(chief: User, client: Client) -> None:
    measure = adopted("Gate guards", due_on=timezone.localdate() - timedelta(days=3))
    client.force_login(chief)
    page = client.get(reverse("measure", args=[measure.uid])).content.decode()
    assert 'id="h-due"' in page
    assert "overdue" in page.split('id="h-due"')[1].split("</section>")[0]


def test_a_feed_has_its_talk_too(chief: User, client: Client) -> None:
    feed = Feed.objects.create(kind="kev", file=files.store(BytesIO(b"{}"), "k.json", actor=chief, cap_bytes=9))
    services.comment(chief, feed.subject, text="an old edition")
    client.force_login(chief)
    assert "an old edition" in client.get(reverse("feed", args=[feed.uid])).content.decode()


def test_more_than_a_comment_may_hold_is_refused_with_its_length(chief: User, unit: Unit) -> None:
    with pytest.raises(services.CommentUnusable, match="20,001"):
        services.comment(chief, unit.subject, text="x" * 20_001)


def test_an_unknown_subject_takes_nothing(chief: User, client: Client) -> None:
    client.force_login(chief)
    for on in ("organization.unit:x", "nothing", "organization.unit:00000000-0000-0000-0000-000000000000"):
        assert client.post(reverse("talk", args=[on]), {"text": "x"}).status_code == 404
        with pytest.raises(Refused):
            services.comment(chief, on, text="x")
