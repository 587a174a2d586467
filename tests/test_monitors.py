"""The mechanism of monitors: off until agreed, read masked and noted, names shown by two people of two roles."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from alcaide.common import eyes, monitors
from alcaide.common.clock import today as house_today
from alcaide.common.models import (
    EyesAttempt,
    MonitorLook,
    MonitorSetting,
    MonitorVersion,
    Notice,
    SignInLine,
    TrailLine,
    User,
)
from alcaide.common.monitors import declared, names, services, unmasking
from alcaide.common.monitors.declared import MonitorFaulty, changed, monitor_of, widened
from alcaide.common.monitors.services import WrongStep
from alcaide.common.monitors.states import states
from alcaide.common.permissions import Refused
from alcaide.common.purging.held import midnight
from alcaide.common.signing.services import Place, note
from alcaide.organization import services as organization
from alcaide.organization.models import Person
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user
from alcaide.organization.tests.monitored import agree_to, terms

pytestmark = pytest.mark.django_db
KEY = "sign_ins"
TODAY = house_today


def sign_in(user: User, *, days_ago: int = 0) -> SignInLine:
    note("in", Place("10.1.2.3", "Firefox"), user=user, how="password")
    row = SignInLine._base_manager.latest("id")
    SignInLine._base_manager.filter(pk=row.pk).update(at=timezone.now() - timedelta(days=days_ago))
    return row


def make_worker(unit) -> User:
    user = make_user("employee", unit=unit)
    organization.add_person(HOUSE, name=user.name, unit=unit, email=user.email)
    Person.objects.filter(email=user.email).update(user=user)
    return user


def test_a_stream_is_not_reached_past_the_mechanism():
    with pytest.raises(monitors.OutsideMonitor):
        SignInLine.objects.count()
    with pytest.raises(monitors.OutsideMonitor):
        SignInLine.objects.create(what="in", at=timezone.now())


def test_it_is_off_until_recorded_and_agreed_by_somebody_else():
    root, chief = make_organization(), make_user("chief")
    assert monitors.state(KEY, root.pk).because == "nothing is recorded for this unit"
    row = services.record(chief, KEY, unit_id=root.pk, terms=terms())
    assert monitors.state(KEY, root.pk).because == "what was recorded waits for somebody else to agree"
    asked = services.ask_agreement(chief, row, why="Two thefts")
    with pytest.raises(eyes.SamePerson):
        eyes.approve(chief, asked)
    assert not monitors.state(KEY, root.pk).is_on
    eyes.approve(make_user("dpo"), asked)
    assert monitors.state(KEY, root.pk).is_on


@pytest.mark.parametrize("lacking", [
    {"purpose": " "}, {"basis": ""}, {"no_agreement_why": ""}, {"retention_days": 0}, {"viewers": []},
    {"council": ""}, {"council_by": ""}, {"council_on": timezone.localdate() + timedelta(days=3)},
])  # fmt: skip
def test_nothing_is_recorded_that_leaves_something_out(lacking):
    root = make_organization()
    with pytest.raises(ValidationError) as caught:
        services.record(make_user("chief"), KEY, unit_id=root.pk, terms=terms(**lacking))
    assert set(caught.value.message_dict) == set(lacking)
    assert not MonitorSetting.objects.exists()


def test_where_there_is_a_works_council_it_agrees_and_nobody_says_there_is_none():
    root, chief, council = make_organization(), make_user("chief"), make_user("works_council")
    with pytest.raises(ValidationError, match="Inform them"):
        services.record(chief, KEY, unit_id=root.pk, terms=terms())
    row = services.record(chief, KEY, unit_id=root.pk, terms=terms(council="informed"))
    asked = services.ask_agreement(chief, row, why="Two thefts")
    with pytest.raises(Refused):
        eyes.approve(make_user("dpo"), asked)
    eyes.approve(council, asked)
    assert monitors.state(KEY, root.pk).is_on


def test_the_nearest_unit_decides_and_a_unit_above_reaches_down_only_where_it_says_so():
    root = make_organization()
    plant = make_unit("Murcia")
    shop = make_unit("Shop", parent=plant)
    agree_to(KEY, with_below=False)
    assert [each.is_on for each in states(KEY, [root.pk, plant.pk, shop.pk]).values()] == [True, False, False]
    row = agree_to(KEY, unit=plant)
    assert [each.is_on for each in states(KEY, [root.pk, plant.pk, shop.pk]).values()] == [True, True, True]
    services.switch_off(row.recorded_by, row, why="The shop is sold")
    assert "The shop is sold" in monitors.state(KEY, shop.pk).because


def test_rows_come_masked_from_those_units_alone_and_no_further_back_than_recorded():
    root, plant = make_organization(), make_unit("Murcia")
    here, there = make_worker(plant), make_worker(root)
    sign_in(here)
    sign_in(here, days_ago=91)
    sign_in(there)
    reader = make_user("chief")
    agree_to(KEY, unit=plant)
    rows = list(monitors.read(reader, KEY))
    assert [row.who for row in rows] == [names.masked(KEY, here.uid)]
    assert rows[0].address == "10.1.0.0/16"
    assert not hasattr(rows[0], "user")
    assert not hasattr(rows[0], "email")


def test_each_look_is_noted_with_how_many_rows_were_given():
    make_organization()
    reader = make_user("chief")
    agree_to(KEY)
    sign_in(reader)
    sign_in(reader)
    rows = monitors.read(reader, KEY)
    assert rows.count() == 2
    assert not MonitorLook.objects.exists()
    list(rows[:1])
    look = MonitorLook.objects.get()
    assert (look.by, look.rows, look.how) == (reader, 1, "masked")
    assert TrailLine.objects.filter(verb="look_at_monitor", actor=reader.subject).count() == 1


@pytest.mark.parametrize("way", ["values", "values_list", "dates", "aggregate", "update"])
def test_values_are_not_taken_past_the_mask(way):
    make_organization()
    reader = make_user("chief")
    agree_to(KEY)
    with pytest.raises(monitors.OutsideMonitor):
        getattr(monitors.read(reader, KEY), way)("user__name")


def test_who_holds_no_role_that_is_recorded_reads_nothing():
    make_organization()
    agree_to(KEY, viewers=["analyst"])
    with pytest.raises(monitors.MonitorOff, match="none of your roles"):
        monitors.read(make_user("chief"), KEY)


def test_while_off_rows_are_dropped_but_those_that_the_door_needs(monkeypatch):
    root = make_organization()
    line = SignInLine(what="in", at=timezone.now())
    assert monitors.collect(KEY, None, [line]) == 1
    monkeypatch.setitem(declared._monitors, KEY, replace(monitor_of(KEY), always=""))
    assert monitors.collect(KEY, root.pk, [SignInLine(what="in", at=timezone.now())]) == 0
    assert SignInLine._base_manager.count() == 1


def test_numbers_are_told_by_kind_and_never_by_person():
    sign_in(User.objects.create_user("ana@example.org", "Ana"))
    assert monitors.numbers(KEY, "what", since=timezone.now() - timedelta(days=1)) == {"in": 1}
    for finer in ("user", "email", "address", "at"):
        with pytest.raises(monitors.OutsideMonitor):
            monitors.numbers(KEY, finer, since=timezone.now())


def test_pseudonyms_are_stable_and_cannot_be_joined_between_monitors():
    user = User.objects.create_user("ana@example.org", "Ana")
    assert names.pseudonym(KEY, user.uid) == names.pseudonym(KEY, user.uid)
    assert names.pseudonym(KEY, user.uid) != names.pseudonym("badges", user.uid)
    assert names.typed(f"person {names.pseudonym(KEY, user.uid).lower()}") == names.pseudonym(KEY, user.uid)


def test_ten_thousand_people_have_ten_thousand_pseudonyms():
    assert len({names.pseudonym(KEY, number) for number in range(10_000)}) == 10_000


def test_two_with_one_pseudonym_are_as_good_as_nobody(monkeypatch):
    monkeypatch.setattr(names, "pseudonym", lambda monitor, uid: "AAAAA-AAAAA")
    assert names.person_behind(KEY, "AAAAA-AAAAA", [(1, "a"), (2, "b")]) is None


def test_a_wider_declaration_is_off_until_agreed_again_and_the_council_reads_what_is_new(monkeypatch):
    root = make_organization()
    agree_to(KEY)
    services.note_versions()
    council = make_user("works_council")
    wider = replace(monitor_of(KEY), fields={**monitor_of(KEY).fields, "place": "the desk"})
    monkeypatch.setitem(declared._monitors, KEY, wider)
    assert "now also reads: the desk" in monitors.state(KEY, root.pk).because
    assert services.note_versions() == 1
    assert services.note_versions() == 0
    assert MonitorVersion.objects.filter(monitor=KEY).count() == 2
    assert "now also reads: the desk" in Notice.objects.get(user=council).words
    agree_to(KEY, council="informed")
    assert monitors.state(KEY, root.pk).is_on


def test_a_declaration_that_only_promises_more_stays_on():
    was = monitor_of(KEY).body()
    now = {**was, "does_not": [*was["does_not"], "It counts nothing."], "retention_days": 30}
    assert widened(was, now) == []
    assert changed(was, now) == ["now promises: It counts nothing.", "now proposes to keep only 30 days"]


@pytest.mark.parametrize(("change", "said"), [
    ({"retention_days": 500}, "now proposes to keep 500 days, before 180"),
    ({"does_not": []}, "no longer promises"),
    ({"shown": ["what", "how", "at", "device", "email"]}, "now shows without a name: e-mail address"),
    ({"model": "common.User"}, "now reads another table"),
    ({"asks": ["chief", "counsel", "analyst"]}, "lets more roles"),
])  # fmt: skip
def test_whatever_reaches_further_is_told(change, said):
    was = monitor_of(KEY).body()
    assert any(said in each for each in widened(was, {**was, **change}))


@pytest.mark.parametrize("fault", [
    {"key": "two words"}, {"legal": ""}, {"does_not": ()}, {"retention_days": 0}, {"answers": ("chief",)},
    {"shown": ("nothing",)}, {"shown": ("user",)},
])  # fmt: skip
def test_a_declaration_that_leaves_something_out_is_refused(fault):
    with pytest.raises(MonitorFaulty):
        declared.keep(replace(monitor_of(KEY), **fault))


def test_a_monitor_that_waits_for_an_answer_is_not_recorded_over():
    root, chief = make_organization(), make_user("chief")
    row = services.record(chief, KEY, unit_id=root.pk, terms=terms())
    services.ask_agreement(chief, row, why="Two thefts")
    with pytest.raises(WrongStep, match="waits for an answer"):
        services.record(chief, KEY, unit_id=root.pk, terms=terms())


@pytest.fixture
def asked():
    """A name that the chief asked for, with everybody whom it takes."""
    make_organization()
    chief, dpo, person = make_user("chief"), make_user("dpo"), make_user("employee")
    sign_in(person)
    agree_to(KEY)
    row = unmasking.ask(
        chief, KEY, name=names.masked(KEY, person.uid), first=TODAY(), last=TODAY(), why="A stolen laptop"
    )
    return row, chief, dpo, person


def test_a_name_is_shown_to_who_asked_once_another_role_agrees(asked):
    row, chief, dpo, person = asked
    with pytest.raises(Refused, match="hidden"):
        unmasking.show(chief, row)
    eyes.approve(dpo, row.request)
    row.refresh_from_db()
    shown = unmasking.show(chief, row)
    assert shown.person == person
    assert [line.user for line in shown.rows] == [person]
    assert MonitorLook.objects.get(how="named").rows == 1
    with pytest.raises(Refused, match="Only who asked"):
        unmasking.show(dpo, row)


def test_data_protection_is_told_also_where_it_agreed_itself(asked):
    row, _chief, dpo, person = asked
    eyes.approve(dpo, row.request)
    told = Notice.objects.filter(user=dpo, kind="monitors").get()
    assert "agreed" in told.words
    assert person.name not in told.words


def test_nobody_agrees_to_show_what_they_asked_for_and_the_try_is_kept(asked):
    row, chief, _dpo, _person = asked
    organization.grant(HOUSE, user=chief, role="dpo", unit=make_organization())
    with pytest.raises(eyes.SamePerson):
        eyes.approve(User.objects.get(pk=chief.pk), row.request)
    assert EyesAttempt.objects.get().by == chief


def test_a_second_person_of_the_same_role_does_not_agree(asked):
    row, _chief, _dpo, _person = asked
    with pytest.raises(Refused):
        eyes.approve(make_user("chief"), row.request)
    with pytest.raises(Refused):
        eyes.override(make_user("chief"), row.request, "At once")


def test_whoever_stands_in_for_data_protection_does_not_show_names(asked):
    row, _chief, dpo, _person = asked
    other = make_user("chief")
    eyes.stand_in(dpo, other, acts_given=(), unit_id=None, from_on=TODAY(), until_on=TODAY(), why="Away")
    with pytest.raises(Refused):
        eyes.approve(other, row.request)
    row.refresh_from_db()
    assert row.granted_at is None


def test_a_refusal_stays_on_the_list_and_shows_nothing(asked):
    row, chief, dpo, _person = asked
    eyes.refuse(dpo, row.request, words="Ask the person first")
    row.refresh_from_db()
    assert row.request.state == "refused"
    with pytest.raises(Refused, match="hidden"):
        unmasking.show(chief, row)


def test_the_name_is_hidden_again_after_its_hours_and_then_told_to_the_person(asked, monkeypatch):
    row, chief, dpo, person = asked
    eyes.approve(dpo, row.request)
    row.refresh_from_db()
    assert unmasking.of_person(person, [KEY]) == []
    later = row.ends_at + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    with pytest.raises(Refused, match="hidden"):
        unmasking.show(chief, row)
    assert unmasking.of_person(person, [KEY]) == [row]


def test_a_clock_set_back_opens_no_name(asked, monkeypatch):
    row, chief, dpo, _person = asked
    eyes.approve(dpo, row.request)
    row.refresh_from_db()
    before = row.granted_at - timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: before)
    with pytest.raises(Refused, match="hidden"):
        unmasking.show(chief, row)


def test_the_days_of_rows_are_those_of_the_house_also_when_it_is_tomorrow_there(asked):
    row, chief, dpo, person = asked
    eyes.approve(dpo, row.request)
    row.refresh_from_db()
    just_after = midnight(row.from_on) + timedelta(minutes=5)
    SignInLine._base_manager.filter(user=person).update(at=just_after)
    assert len(unmasking.show(chief, row).rows) == 1
    SignInLine._base_manager.filter(user=person).update(at=just_after - timedelta(minutes=6))
    assert unmasking.show(chief, row).rows == []


def test_a_name_is_not_asked_for_where_the_monitor_is_off_or_that_nobody_has():
    make_organization()
    chief, person = make_user("chief"), make_user("employee")
    given = {"first": TODAY(), "last": TODAY(), "why": "A stolen laptop"}
    with pytest.raises(ValidationError, match="Nobody"):
        unmasking.ask(chief, KEY, name=names.pseudonym(KEY, person.uid), **given)
    agree_to(KEY)
    with pytest.raises(ValidationError, match="Nobody"):
        unmasking.ask(chief, KEY, name="AAAAA-AAAAA", **given)
