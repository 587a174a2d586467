"""What the house tells people: the bell, the digest, e-mail over a real SMTP server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from alcaide.assets.models import Asset
from alcaide.assets.tests.factories import make_asset
from alcaide.common import registries
from alcaide.common.jobs import Progress
from alcaide.common.models import (
    DueSeen,
    Follow,
    JobTrack,
    Letter,
    LostUpdate,
    Notice,
    NoticeChoice,
    NoticeSetting,
    User,
)
from alcaide.common.notices import Way, follow, jobs, letters, post, services, tell
from alcaide.common.notices.queries import show
from alcaide.common.notices.tests.smtp import Mailbox
from alcaide.common.permissions import Refused
from alcaide.common.registries import Due, subjects_of
from alcaide.common.talk import services as talk
from alcaide.controls.models import Measure
from alcaide.controls.tests.factories import make_measure
from alcaide.organization import services as organization
from alcaide.organization.models import Person, Unit
from alcaide.organization.queries import grants_in_force
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user

pytestmark = pytest.mark.django_db
State = Letter.State


@pytest.fixture
def ana() -> User:
    return make_user("analyst")


@pytest.fixture
def unit() -> Unit:
    return make_unit("Murcia plant")


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with Mailbox() as box:
        monkeypatch.setenv("ALCAIDE_SMTP_URL", f"smtp://127.0.0.1:{box.port}?tls=none")
        monkeypatch.setenv("ALCAIDE_MAIL_FROM", "Alcaide <alcaide@almena.example>")
        monkeypatch.setenv("ALCAIDE_PUBLIC_URL", "https://alcaide.almena.example/house/")
        yield box


class Quiet(Progress):
    """The progress of a job that nobody watches."""

    def __init__(self) -> None:
        pass

    def check_cancel(self) -> None:
        pass


def choose(user: User, **ways: str) -> None:
    for kind, way in ways.items():
        NoticeChoice.objects.update_or_create(user=user, kind=kind, defaults={"way": way})


def told(user: User, unit: Unit, *, kind: str = "comment", words: str = "Inés commented.") -> Notice:
    tell(user, kind=kind, subject=unit.subject, words=words)
    return Notice.objects.filter(user=user).latest("pk")


def test_the_bell_counts_what_is_unread_with_one_query(ana: User, unit: Unit, client: Client) -> None:
    client.force_login(ana)
    assert "Notices, none unread" in client.get(reverse("people")).content.decode()
    told(ana, unit)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("people")).content.decode()
    assert "Notices, 1 unread" in page
    assert sum('FROM "common_notice"' in query["sql"] for query in asked) == 1


def test_a_notice_goes_to_its_subject_and_is_read(ana: User, unit: Unit, client: Client) -> None:
    notice = told(ana, unit)
    client.force_login(ana)
    assert "Murcia plant" in client.get(reverse("notices")).content.decode()
    assert client.get(reverse("notice", args=[notice.uid])).url == reverse("unit", args=[unit.uid])
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_anothers_notice_is_closed(ana: User, unit: Unit, client: Client) -> None:
    notice = told(ana, unit)
    client.force_login(make_user("chief"))
    assert client.get(reverse("notice", args=[notice.uid])).status_code == 404
    assert "Murcia" not in client.get(reverse("notices")).content.decode()


def test_a_notice_of_what_one_may_no_longer_see_shows_nothing_of_it(unit: Unit, client: Client) -> None:
    user = make_user("analyst", unit=unit)
    notice = told(user, unit, words="Inés commented on the north gate.")
    withdraw_all(user)
    organization.grant(HOUSE, user=user, role="analyst", unit=make_unit("Lyon plant"))
    client.force_login(User.objects.get(pk=user.pk))
    page = client.get(reverse("notices")).content.decode()
    assert "Something that you may no longer see." in page
    assert "Murcia" not in page
    assert "north gate" not in page
    assert client.get(reverse("notice", args=[notice.uid])).url == reverse("notices")


def withdraw_all(user: User) -> None:
    for each in grants_in_force(user):
        organization.withdraw(HOUSE, each)


def test_nobody_is_told_of_what_they_may_not_see(unit: Unit) -> None:
    assert tell(make_user("analyst", unit=make_unit("Lyon")), kind="comment", subject=unit.subject, words="x") == 0


def test_marking_all_as_read_can_be_undone(ana: User, unit: Unit, client: Client) -> None:
    long_read = told(ana, unit)
    services.read_notices(ana, only=[long_read.pk])
    told(ana, unit), told(ana, unit)
    client.force_login(ana)
    page = client.post(reverse("notices-read"), follow=True)
    assert "2 notices are read." in page.content.decode()
    client.post(reverse("notices-unread"), {"at": page.context["marked"].isoformat()})
    assert Notice.objects.filter(user=ana, read_at__isnull=True).count() == 2


def test_a_comment_tells_the_owner_and_the_followers_but_not_its_author(ana: User) -> None:
    owner = make_user("head")
    person = Person.objects.create(name="Olga", unit=make_organization(), user=owner, email="olga@almena.example")
    measure = make_measure()
    Measure.objects.filter(pk=measure.pk).update(owner=person)
    follow(ana, measure.subject, is_on=True)
    chief = make_user("chief")
    talk.comment(chief, measure.subject, text="Where do we stand?")
    assert set(Notice.objects.values_list("user", flat=True)) == {owner.pk, ana.pk}
    follow(owner, measure.subject, is_on=False)
    talk.comment(chief, measure.subject, text="Again?")
    assert Notice.objects.filter(user=owner).count() == 1
    assert Follow.objects.filter(user=chief, is_on=True).exists()


def test_following_needs_to_see(unit: Unit) -> None:
    with pytest.raises(Refused):
        follow(make_user("analyst", unit=make_unit("Lyon")), unit.subject, is_on=True)


def test_who_switched_a_kind_off_is_not_told(ana: User, unit: Unit) -> None:
    choose(ana, comment=Way.OFF)
    assert tell(ana, kind="comment", subject=unit.subject, words="x") == 0


def test_the_settings_are_saved_and_audited(ana: User, client: Client) -> None:
    client.force_login(ana)
    page = client.get(reverse("notice-settings")).content.decode()
    assert "E-mail is off in this house" in page
    sent = {f"way_{kind.key}": "digest" for kind in services.kinds_to_choose()}
    sent |= {"digest_at": "07:30", "time_zone": "Europe/Madrid", "version": "1"}
    assert client.post(reverse("notice-settings"), sent).status_code == 302
    ana.refresh_from_db()
    assert (ana.time_zone, ana.notice_setting.digest_at) == ("Europe/Madrid", time(7, 30))
    assert client.post(reverse("notice-settings"), {**sent, "digest_at": "09:00"}).status_code == 409
    wrong = client.post(reverse("notice-settings"), {**sent, "version": "2", "time_zone": "Mars/Base"})
    assert wrong.status_code == 422
    assert "There is no time zone" in wrong.content.decode()
    assert NoticeSetting.objects.get(user=ana).version == 2


def test_a_letter_at_once_reaches_the_mailbox(ana: User, unit: Unit, mailbox: Mailbox) -> None:
    choose(ana, comment=Way.MAIL)
    told(ana, unit, words="Inés <b> commented.")
    assert JobTrack.objects.filter(name=services.SEND, state="waiting").exists()
    jobs.send(Quiet())
    letter = Letter.objects.get()
    message = mailbox.received[0]
    assert (letter.state, message["To"], message["From"]) == (State.SENT, ana.email, "Alcaide <alcaide@almena.example>")
    plain, html = (part.get_content() for part in message.iter_parts())
    assert "https://alcaide.almena.example/house/organization/" in plain
    assert "Murcia plant" in plain
    assert "Inés &lt;b&gt; commented." in html
    jobs.send(Quiet())
    assert len(mailbox.received) == 1


def test_a_letter_says_nothing_of_what_its_reader_may_no_longer_see(unit: Unit, mailbox: Mailbox) -> None:
    user = make_user("analyst", unit=unit)
    choose(user, comment=Way.MAIL)
    told(user, unit)
    withdraw_all(user)
    jobs.send(Quiet())
    assert Letter.objects.get().state == State.NEEDLESS
    assert not mailbox.received


def test_a_server_that_is_down_costs_no_letter(ana: User, unit: Unit, mailbox: Mailbox) -> None:
    choose(ana, comment=Way.MAIL)
    mailbox.refuse_all(421)
    told(ana, unit)
    jobs.send(Quiet())
    letter = Letter.objects.get()
    assert (letter.state, letter.attempts) == (State.WAITING, 1)
    assert "421" in letter.fault
    mailbox.refuse_all(0)
    Letter.objects.update(try_at=timezone.now())
    jobs.send(Quiet())
    assert len(mailbox.received) == 1


def test_an_address_that_is_refused_for_good_shows_to_who_looks_after_the_mail(
    ana: User, unit: Unit, mailbox: Mailbox, client: Client
) -> None:
    choose(ana, comment=Way.MAIL)
    mailbox.refuse_recipients = 550
    told(ana, unit)
    jobs.send(Quiet())
    chief = make_user("chief")
    client.force_login(chief)
    page = client.get(reverse("notice-mail")).content.decode()
    assert "1 letter did not go out." in page
    assert "550" in page
    assert any(due.url == reverse("notice-mail") for due in registries.everything_due(chief))
    mailbox.refuse_recipients = 0
    client.post(reverse("letter-again", args=[Letter.objects.get().uid]))
    jobs.send(Quiet())
    assert Letter.objects.get().state == State.SENT


def test_a_letter_half_handed_over_is_never_sent_twice_by_itself(ana: User, unit: Unit, mailbox: Mailbox) -> None:
    choose(ana, comment=Way.MAIL)
    told(ana, unit)
    Letter.objects.update(state=State.SENDING)
    jobs.send(Quiet())
    assert Letter.objects.get().state == State.UNSURE
    assert not mailbox.received


def test_after_the_last_try_a_letter_has_failed(ana: User, unit: Unit, mailbox: Mailbox) -> None:
    choose(ana, comment=Way.MAIL)
    mailbox.refuse_all(421)
    told(ana, unit)
    for _ in range(len(letters.WAITS_MIN) + 1):
        Letter.objects.update(try_at=timezone.now())
        jobs.send(Quiet())
    assert Letter.objects.get().state == State.FAILED


def test_nothing_is_written_down_to_send_while_mail_is_off(ana: User, unit: Unit) -> None:
    choose(ana, comment=Way.MAIL)
    told(ana, unit)
    assert not Letter.objects.exists()
    with pytest.raises(letters.MailIsOff):
        letters.send_trial(make_user("chief"))


def test_a_trial_letter_arrives(mailbox: Mailbox, client: Client) -> None:
    client.force_login(make_user("chief"))
    client.post(reverse("notice-mail"))
    jobs.send(Quiet())
    assert len(mailbox.received) == 1
    client.force_login(make_user("auditor"))
    assert client.post(reverse("notice-mail")).status_code == 403


def test_a_digest_is_put_together_once_a_day(ana: User, unit: Unit, mailbox: Mailbox) -> None:
    choose(ana, comment=Way.DIGEST)
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    told(ana, unit), told(ana, unit)
    Notice.objects.update(at=now - timedelta(hours=2))
    assert jobs.make_digest(ana, time(8, 0), now=now) is not None
    Notice.objects.filter(pk=told(ana, unit).pk).update(at=now - timedelta(hours=2))
    assert jobs.make_digest(ana, time(8, 30), now=now) is None
    assert Letter.objects.get().notices.count() == 2


def test_what_comes_after_the_digests_time_waits_for_tomorrow(ana: User, unit: Unit, mailbox: Mailbox) -> None:
    choose(ana, comment=Way.DIGEST)
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    told(ana, unit)
    Notice.objects.update(at=now - timedelta(minutes=30))
    assert jobs.make_digest(ana, time(8, 0), now=now) is None
    assert jobs.make_digest(ana, time(8, 0), now=now + timedelta(days=1)) is not None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # 29 March 2026: 02:00 becomes 03:00 in Madrid; 02:30 does not exist.
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        # 25 October 2026: 03:00 becomes 02:00; 02:30 comes twice, at 00:30 and 01:30 UTC.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_digest_comes_once_on_the_days_when_clocks_change(
    ana: User, unit: Unit, mailbox: Mailbox, first: datetime, second: datetime
) -> None:
    User.objects.filter(pk=ana.pk).update(time_zone="Europe/Madrid")
    ana.refresh_from_db()
    choose(ana, comment=Way.DIGEST)
    made = []
    for at in (first - timedelta(hours=1), first, second, second + timedelta(hours=3)):
        Notice.objects.filter(pk=told(ana, unit).pk).update(at=first - timedelta(hours=5))
        made.append(jobs.make_digest(ana, time(2, 30), now=at))
    days = [letter.digest_on for letter in made if letter]
    assert len(days) == len(set(days))
    assert days.count(first.date()) == 1


def test_a_digest_that_died_is_put_together_again_and_only_once(
    ana: User, unit: Unit, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(ana, comment=Way.DIGEST)
    now = timezone.now()
    Notice.objects.filter(pk=told(ana, unit).pk).update(at=now - timedelta(days=1))

    def die() -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(jobs, "ask_to_send", die)
        with pytest.raises(KeyboardInterrupt):
            jobs.make_digest(ana, time(0, 0), now=now)
    assert not Letter.objects.exists()
    assert jobs.make_digest(ana, time(0, 0), now=now) is not None


def test_the_digest_job_sends_what_is_due(ana: User, unit: Unit, mailbox: Mailbox) -> None:
    choose(ana, comment=Way.DIGEST)
    Notice.objects.filter(pk=told(ana, unit).pk).update(at=timezone.now() - timedelta(days=2))
    jobs.digest(Quiet())
    jobs.digest(Quiet())
    jobs.send(Quiet())
    assert [message["Subject"] for message in mailbox.received] == ["Alcaide: 1 thing to know today"]


def test_only_what_is_new_or_newly_late_is_told(ana: User, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    waiting: list[Due] = [Due(unit.subject, "old", "", "/", "Open", "target")]
    monkeypatch.setattr(registries, "everything_due", lambda user: list(waiting))
    jobs.tell_new_due(ana)
    assert not Notice.objects.exists()
    waiting += [Due(unit.subject, "new", "", "/", "Open", "target", at=now + timedelta(days=1))]
    jobs.tell_new_due(ana)
    jobs.tell_new_due(ana)
    waiting[1] = Due(unit.subject, "new", "", "/", "Open", "target", at=now - timedelta(hours=1))
    jobs.tell_new_due(ana)
    jobs.tell_new_due(ana)
    assert list(Notice.objects.order_by("pk").values_list("kind", "words")) == [("due", "new"), ("overdue", "new")]
    waiting.clear()
    jobs.tell_new_due(ana)
    assert not DueSeen.objects.exists()


def test_the_daily_look_runs_once_a_day(ana: User, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[User] = []
    monkeypatch.setattr(jobs, "tell_new_due", lambda user: looked.append(user) or 0)
    jobs.watch_due(Quiet())
    jobs.watch_due(Quiet())
    assert looked.count(ana) == 1


def test_a_link_never_takes_the_host_of_a_request(ana: User, unit: Unit, mailbox: Mailbox, client: Client) -> None:
    choose(ana, mention=Way.MAIL)
    client.force_login(make_user("chief"))
    client.post(reverse("talk", args=[unit.subject]), {"text": f"@{ana.email}"}, headers={"host": "localhost"})
    jobs.send(Quiet())
    body = mailbox.received[0].as_string()
    assert "https://alcaide.almena.example/house/talk/" in body
    assert "localhost" not in body.split("\n\n", 1)[1]


@pytest.mark.parametrize(
    "environment",
    [
        {"ALCAIDE_SMTP_URL": "http://mail"},
        {"ALCAIDE_SMTP_URL": "smtp://mail.example.org:99999"},
        {"ALCAIDE_SMTP_URL": "smtp://u:p@mail.example.org?tls=none"},
        {"ALCAIDE_SMTP_URL": "smtp://mail.example.org", "ALCAIDE_MAIL_FROM": "nobody"},
        {"ALCAIDE_SMTP_URL": "smtp://m.example.org", "ALCAIDE_MAIL_FROM": "a@b.org", "ALCAIDE_PUBLIC_URL": "house"},
    ],
)
def test_a_mail_server_described_wrongly_is_said_to_be_so(environment: dict[str, str]) -> None:
    with pytest.raises(post.PostUnusable):
        post.read_post(environment)


def test_a_password_stands_in_no_representation() -> None:
    found = post.read_post(
        {
            "ALCAIDE_SMTP_URL": "smtp://u:hunter2@mail.example.org",
            "ALCAIDE_MAIL_FROM": "a@example.org",
            "ALCAIDE_PUBLIC_URL": "https://a.example.org",
        }
    )
    assert found is not None
    assert found.password == "hunter2"
    assert "hunter2" not in repr(found)


def test_settings_changed_elsewhere_are_not_overwritten(ana: User) -> None:
    asked = {"ways": {}, "digest_at": time(9), "time_zone": "UTC"}
    services.choose_notices(ana, **asked, opened_version=1)
    with pytest.raises(LostUpdate):
        services.choose_notices(ana, **asked, opened_version=1)


def test_the_page_of_notices_says_what_it_is_before_there_are_any(ana: User, client: Client) -> None:
    client.force_login(ana)
    assert "Nobody has told you anything yet." in client.get(reverse("notices")).content.decode()


def test_notices_go_home_as_a_file_with_no_more_than_the_page_says(unit: Unit, client: Client) -> None:
    user = make_user("analyst", unit=unit)
    told(user, unit, words="north gate")
    withdraw_all(user)
    organization.grant(HOUSE, user=user, role="analyst", unit=make_unit("Lyon plant"))
    client.force_login(User.objects.get(pk=user.pk))
    answer = client.post(reverse("notices"), {"export": "csv"})
    text = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
    assert "no longer see" in text
    assert "Murcia" not in text


@pytest.mark.slow
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs a second writer")
@pytest.mark.django_db(transaction=True)
def test_workers_that_look_at_the_same_moment_make_one_digest(mailbox: Mailbox) -> None:
    ana, unit = make_user("analyst"), make_unit("Murcia plant")
    choose(ana, comment=Way.DIGEST)
    Notice.objects.filter(pk=told(ana, unit).pk).update(at=timezone.now() - timedelta(days=1))
    now, at_once = timezone.now(), Barrier(4)

    def look(_: int) -> bool:
        at_once.wait(10)
        try:
            return jobs.make_digest(ana, time(0, 0), now=now) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        assert sorted(workers.map(look, range(4))) == [False, False, False, True]
    assert Letter.objects.count() == 1


def test_notices_of_many_assets_ask_their_room_once() -> None:
    chief, seen = make_user("chief"), make_user("head", unit=make_unit("Plant"))
    rows = [make_asset(f"disk-{number}") for number in range(6)]
    for asset in rows:
        tell(chief, kind="comment", subject=asset.subject, words="Somebody commented.")
    notices = list(Notice.objects.filter(user=chief))
    with CaptureQueriesContext(connection) as asked:
        shown = show(notices, chief)
    assert {each.title for each in shown.values()} == {asset.name for asset in rows}
    assert len([each for each in asked.captured_queries if "assets_asset" in each["sql"]]) == 1
    assert all(each.is_withheld for each in show(notices, seen).values())


def test_a_subject_that_is_no_identifier_names_nothing() -> None:
    subjects = [f"{Asset.SUBJECT}:not-one", "nobody.knows:1"]
    assert subjects_of(subjects, make_user("chief")) == dict.fromkeys(subjects)
