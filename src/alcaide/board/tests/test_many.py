"""Where much of one kind waits: the most pressing stand by themselves, one line for the rest, and nothing is lost."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from alcaide.board import services
from alcaide.board.queries.decide import agenda, key_of
from alcaide.common.waiting import SINGLY, all_due_for, dated_about, due_about, due_for
from alcaide.controls.models import Measure
from alcaide.controls.tests.factories import adopted
from alcaide.organization.tests.factories import make_organization, make_unit, make_user

pytestmark = pytest.mark.django_db
MORE = 4


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def chief():
    make_organization()
    for number in range(SINGLY + MORE):
        adopted(f"Keys {number:02}", due_on=in_days(number - 8))
    return make_user("chief")


def of_controls(found):
    return [each for each in found if each.kind == "controls.late"]


def test_the_most_pressing_stand_by_themselves_and_one_line_counts_the_rest(chief):
    *named, rest = of_controls(due_for(chief))
    assert [each.title for each in named] == [f"Keys {number:02}" for number in range(SINGLY)]
    assert (rest.title, len(rest.rest)) == (f"{MORE} more adopted measures are not in place", MORE)
    assert len(of_controls(all_due_for(chief))) == SINGLY + MORE


def test_what_a_line_stands_for_is_counted_one_by_one(chief):
    found = agenda(chief, now=timezone.now())
    assert found.number == agenda(chief, now=timezone.now(), whole=True).number
    assert found.today == agenda(chief, now=timezone.now(), whole=True).today


def test_the_line_counts_what_its_reader_may_see():
    make_organization()
    unit, other = make_unit(), make_unit()
    for number in range(SINGLY + MORE):
        adopted(f"Keys {number}", due_on=in_days(-1), unit=unit)
        adopted(f"Lids {number}", due_on=in_days(-1), unit=other)
    assert [len(each.rest) for each in of_controls(due_for(make_user("analyst", unit=unit))) if each.rest] == [MORE]


def test_one_that_is_not_named_still_waits_on_its_own_page(chief):
    last = Measure.objects.order_by("due_on").last()
    assert [each.title for each in due_about(chief, {last.subject})] == [last.name]


def test_one_that_is_not_named_can_be_put_off_and_the_line_counts_it_no_more(chief):
    last = of_controls(all_due_for(chief))[-1]
    services.snooze(chief, key_of(last), until=timezone.now() + timedelta(hours=1), reason="The plant is closed")
    found = agenda(chief, now=timezone.now())
    assert [item.due.title for _, item in found.resting] == [last.title]
    [line] = [item for item in found.items if item.is_many]
    assert (line.waits, line.due.title) == (MORE - 1, f"{MORE - 1} more adopted measures are not in place")


def test_one_that_is_not_named_stands_in_the_list_of_whom_it_is_handed_to(chief):
    last, taker = of_controls(all_due_for(chief))[-1], make_user("executive")
    before = agenda(chief, now=timezone.now()).number
    services.delegate(chief, key_of(last), taker=taker)
    assert last.title in [item.due.title for item in agenda(taker, now=timezone.now()).items]
    assert agenda(chief, now=timezone.now()).number == before - 1


def test_the_line_itself_is_neither_put_off_nor_handed_on(chief):
    line = of_controls(due_for(chief))[-1]
    with pytest.raises(services.NotSo):
        services.snooze(chief, key_of(line), until=timezone.now() + timedelta(hours=1), reason="No")


def test_the_line_leads_to_all_of_its_kind(chief):
    client = Client()
    client.force_login(chief)
    page = client.get(of_controls(due_for(chief))[-1].url).content.decode()
    assert f"{SINGLY + MORE} things wait for you." in page
    assert page.count(">Hand on<") == SINGLY + MORE


def test_dates_told_week_by_week_are_still_each_of_their_own_thing(chief):
    for number in range(31):
        adopted(f"Doors {number:02}", due_on=in_days(20 + number))
    one = Measure.objects.get(name="Doors 30")
    [dated] = dated_about(chief, one.subject, first=in_days(0), last=in_days(90))
    assert (dated.title, dated.on) == ("Doors 30", in_days(50))


def test_all_of_a_kind_stand_on_pages_that_lose_none(client: Client, chief, monkeypatch):
    monkeypatch.setattr("alcaide.board.views_agenda.MOST_SHOWN", 5)
    client.force_login(chief)
    found, url = [], "?of=controls.late"
    while url:
        answer = client.get(f"/decide/{url}")
        found += [item.due.title for item in answer.context["shown"]]
        url = answer.context["page"].next_url
    assert found == [f"Keys {number:02}" for number in range(SINGLY + MORE)]
    assert 'rel="prev"' in answer.content.decode()
    assert f"{SINGLY + MORE} things wait" in answer.content.decode()
    for typed in ("0", "-3", "999999", "x", ""):
        assert client.get(f"/decide/?of=controls.late&from={typed}").context["shown"]
