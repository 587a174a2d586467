"""Walking the lines from both ends: what agrees is known, and what does not is said not to be."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alcaide.common import asof, guards
from alcaide.common.asof import NotThere, walking
from alcaide.common.models import TrailLine, TrailValue
from alcaide.common.trail import System, audit, writing
from alcaide.common.walls import services as walls
from alcaide.organization import services
from alcaide.organization.models import Person, Unit
from alcaide.organization.services import former
from alcaide.organization.tests.factories import HOUSE, make_organization, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return make_unit("First")


def rename(unit: Unit, name: str) -> None:
    services.change_unit(HOUSE, unit, opened_version=unit.version, name=name)


def name_at(unit: Unit, moment):
    return asof.record(unit.subject, moment, HOUSE).by_name["name"]


def test_a_name_is_the_one_of_then(unit):
    moments = [timezone.now()]
    for name in ("Second", "Third"):
        rename(unit, name)
        moments.append(timezone.now())
    assert [name_at(unit, moment).value for moment in moments] == ["First", "Second", "Third"]


def test_before_it_was_made_there_was_nothing(unit):
    assert not asof.record(unit.subject, unit.created_at - timedelta(seconds=1), HOUSE).existed


def test_a_row_of_a_long_write_stands_only_once_its_line_does():
    with writing():
        unit = make_unit("First")
        within_it = timezone.now()
    assert not asof.record(unit.subject, within_it, HOUSE).existed
    assert name_at(unit, timezone.now()).value == "First"


def test_a_change_that_left_no_line_makes_the_past_unknown_and_never_wrong(unit):
    then = timezone.now()
    Unit.objects.filter(pk=unit.pk).update(name="Changed by nobody", version=unit.version + 1)
    found = name_at(unit, then)
    assert not found.is_known
    assert "two different" in found.why
    country = asof.record(unit.subject, then, HOUSE).by_name["country"]
    assert not country.is_known
    assert "left no line" in country.why


def test_a_value_that_was_erased_is_said_to_be(unit):
    then = timezone.now()
    rename(unit, "Second")
    with guards.lifted():
        TrailValue.objects.filter(line__subject=unit.subject, field="name").delete()
    found = name_at(unit, then)
    assert not found.is_known
    assert "erased" in found.why


def test_of_who_was_forgotten_no_name_is_told_and_none_is_made_up(unit):
    person = make_person("Wendelin", unit=unit)
    then = timezone.now()
    with writing():
        Person.objects.filter(pk=person.pk).update(**former.nameless())
        audit(HOUSE, "erase", subject="common.purge:1")
    told = asof.record(person.subject, then, HOUSE).by_name
    assert [told[name].is_known for name in ("name", "email", "title")] == [False] * 3
    assert "rule of retention" in told["name"].why
    assert told["unit"].value == unit.subject


def test_a_line_of_an_unknown_verb_is_never_read_as_a_change(unit):
    then = timezone.now()
    with writing():
        audit(HOUSE, "bless", subject=unit.subject, before={"country": "VA"}, after={"country": "SM"})
    assert not asof.record(unit.subject, then, HOUSE).by_name["country"].is_known


def test_a_line_of_a_mechanism_changes_nothing(unit):
    then = timezone.now()
    with writing():
        audit(HOUSE, "snooze", subject=unit.subject, after={"name": "Somebody's note"})
    assert name_at(unit, then).value == "First"


def test_where_the_clock_was_turned_back_the_order_of_the_lines_counts(unit):
    then = timezone.now()
    rename(unit, "Second")
    rename(unit, "Third")
    ahead, last = TrailLine.objects.filter(subject=unit.subject).order_by("seq")[1:]
    with guards.lifted():
        TrailLine.objects.filter(seq=ahead.seq).update(at=timezone.now() + timedelta(hours=1))
    told = asof.record(unit.subject, last.at, HOUSE)
    assert told.is_turned
    assert told.by_name["name"].value == "Third"
    assert name_at(unit, then).value == "First"


def test_a_stranger_to_the_unit_reads_no_past(unit):
    head = make_user("head", unit=make_unit("Elsewhere"))
    with pytest.raises(NotThere):
        asof.record(unit.subject, timezone.now(), head)


def test_who_may_not_read_a_persons_history_reads_no_past_of_them(unit):
    person, executive = make_person(unit=unit), make_user("executive")
    with pytest.raises(NotThere):
        asof.record(person.subject, timezone.now(), executive)
    assert asof.record(person.subject, timezone.now(), make_user("chief")).by_name["unit"].value == unit.subject


@pytest.mark.parametrize("subject", ["organization.unit:", "organization.unit:x", "no.kind:7", "", "common.user:1"])
def test_what_is_no_record_is_not_there(subject):
    with pytest.raises(NotThere):
        asof.record(subject, timezone.now(), System("test"))


def test_who_could_see_counts_with_the_unit_and_the_tree_of_then(unit):
    upper, other = make_unit("Upper"), make_unit("Other")
    services.change_unit(HOUSE, unit, opened_version=unit.version, parent=upper)
    person = make_person(unit=unit)
    head_then, head_now = make_user("head", unit=upper), make_user("head", unit=other)
    then = timezone.now()
    services.change_unit(HOUSE, unit, opened_version=unit.version, parent=make_organization())
    services.change_person(HOUSE, person, opened_version=person.version, unit=other)
    found = {moment: asof.who_could_see(person.subject, moment, HOUSE) for moment in (then, timezone.now())}
    was, is_now = ({each.user for each in each_found.holders} for each_found in found.values())
    assert head_then in was
    assert head_now not in was
    assert head_now in is_now
    assert head_then not in is_now
    assert all(each.is_sure for each in found.values())


def test_both_ends_must_agree_where_both_speak():
    at = timezone.now()
    earlier, later = asof.Event("name", at, 1, "a", "b"), asof.Event("name", at, 2, "c", "d")
    assert walking.walk([earlier], [later], now="d", is_sure=True).why == walking.TWO
    assert walking.walk([], [later], now="d", is_sure=True).value == "c"
    assert walking.walk([], [], now="d", is_sure=False).why == walking.UNTOLD


def test_only_the_counsel_of_a_matter_learns_who_was_let_in_then():
    counsel, chief, analyst = make_user("counsel"), make_user("chief"), make_user("analyst")
    matter = walls.open_matter(counsel, title="Xylograph", ground="advice", ground_text="Asked.", apart_text="Apart.")
    before = timezone.now()
    walls.let_in(counsel, matter, user=analyst)
    then = {at: asof.who_could_see(matter.subject, at, counsel).holders for at in (before, timezone.now())}
    assert [[each.user for each in holders] for holders in then.values()] == [[counsel], [counsel, analyst]]
    for stranger in (chief, analyst, HOUSE):
        with pytest.raises(NotThere):
            asof.who_could_see(matter.subject, before, stranger)
        with pytest.raises(NotThere):
            asof.record(matter.subject, before, stranger)
