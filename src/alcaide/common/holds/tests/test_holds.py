"""Holds: drafted, placed, told, answered, handed out, and released by two."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from alcaide.common import purging
from alcaide.common.holds import queries, services
from alcaide.common.holds.exporting import export
from alcaide.common.models import Hold, HoldCustodian, Notice, Tag, TrailLine, User
from alcaide.common.permissions import Refused, Scope
from alcaide.common.purging.tests.factories import make_row, make_user
from alcaide.common.trail import System

HOUSE = System("test")
pytestmark = pytest.mark.django_db


@pytest.fixture
def counsel(monkeypatch) -> User:
    """Counsel; everybody else is an employee."""
    made = make_user("Clara Voss")
    second = {made.email, "second@purging.example"}
    roles = lambda user: {"chief" if user.email in second else "employee": frozenset({1})}  # noqa: E731  two stand-ins
    scopes = lambda user: Scope(roles(user), all_units=frozenset({1}))  # noqa: E731  two stand-ins
    monkeypatch.setattr("alcaide.common.permissions._scope_of", [scopes])
    return made


def draft(actor, **given) -> Hold:
    given = {"matter": "Meridian against us", "ground": "claim", "ground_text": "A claim is announced.",
             "notice": "Keep all mail with Meridian.", **given}  # fmt: skip
    return services.draft(actor, **given)


def test_a_hold_holds_from_the_moment_it_is_placed(counsel):
    hold, tag = draft(counsel), make_row(Tag)
    assert purging.held_on(tag) == []
    services.place(counsel, hold)
    assert [each.number for each in purging.held_on(tag)] == [1]
    assert [line.verb for line in TrailLine.objects.all()] == ["draft_hold", "place_hold"]


def test_only_counsel_and_the_chief_place_holds(counsel):
    with pytest.raises(Refused):
        draft(make_user())
    with pytest.raises(Refused):
        services.place(make_user(), draft(counsel))


def test_custodians_are_told_with_the_text_and_answer_with_their_time(counsel):
    ada = make_user()
    hold = draft(counsel, custodians=[ada.subject])
    assert Notice.objects.count() == 0
    services.place(counsel, hold)
    notice, custodian = Notice.objects.get(user=ada), hold.custodians.get()
    assert (notice.words, notice.subject) == ("Keep all mail with Meridian.", custodian.subject)
    assert list(queries.unanswered(hold)) == [custodian]
    services.acknowledge(ada, custodian)
    custodian.refresh_from_db()
    assert custodian.acknowledged_at is not None
    assert not queries.unanswered(hold).exists()


def test_nobody_answers_for_another(counsel):
    hold = draft(counsel, custodians=[make_user().subject])
    services.place(counsel, hold)
    with pytest.raises(Refused):
        services.acknowledge(make_user("Ben Okoro"), hold.custodians.get())


def test_a_custodian_who_declines_is_brought_to_counsel_and_stays_bound(counsel):
    ada = make_user()
    hold = draft(counsel, custodians=[ada.subject])
    services.place(counsel, hold)
    services.decline(ada, hold.custodians.get(), why="My phone was replaced")
    assert Notice.objects.filter(user=counsel, words__contains="My phone was replaced").exists()
    assert [each.number for each in queries.holds_on_person(ada)] == [1]


def test_who_does_not_answer_is_reminded_after_the_holds_days_and_not_before(counsel):
    hold = draft(counsel, custodians=[make_user().subject], remind_days=7)
    services.place(counsel, hold)
    now = timezone.now()
    days = [services.remind(now + timedelta(days=each)) for each in (6, 8, 9, 16)]
    assert days == [0, 1, 0, 1]
    assert hold.custodians.get().reminders == 2


def test_two_people_release_a_hold_and_it_holds_until_then(counsel):
    second, tag = User.objects.create_user("second@purging.example", "Sam Ortiz"), make_row(Tag)
    hold = draft(counsel)
    services.place(counsel, hold)
    services.ask_release(counsel, hold, why="Settled")
    with pytest.raises(Refused, match="somebody else answers"):
        services.release(counsel, hold)
    with pytest.raises(purging.Held):
        purging.remove(HOUSE, tag, why="Not used")
    services.release(second, hold)
    assert purging.remove(HOUSE, tag, why="Not used") == 1


def test_what_is_in_force_is_never_narrowed(counsel):
    hold = draft(counsel)
    services.place(counsel, hold)
    with pytest.raises(services.WrongStep, match="holds everything"):
        services.add_target(counsel, hold, subject=make_row(Tag).subject)
    with pytest.raises(services.WrongStep):
        services.change(counsel, hold, opened_version=hold.version, matter="Another")


def test_a_person_under_a_hold_who_asks_for_erasure_is_told_the_ground_and_no_matter(counsel):
    ada, ben = make_user(), make_user("Ben Okoro")
    services.place(counsel, draft(counsel, custodians=[ada.subject]))
    told = queries.answer_to_erasure(ada)
    assert told.is_held
    assert "Article 17(3)(e)" in told.words
    assert "Meridian" not in told.words
    assert not queries.answer_to_erasure(ben).is_held


def test_what_is_held_is_handed_out_with_hashes_that_hold_and_a_line_in_the_log(counsel):
    ada = make_user()
    make_row(Notice, user=ada, words="=cmd()")
    hold = draft(counsel, custodians=[ada.subject], kinds=["common.Notice"])
    made = export(counsel, hold, to_whom="Berg & Partners")
    with zipfile.ZipFile(made.file) as packed:
        manifest = json.loads(packed.read("manifest.json"))
        content = packed.read("common.notice.csv")
    told = manifest["files"]["common.notice.csv"]
    assert told == {"rows": 1, "sha256": hashlib.sha256(content).hexdigest()}
    assert next(csv.DictReader(io.StringIO(content.decode())))["words"] == "'=cmd()"
    made.file.seek(0)
    log = hold.exports.get()
    assert log.sha256 == hashlib.sha256(made.file.read()).hexdigest()
    assert (log.by, log.to_whom, log.records) == (counsel, "Berg & Partners", 1)


def test_an_export_never_holds_a_password(counsel):
    make_user()
    made = export(counsel, draft(counsel), to_whom="Berg & Partners")
    with zipfile.ZipFile(made.file) as packed:
        heading = packed.read("common.user.csv").decode().splitlines()[0]
    assert "email" in heading
    assert "password" not in heading


@pytest.mark.slow
def test_the_pages_lead_from_a_draft_to_an_answer(counsel, client):
    ada = make_user()
    client.force_login(counsel)
    given = {"matter": "Meridian", "ground": "claim", "ground_text": "A claim", "notice": "Keep all", "remind_days": 7}
    made = client.post(reverse("hold-new"), given)
    hold = Hold.objects.get()
    assert made.url == reverse("hold", args=[hold.uid])
    services.add_custodian(counsel, hold, person=ada.subject)
    client.post(reverse("hold-place", args=[hold.uid]))
    page = client.get(reverse("hold", args=[hold.uid]))
    assert "1 of 1 custodians has not answered" in page.content.decode()
    client.force_login(ada)
    assert client.get(reverse("hold", args=[hold.uid])).status_code == 403
    mine = client.get(reverse("holds-mine")).content.decode()
    assert "Keep all" in mine
    assert "Meridian" not in mine
    client.post(reverse("hold-acknowledge", args=[HoldCustodian.objects.get().uid]))
    assert HoldCustodian.objects.get().acknowledged_at is not None
