"""The year: what it tells, what clashes, how a day moves, and what a calendar is told."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alcaide.board import services
from alcaide.board.models import Feed, FeedDate, ProposedDay
from alcaide.board.queries.year import year_of
from alcaide.board.queries.year_drawn import quarters, weeks_from
from alcaide.common.models import TrailLine
from alcaide.common.permissions import Refused
from alcaide.common.registries import due_in_brief
from alcaide.controls import services as controls
from alcaide.controls.models import Measure
from alcaide.organization import services as organization
from alcaide.organization.queries import FiscalYear
from alcaide.organization.tests.factories import HOUSE, make_organization, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def root():
    return make_organization()


@pytest.fixture
def chief(root):
    return make_user("chief")


def make_measure(name: str = "Badge gates", *, unit, on: date | None, owner=None, **more):
    made = controls.propose(
        HOUSE, name=name, area="physical", unit=unit, cost_minor=100_00, currency="EUR", due_on=on, owner=owner, **more
    )
    return controls.adopt(HOUSE, made)


def lines_of(user, days: int = 90, *, back: int = 0):
    return {each.dated.title: each for each in year_of(user, in_days(-back), in_days(days)).lines}


def test_a_date_says_by_when_its_work_must_begin(chief, root):
    make_measure(unit=root, on=in_days(20), effort_hours=60)
    line = lines_of(chief)["Badge gates"]
    assert (line.on, line.starts, line.state) == (in_days(20), in_days(10), "ahead")


def test_what_passed_undone_is_missed_and_its_reason_stays(chief, root):
    measure = make_measure(unit=root, on=in_days(3))
    type(measure).objects.update(due_on=in_days(-3))
    assert lines_of(chief, back=10)["Badge gates"].state == "missed"
    kept = services.say_why_missed(chief, measure.subject, what="controls.stands", why="The gates came late")
    assert (kept.on, kept.why) == (in_days(-3), "The gates came late")


def test_many_of_one_person_in_a_week_clash(chief, root):
    ana = make_person("Ana Vidal")
    monday = in_days(14 - timezone.localdate().weekday())
    for n in range(4):
        make_measure(f"Measure {n}", unit=root, on=monday + timedelta(days=n), owner=ana)
    assert lines_of(chief)["Measure 0"].clash == "Ana Vidal has 4 in this week"


def test_a_quiet_time_of_a_unit_above_clashes(chief, root):
    plant = make_unit("Plant", parent=root)
    make_measure(unit=plant, on=in_days(20))
    services.add_quiet_time(chief, unit=root, from_on=in_days(18), until_on=in_days(22), why="Closing the books")
    assert lines_of(chief)["Badge gates"].clash == "quiet time: Closing the books"


def test_a_quiet_time_of_another_unit_does_not_clash(chief, root):
    make_measure(unit=make_unit("Plant", parent=root), on=in_days(20))
    other = make_unit("Office", parent=root)
    services.add_quiet_time(chief, unit=other, from_on=in_days(18), until_on=in_days(22), why="Moving house")
    assert lines_of(chief)["Badge gates"].clash == ""


def test_an_owner_away_that_day_clashes_only_for_who_may_know(chief, root):
    ana = make_person("Ana Vidal")
    make_measure(unit=root, on=in_days(20), owner=ana)
    organization.be_away(HOUSE, ana, kind="holiday", from_on=in_days(19), until_on=in_days(23))
    assert lines_of(chief)["Badge gates"].clash == "Ana Vidal is away that day"
    assert lines_of(make_user("auditor"))["Badge gates"].clash == ""


def test_who_may_change_a_measure_moves_its_day_with_a_reason(chief, root):
    measure = make_measure(unit=root, on=in_days(20))
    made = services.move_date(chief, measure.subject, what="controls.stands", to=in_days(27), why="Parts come late")
    measure.refresh_from_db()
    assert (made.state, measure.due_on) == ("moved", in_days(27))
    assert TrailLine.objects.filter(verb="move_date", subject=measure.subject).exists()


def test_who_may_not_change_it_proposes_and_another_answers(chief, root):
    measure, head = make_measure(unit=root, on=in_days(20)), make_user("head")
    made = services.move_date(head, measure.subject, what="controls.stands", to=in_days(27), why="The harvest")
    measure.refresh_from_db()
    assert (made.state, measure.due_on) == ("waiting", in_days(20))
    assert any("Move “Badge gates”" in due.title for due in due_in_brief(chief))
    with pytest.raises(Refused):
        services.answer_proposal(head, made, moves=True, answer="")
    services.answer_proposal(chief, made, moves=True, answer="Fine")
    measure.refresh_from_db()
    assert measure.due_on == in_days(27)


def test_a_proposal_for_a_day_that_moved_meanwhile_is_not_applied(chief, root):
    measure, head = make_measure(unit=root, on=in_days(20)), make_user("head")
    made = services.move_date(head, measure.subject, what="controls.stands", to=in_days(27), why="The harvest")
    controls.change_measure(chief, measure, opened_version=measure.version, due_on=in_days(40))
    with pytest.raises(services.CannotMove, match="moved since"):
        services.answer_proposal(chief, made, moves=True, answer="")


def test_a_day_that_a_law_sets_stays_and_says_why(chief, root):
    measure = make_measure(unit=root, on=in_days(20), mandatory=True, mandatory_why="Fire code, §12")
    with pytest.raises(services.CannotMove, match="Fire code"):
        services.move_date(chief, measure.subject, what="controls.stands", to=in_days(27), why="Later")


def test_who_only_reads_proposes_nothing(root):
    measure = make_measure(unit=root, on=in_days(20))
    with pytest.raises(Refused):
        services.move_date(make_user("auditor"), measure.subject, what="controls.stands", to=in_days(27), why="Later")


@pytest.mark.parametrize(("to", "said"), [(-1, "passed"), (20, "day it has"), (900, "two years")])
def test_a_day_that_makes_no_sense_is_refused(chief, root, to, said):
    measure = make_measure(unit=root, on=in_days(20))
    with pytest.raises(ValidationError, match=said):
        services.move_date(chief, measure.subject, what="controls.stands", to=in_days(to), why="So")


def test_a_move_without_a_reason_is_refused(chief, root):
    measure = make_measure(unit=root, on=in_days(20))
    with pytest.raises(services.CannotMove, match="why"):
        services.move_date(chief, measure.subject, what="controls.stands", to=in_days(27), why="  ")


def test_filters_leave_what_stands_for_some_of_a_unit(chief, root):
    plant = make_unit("Plant", parent=root)
    for n in range(31):
        make_measure(f"Measure {n}", unit=plant if n == 0 else root, on=in_days(20))
    dates = year_of(chief, in_days(0), in_days(90))
    [told] = [each for each in dates.lines if each.dated.what == "controls.stands"]
    assert (told.dated.number, told.stands_for_many) == (31, True)
    assert dates.only(room="", kind="", unit=plant.pk, owner=None)


def test_four_quarters_make_the_fiscal_year():
    parts = quarters(FiscalYear("2026/27", date(2026, 4, 1), date(2027, 3, 31)))
    assert [each[1:] for each in parts] == [
        (date(2026, 4, 1), date(2026, 6, 30)), (date(2026, 7, 1), date(2026, 9, 30)),
        (date(2026, 10, 1), date(2026, 12, 31)), (date(2027, 1, 1), date(2027, 3, 31)),
    ]  # fmt: skip


def test_thirteen_weeks_begin_on_a_monday():
    first, last = weeks_from(date(2026, 11, 25))
    assert (first, last) == (date(2026, 11, 23), date(2027, 2, 21))


@pytest.mark.parametrize("view", ["", "?view=year"])
def test_the_page_draws_and_lists(client: Client, chief, root, view):
    make_measure(unit=root, on=in_days(5))
    client.force_login(chief)
    page = client.get(reverse("year") + view)
    assert page.status_code == 200
    assert page.content.decode().count("Badge gates") >= 2


def test_an_employee_sees_an_empty_year_that_says_so(client: Client, root):
    make_measure(unit=root, on=in_days(20))
    client.force_login(make_user("employee"))
    page = client.get(reverse("year")).content.decode()
    assert "Badge gates" not in page
    assert "Nothing is dated yet" in page


def test_the_form_moves_a_day(client: Client, chief, root):
    measure = make_measure(unit=root, on=in_days(20))
    client.force_login(chief)
    url = reverse("year-move", args=[measure.subject, "controls.stands"])
    assert client.post(url, {"to": in_days(30).isoformat(), "why": ""}).status_code == 422
    assert client.post(url, {"to": in_days(30).isoformat(), "why": "Parts"}).status_code == 302
    assert ProposedDay.objects.get().to_on == in_days(30)


def read_calendar(client: Client, secret: str):
    icalendar = pytest.importorskip("icalendar")
    answer = client.get(reverse("year-feed", args=[secret]))
    assert answer.status_code == 200
    return icalendar.Calendar.from_ical(answer.content).walk("VEVENT")


def test_a_calendar_reads_whole_days_without_signing_in(client: Client, chief, root):
    make_measure(unit=root, on=in_days(20), effort_hours=60)
    [event] = read_calendar(client, services.new_feed(chief))
    assert event.decoded("dtstart") == in_days(20)
    assert event.decoded("dtend") == in_days(21)
    measure = Measure.objects.get()
    assert (str(event["summary"]), event["sequence"]) == (f"Measures to stand ({str(measure.uid)[-6:]})", 0)
    [alarm] = event.walk("VALARM")
    assert alarm.decoded("trigger") == timedelta(days=-10, hours=8)


def test_titles_leave_only_where_the_owner_chose_so(client: Client, chief, root):
    make_measure(unit=root, on=in_days(20))
    plain = client.get(reverse("year-feed", args=[services.new_feed(chief)])).content
    assert b"Badge gates" not in plain
    client.force_login(chief)
    client.post(reverse("year-calendar"), {"titles": "1"})
    assert Feed.objects.get(revoked_at=None).with_titles
    [event] = read_calendar(client, services.new_feed(chief, with_titles=True))
    assert str(event["summary"]) == "Badge gates"


def test_a_moved_day_keeps_its_name_and_counts_on(client: Client, chief, root):
    measure, secret = make_measure(unit=root, on=in_days(20)), services.new_feed(chief)
    [before] = read_calendar(client, secret)
    services.move_date(chief, measure.subject, what="controls.stands", to=in_days(27), why="Parts")
    [after] = read_calendar(client, secret)
    assert before["uid"] == after["uid"]
    assert (after["sequence"], after.decoded("dtstart")) == (1, in_days(27))
    [again] = read_calendar(client, secret)
    assert again["sequence"] == 1
    assert FeedDate.objects.count() == 1


def test_a_calendar_is_told_no_names_of_people(client: Client, chief, root):
    ana = make_person("Ana Vidal")
    organization.name_liaison(
        HOUSE, root, person=ana, topic="Fire", from_on=in_days(-9), until_on=in_days(20), deputy=None
    )
    titles = [str(event["summary"]) for event in read_calendar(client, services.new_feed(chief, with_titles=True))]
    assert titles == ["A liaison ends"]
    assert "Ana Vidal stops speaking for Almena Foods" in lines_of(chief)


def test_an_address_that_was_renewed_or_ended_tells_nothing(client: Client, chief, root):
    first = services.new_feed(chief)
    second = services.new_feed(chief)
    assert client.get(reverse("year-feed", args=[first])).status_code == 404
    assert client.get(reverse("year-feed", args=[second])).status_code == 200
    services.revoke_feed(chief)
    assert client.get(reverse("year-feed", args=[second])).status_code == 404


def test_a_feed_of_somebody_who_may_no_longer_sign_in_tells_nothing(client: Client, chief, root):
    secret = services.new_feed(chief)
    type(chief).objects.filter(pk=chief.pk).update(is_active=False)
    assert client.get(reverse("year-feed", args=[secret])).status_code == 404


def test_the_secret_itself_is_not_kept(chief, root):
    secret = services.new_feed(chief)
    assert secret not in str(Feed.objects.values())
