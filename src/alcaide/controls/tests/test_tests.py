"""Tests of a measure: what they say of it, when it has drifted, what is refused, and its tasks."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alcaide.common.models import Change, TrailLine
from alcaide.common.permissions import Refused
from alcaide.controls import due, queries, services
from alcaide.controls.jobs import tell_of_drift
from alcaide.controls.models import Measure, MeasureTask, MeasureTest
from alcaide.controls.services import Outcome
from alcaide.organization.models import Person
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user

from .factories import adopted, make_measure

pytestmark = pytest.mark.django_db

FAILS = Outcome("fails", "The restore stopped half way.", 0.1, 0.4)


def ago(days: int):
    return timezone.localdate() - timedelta(days=days)


def standing(name: str | None = None, **more) -> Measure:
    return services.put_in_place(HOUSE, adopted(name, **more))


def after_test(measure: Measure, outcome: Outcome, *, days: int = 0) -> Measure:
    services.record_test(
        HOUSE, measure, what="Restore", tested_on=ago(days), by_whom="Ana", how="By hand", outcome=outcome
    )
    return Measure.of(measure.uid)


def cadence(measure: Measure, days: int | None, low: float = 0.6, high: float = 0.9) -> Measure:
    return services.set_cadence(
        HOUSE, measure, opened_version=measure.version, every_days=days, overdue_low=low, overdue_high=high
    )


def overdue(measure: Measure) -> Measure:
    """Let a measure miss a test: worked 40 days ago, due every 30."""
    return after_test(cadence(measure, 30), Outcome("works"), days=40)


def held(measure: Measure) -> tuple[float, float]:
    found = queries.holding(measure)
    return found.low, found.high


def test_a_measure_that_stands_holds_wholly_until_a_test_says_less():
    assert held(standing()) == (1, 1)
    assert held(after_test(standing(), FAILS)) == (0.1, 0.4)


def test_a_measure_that_does_not_stand_holds_nothing():
    assert held(adopted()) == (0, 0)


def test_a_failed_test_makes_it_drift_since_the_first_failure():
    measure = after_test(after_test(after_test(standing(), Outcome("works"), days=30), FAILS, days=20), FAILS, days=3)
    assert measure.drifted_since(timezone.localdate()) == ago(20)
    assert "does not work" in queries.holding(measure).reason


def test_a_test_that_works_again_ends_the_drift():
    measure = after_test(after_test(standing(), FAILS, days=9), Outcome("works"), days=1)
    assert (queries.holding(measure).since, held(measure)) == (None, (1, 1))


def test_an_overdue_test_leaves_what_was_judged_with_the_cadence():
    measure = overdue(standing())
    assert held(measure) == (0.6, 0.9)
    assert measure.drifted_since(timezone.localdate()) == ago(9)


def test_on_the_day_it_is_due_a_test_is_not_overdue():
    measure = after_test(cadence(standing(), 30), Outcome("works"), days=30)
    assert queries.holding(measure).is_whole


def test_where_a_test_failed_and_the_next_is_overdue_the_lesser_counts():
    measure = after_test(cadence(standing(), 10, 0.05, 0.9), FAILS, days=20)
    assert held(measure) == (0.05, 0.4)


def test_a_test_that_could_not_be_done_changes_nothing_and_is_kept():
    measure = after_test(overdue(standing()), Outcome("untested", "The room was locked."))
    assert (measure.last_result, held(measure), measure.tests.count()) == ("works", (0.6, 0.9), 2)


def test_a_test_entered_late_takes_its_place_by_its_day():
    measure = after_test(after_test(standing(), Outcome("works"), days=1), FAILS, days=5)
    assert (measure.last_result, measure.failing_since) == ("works", None)


def test_putting_in_place_starts_the_clock_of_the_first_test():
    measure = services.put_in_place(HOUSE, cadence(adopted(), 90))
    assert measure.test_due_on == ago(-90)


def test_taking_the_cadence_away_ends_the_drift_of_a_missed_test():
    assert queries.holding(cadence(overdue(standing()), None)).is_whole


@pytest.mark.parametrize(
    ("outcome", "field"),
    [
        (Outcome("fails", "", 0, 0.1), "found"),
        (Outcome("untested"), "found"),
        (Outcome("partly", "x", 0.9, 0.1), "held_low"),
        (Outcome("partly", "x", 1.0, 1.0), "held_low"),
        (Outcome("partly", "x", float("nan"), 0.5), "held_low"),
        (Outcome("guessed", "x"), "result"),
    ],
)
def test_a_test_that_says_too_little_is_refused(outcome, field):
    with pytest.raises(ValidationError) as fault:
        after_test(standing(), outcome)
    assert field in fault.value.error_dict
    assert not MeasureTest.objects.exists()


def test_a_test_of_tomorrow_or_of_what_does_not_stand_is_refused():
    with pytest.raises(ValidationError, match="still to come"):
        after_test(standing(), Outcome("works"), days=-1)
    with pytest.raises(services.WrongState, match="does not stand"):
        after_test(make_measure(), Outcome("works"))


def test_a_reader_cannot_record_a_test():
    measure = standing()
    with pytest.raises(Refused):
        services.record_test(
            make_user("auditor"), measure, what="x", tested_on=ago(0), by_whom="x", outcome=Outcome("works")
        )


def test_each_test_is_in_the_trail_and_told_to_the_rooms_above():
    measure = standing()
    Change.objects.all().delete()
    after_test(measure, FAILS)
    assert TrailLine.objects.filter(verb="test_measure").count() == 1
    assert Change.objects.filter(room="controls", subject=measure.subject).exists()


def test_the_look_each_night_tells_of_each_overdue_test():
    measure = overdue(standing())
    Change.objects.all().delete()
    assert tell_of_drift() == 1
    assert Change.objects.filter(subject=measure.subject).exists()


def test_what_drifted_waits_for_who_tests_there_and_for_the_owner():
    after_test(standing("Restores"), FAILS)
    chief = make_user("chief")
    assert [each.title for each in due.due(chief)] == ["Test: Restores"]
    assert due.waiting(chief) == 1


def test_a_task_waits_for_its_owner_who_may_finish_it():
    unit = make_unit()
    user = make_user("employee", unit=unit)
    person = Person.objects.filter(user=user).first() or Person.objects.create(name="Eva", unit=unit, user=user)
    task = services.add_task(HOUSE, standing(unit=unit), what="Order keys", owner=person, due_on=ago(1))
    services.finish_task(user, task)
    assert MeasureTask.objects.get().done_by == user


def test_a_task_of_others_cannot_be_finished_by_a_reader():
    task = services.add_task(HOUSE, standing(), what="Order keys")
    with pytest.raises(Refused):
        services.finish_task(make_user("auditor"), task)


def test_a_task_done_twice_changes_nothing():
    task = services.add_task(HOUSE, standing(), what="Order keys")
    services.finish_task(HOUSE, task)
    with pytest.raises(services.WrongState):
        services.finish_task(HOUSE, task)
    services.reopen_task(HOUSE, task)
    assert MeasureTask.objects.get().done_at is None


@pytest.fixture
def chief(client: Client) -> Client:
    make_organization()
    client.force_login(make_user("chief"))
    return client


def typed(**more):
    return {"what": "Restore", "result": "partly", "found": "Slow", "held_low": "30", "held_high": "60%",
            "tested_on": str(ago(0)), "by_whom": "Ana", "how": "", **more}  # fmt: skip


def test_the_page_of_a_test_stays_on_the_phone_and_its_form_waits_there(chief):
    answer = chief.get(reverse("measure-test-new", args=[standing().uid]))
    text = answer.content.decode()
    assert answer["X-Alcaide-Keep"] == str(24 * 3600)
    assert "/test/?queued" in text
    assert 'name="send_once"' in text


def test_a_test_typed_on_the_page_is_kept_and_shown_on_the_measure(chief):
    measure = standing()
    answer = chief.post(reverse("measure-test-new", args=[measure.uid]), typed(), follow=True)
    assert "Restore: works in part." in answer.content.decode()
    assert held(Measure.of(measure.uid)) == (0.3, 0.6)
    page = chief.get(reverse("measure", args=[measure.uid])).content.decode()
    assert "30 % to 60 % of its effect counts" in page.replace("\u00a0", " ").replace("\u202f", " ")


def test_a_test_without_the_share_that_holds_is_asked_for_it(chief):
    answer = chief.post(reverse("measure-test-new", args=[standing().uid]), typed(held_low=""))
    assert "Say how much still holds" in answer.content.decode()


@pytest.mark.parametrize(
    ("view", "names"),
    [
        ("drifted", {"Fails", "Missed"}),
        ("failed", {"Fails"}),
        ("overdue-test", {"Missed"}),
        ("untested", {"Never"}),
    ],
)
def test_the_list_has_views_of_what_tests_say(chief, view, names):
    after_test(standing("Fails"), FAILS)
    overdue(standing("Missed"))
    standing("Never")
    after_test(standing("Fine"), Outcome("works"))
    rows = chief.get(reverse("measures"), {"view": view}).context["page"].rows
    assert {row.item.name for row in rows} == names


def test_the_cadence_and_the_tasks_have_pages(chief):
    measure = standing()
    given = {"version": measure.version, "every_days": "90", "overdue_low": "50", "overdue_high": "90"}
    chief.post(reverse("measure-cadence", args=[measure.uid]), given)
    assert Measure.of(measure.uid).test_every_days == 90
    chief.post(reverse("measure-task-new", args=[measure.uid]), {"what": "Order keys"})
    task = MeasureTask.objects.get()
    chief.post(reverse("measure-task-done", args=[task.uid]))
    chief.post(reverse("measure-task-done", args=[task.uid]))
    assert MeasureTask.objects.get().done_at is not None
