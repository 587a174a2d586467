"""Rules of retention: adopted by two, run once a day by the organization's calendar, and proved."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from alcaide.common import clock, purging
from alcaide.common.files import place_of
from alcaide.common.models import Notice, PurgeRun, RetentionRule, StoredFile, TrailLine, Undo, User
from alcaide.common.permissions import Refused, Scope
from alcaide.common.purging.tests.factories import make_hold, make_row, make_user, release
from alcaide.common.retention import queries, services
from alcaide.common.retention.declared import rule_of
from alcaide.common.trail import audit, writing

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(monkeypatch) -> User:
    """The chief; a second one is `second@purging.example`, everybody else an employee."""
    made = make_user("Ines Robledo")
    may = {made.email, "second@purging.example"}
    roles = lambda user: {"chief" if user.email in may else "employee": frozenset({1})}  # noqa: E731  two stand-ins
    scopes = lambda user: Scope(roles(user), all_units=frozenset({1}))  # noqa: E731  two stand-ins
    monkeypatch.setattr("alcaide.common.permissions._scope_of", [scopes])
    return made


@pytest.fixture
def second() -> User:
    return User.objects.create_user("second@purging.example", "Sam Ortiz")


@pytest.fixture
def rule() -> RetentionRule:
    services.register()
    return RetentionRule.objects.get(key="notices")


def adopt(rule: RetentionRule, days: int = 365) -> None:
    RetentionRule.objects.filter(pk=rule.pk).update(state="adopted", days=days)


def old_notices(*days: float, now: datetime | None = None) -> None:
    user, now = make_user(), now or timezone.now()
    for each in days:
        Notice.objects.create(user=user, kind="due", words="old", at=now - timedelta(days=each))


def test_nothing_goes_by_a_rule_that_nobody_adopted(rule):
    old_notices(4000)
    services.run_all()
    assert Notice.objects.exists()
    assert rule.state == "proposed"


def test_two_people_adopt_a_rule(chief, second, rule):
    asked = services.ask(chief, rule, days=90, why="No purpose beyond a quarter", owner=chief)
    with pytest.raises(Refused, match="somebody else answers"):
        services.answer(chief, asked, agree=True)
    services.answer(second, asked, agree=True)
    rule.refresh_from_db()
    assert (rule.state, rule.days, rule.owner) == ("adopted", 90, chief)


def test_keeping_longer_holds_at_once_and_keeping_shorter_waits_for_a_second_person(chief, rule):
    adopt(rule)
    assert services.ask(chief, rule, days=400, why="Asked by counsel").answer == "yes"
    assert services.ask(chief, rule, days=399, why="Too long").answer == ""
    rule.refresh_from_db()
    assert rule.days == 400


def test_only_who_keeps_the_register_changes_it(chief, rule):
    with pytest.raises(Refused):
        services.ask(make_user(), rule, days=10, why="I want to")
    assert not queries.registered(make_user()).exists()


def test_a_stopped_rule_purges_nothing(chief, rule):
    adopt(rule)
    old_notices(4000)
    services.stop(chief, rule, why="An inquiry is announced")
    services.run_all()
    assert Notice.objects.exists()


def test_a_run_leaves_a_ledger_that_adds_up_and_a_second_one_the_same_day_does_nothing(rule):
    adopt(rule)
    old_notices(400, 500, 10)
    now = timezone.now()
    first = {ran.key: ran for ran in services.run_all(now=now)}
    assert (first["notices"].gone, Notice.objects.count()) == (2, 1)
    again = {ran.key: ran for ran in services.run_all(now=now + timedelta(minutes=1))}
    assert again["notices"].words in {"done already", first["notices"].words}
    run = PurgeRun.objects.get(rule="notices")
    assert (run.before, run.gone, run.after) == (2, 2, 0)
    assert purging.check_ledger().faults == []


def test_a_clock_that_was_set_back_purges_neither_twice_nor_early(rule):
    adopt(rule)
    now = timezone.now()
    services.run_all(now=now)
    old_notices(366.5, now=now)
    for days in (0, 1, 30):
        with pytest.raises(services.ClockWrong, match="Set the clock"):
            services.run_all(now=now - timedelta(days=days, minutes=10))
    assert (Notice.objects.count(), PurgeRun.objects.filter(rule="notices").count()) == (1, 1)


def test_a_run_of_an_earlier_day_is_not_made_after_a_later_one(rule):
    adopt(rule)
    now = timezone.now()
    PurgeRun.objects.create(
        key=f"notices on {timezone.localdate(now) + timedelta(days=1)}", rule="notices", model="common.Notice",
        verb="purge", why="", began_at=now, finished_at=now, before=0, after=0,
    )  # fmt: skip
    old_notices(4000)
    assert {ran.key: ran.words for ran in services.run_all(now=now)}["notices"] == "done already"
    assert Notice.objects.exists()


@pytest.mark.parametrize(
    ("now", "cut"),
    [
        ("2026-03-30T02:40:00Z", "2026-03-28T23:00:00Z"),  # the day after clocks went forward in Madrid
        ("2026-10-26T02:40:00Z", "2026-10-24T22:00:00Z"),  # the day after they went back
        ("2026-06-30T22:30:00Z", "2026-06-29T22:00:00Z"),  # already July in Madrid
    ],
)
def test_days_begin_at_the_organizations_midnight_also_where_clocks_change(now, cut):
    clock.keep("Europe/Madrid")
    assert queries.cut_of(1, datetime.fromisoformat(now)) == datetime.fromisoformat(cut)


def test_a_run_that_was_killed_is_finished_with_its_own_day_before_the_next_one(rule):
    adopt(rule)
    old_notices(400, 400, 365.2)
    yesterday = timezone.now() - timedelta(days=1)
    key = f"notices on {timezone.localdate(yesterday)}"
    begun = PurgeRun.objects.create(
        key=key, rule="notices", model="common.Notice", verb="purge", why="", began_at=yesterday,
        cut_at=queries.cut_of(365, yesterday), up_to=str(Notice.objects.order_by("-pk")[0].pk), before=2,
    )  # fmt: skip
    services.run_all()
    begun.refresh_from_db()
    assert (begun.finished_at is not None, begun.gone, begun.others) == (True, 2, 0)
    assert PurgeRun.objects.filter(rule="notices").count() == 2


def test_a_preview_says_what_would_go_and_what_holds_would_keep(rule):
    old_notices(400)
    old_notices(500, 600)
    hold = make_hold(users=(User.objects.order_by("-pk")[0],))
    would = queries.preview("notices", days=365)
    assert would.counted.shown == 3
    assert [(each.number, each.count.shown) for each in would.kept] == [(hold.number, 2)]
    assert len(would.rows) == 3
    assert Notice.objects.count() == 3


def test_a_rule_waits_for_a_hold_and_goes_on_after_its_release(rule):
    adopt(rule)
    old_notices(400)
    hold, now = make_hold(), timezone.now()
    assert {ran.key: (ran.gone, ran.kept) for ran in services.run_all(now=now)}["notices"] == (0, 1)
    release(hold)
    tomorrow = now + timedelta(days=1)
    assert {ran.key: (ran.gone, ran.kept) for ran in services.run_all(now=tomorrow)}["notices"] == (1, 0)


def test_old_undos_are_forgotten_with_what_they_kept():
    old, fresh = make_row(Undo), make_row(Undo, until=timezone.now())
    services.run_all()
    assert list(Undo.objects.all()) == [fresh]
    assert old.pk != fresh.pk


def test_a_file_that_nothing_refers_to_goes_from_the_disk_with_its_row(rule, django_capture_on_commit_callbacks):
    RetentionRule.objects.filter(key="files").update(state="adopted")
    file = make_row(StoredFile, sha256="ab" * 32)
    StoredFile.objects.update(created_at=datetime(2020, 1, 1, tzinfo=UTC))
    place = place_of(file.sha256)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"left over")
    with django_capture_on_commit_callbacks(execute=True):
        services.run_all()
    assert not StoredFile.objects.exists()
    assert not place.exists()


def test_every_proposal_says_where_its_days_come_from():
    for rule in map(rule_of, RetentionRule.objects.values_list("key", flat=True)):
        assert rule.source
        assert rule.link or not rule.is_law


@pytest.mark.slow
def test_a_rule_is_asked_for_and_agreed_to_on_its_page(chief, second, rule, client):
    client.force_login(chief)
    asked = client.post(reverse("retention-ask", args=["notices"]), {"days": 30, "why": "Enough", "version": 1})
    assert asked.status_code == 302, asked.content.decode()
    client.post(reverse("retention-answer", args=["notices"]), {"answer": "yes"})
    assert "another person must agree" in client.get(reverse("retention-rule", args=["notices"])).content.decode()
    client.force_login(second)
    client.post(reverse("retention-answer", args=["notices"]), {"answer": "yes"})
    page = client.get(reverse("retention-rule", args=["notices"])).content.decode()
    assert "kept 30 days, then deleted" in page
    assert client.get(reverse("retention")).status_code == 200


@pytest.mark.slow
def test_a_clock_behind_the_trail_is_said(rule):
    with writing():
        audit(services.HOUSE, "say", subject="common.test:1")
    last = TrailLine.objects.order_by("-seq")[0].at
    assert queries.clock_fault(last - timedelta(hours=1))
    assert not queries.clock_fault(last)
