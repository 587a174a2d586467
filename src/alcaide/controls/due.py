"""What this room wants decided, and its dates."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Dated, DateKind, Due
from alcaide.common.waiting import Days, Many, in_units, told
from alcaide.common.words import count, money

from .models import ADOPT, CHANGE, TEST, Measure, MeasureTask
from .queries import holding, measures
from .services import change_measure

SOON = timedelta(days=7)
HOURS_A_DAY = 6.0
LONGEST_LEAD = 365
STANDS, TESTS, TASKS = "controls.stands", "controls.tests", "controls.tasks"


def due(user: User, *, about: Collection[str] | None = None) -> Iterator[Due]:
    """Yield the adopted measures whose date is near or past, and the mandatory ones that nobody adopted."""
    for kind in _kinds(user):
        yield from kind.singly(about)


def brief(user: User) -> Iterator[Due]:
    """Yield the most pressing of each kind, and one that stands for the rest."""
    for kind in _kinds(user):
        yield from kind.briefly()


def _kinds(user: User) -> Iterator[Many]:
    yield Many(
        "controls.late", _late(user), _late_due, _more_late, "target", Measure.SUBJECT, last_day="due_on"
    )  # fmt: skip
    yield Many(
        "controls.mandatory", _not_adopted(user), _mandatory_due, _more_mandatory, "gavel", Measure.SUBJECT,
        last_day="due_on",
    )  # fmt: skip
    yield Many(
        "controls.tests", _to_test(user), _test_due, _more_tests, "target", Measure.SUBJECT, last_day="test_due_on",
        is_counted=_is_near,
    )  # fmt: skip
    yield Many(
        "controls.tasks", _tasks_due(user).order_by("due_on", "id"), _task_due, _more_tasks, "target",
        MeasureTask.SUBJECT, last_day="due_on",
    )  # fmt: skip


def _late_due(measure: Measure) -> Due:
    return Due(
        measure.subject, measure.name, _late_words(measure), _url(measure), _("Open"), "target",
        by=measure.due_on, since=measure.adopted_at,
    )  # fmt: skip


def _mandatory_due(measure: Measure) -> Due:
    words = {"why": measure.mandatory_why, "cost": money(measure.cost.major, measure.currency)}
    return Due(
        measure.subject, _("Adopt: %(name)s") % {"name": measure.name},
        _("Mandatory: %(why)s; %(cost)s of cash a year") % words, _url(measure), _("Decide"), "gavel",
        by=measure.due_on, since=measure.created_at,
    )  # fmt: skip


def _test_due(measure: Measure) -> Due:
    since = measure.drifted_since(timezone.localdate())
    why = _("Drifted: %(why)s") % {"why": holding(measure).reason} if since else _("Its test is due")
    day = measure.test_due_on
    return Due(
        measure.subject, _("Test: %(name)s") % {"name": measure.name}, why, _url(measure), _("Open"), "target",
        by=day if day is not None and _is_near(day) else None,
        since=timezone.make_aware(datetime.combine(since, time.min)) if since else None,
    )  # fmt: skip


def _is_near(day: date) -> bool:
    # Where a test failed, mending waits; the clock of the next test says something only once that test is near.
    return day <= timezone.localdate() + SOON


def _task_due(task: MeasureTask) -> Due:
    who = task.owner.name if task.owner else _("nobody yet")
    why = _("Task of “%(name)s”; with %(who)s") % {"name": task.measure.name, "who": who}
    return Due(
        task.subject, task.what, why, f"{_url(task.measure)}#h-tasks", _("Open"), "target",
        by=task.due_on, since=task.created_at,
    )  # fmt: skip


def _more_late(number: int) -> str:
    words = ngettext(
        "%(n)s more adopted measure is not in place", "%(n)s more adopted measures are not in place", number
    )
    return words % {"n": count(number)}


def _more_mandatory(number: int) -> str:
    words = ngettext(
        "%(n)s more mandatory measure is not adopted", "%(n)s more mandatory measures are not adopted", number
    )
    return words % {"n": count(number)}


def _more_tests(number: int) -> str:
    return ngettext("%(n)s more measure is to be tested", "%(n)s more measures are to be tested", number) % {
        "n": count(number)
    }


def _more_tasks(number: int) -> str:
    return ngettext("%(n)s more task of a measure is due", "%(n)s more tasks of measures are due", number) % {
        "n": count(number)
    }


def dates(user: User, first: date, last: date, *, about: Collection[str] | None = None) -> Iterator[Dated]:
    """Yield the days by which measures must stand, with the days that their hours take, their tests and their tasks."""
    rows, url = measures(user).filter(_binding(), due_on__range=(first, last)), reverse("measures")
    tests = measures(user).filter(state="in_place", test_due_on__range=(first, last))
    tasks = MeasureTask.objects.visible_to(user).filter(done_at__isnull=True, due_on__range=(first, last))
    tasks = tasks.exclude(measure__state="dropped").select_related("measure")
    yield from told(
        Days(Measure.SUBJECT, rows, "due_on", _stands, _many_stand, url, what=STANDS, unit="unit_id",
             owner="owner_id"),
        Days(Measure.SUBJECT, tests, "test_due_on", _tested, _many_tested, f"{url}?view=in-place", what=TESTS,
             unit="unit_id", owner="owner_id"),
        Days(MeasureTask.SUBJECT, tasks, "due_on", _worked, _many_worked, url, what=TASKS, unit="measure__unit_id",
             owner="owner_id"),
        about=about,
    )  # fmt: skip


def date_kinds() -> Iterator[DateKind]:
    """Yield the kinds of this room's dates."""
    yield DateKind(STANDS, gettext_lazy("Measures to stand"), may_move=_may_move, move=_move)
    fixed = gettext_lazy("It follows from how often the measure is tested. Change that on its page, or test earlier.")
    yield DateKind(TESTS, gettext_lazy("Tests of measures"), fixed=fixed)
    yield DateKind(TASKS, gettext_lazy("Tasks of measures"), fixed=gettext_lazy("A task keeps its day; add a new one."))


def _may_move(user: User, subject: str) -> bool:
    held = _measure(user, subject)
    return held is not None and scope_of(user).allows(CHANGE, held.unit_id)


def _move(user: User, subject: str, on: date) -> None:
    held = _measure(user, subject)
    if held is not None:
        change_measure(user, held, opened_version=held.version, due_on=on)


def _measure(user: User, subject: str) -> Measure | None:
    return Measure.objects.visible_to(user).filter(uid=subject.partition(":")[2]).first()


def _stands(measure: Measure) -> Dated:
    lead = min(round(measure.effort_hours / HOURS_A_DAY), LONGEST_LEAD)
    fixed = _("Mandatory: %(why)s") % {"why": measure.mandatory_why} if measure.mandatory else ""
    return Dated(
        measure.subject, measure.name, _url(measure), cast(date, measure.due_on), lead_days=lead,
        unit=measure.unit_id, owner=measure.owner_id, fixed=fixed,
    )  # fmt: skip


def _tested(measure: Measure) -> Dated:
    name = _("Test: %(name)s") % {"name": measure.name}
    on = cast(date, measure.test_due_on)
    return Dated(measure.subject, name, _url(measure), on, unit=measure.unit_id, owner=measure.owner_id)


def _worked(task: MeasureTask) -> Dated:
    name, unit = _("%(what)s (%(measure)s)") % {"what": task.what, "measure": task.measure.name}, task.measure.unit_id
    return Dated(task.subject, name, f"{_url(task.measure)}#h-tasks", cast(date, task.due_on), unit=unit,
                 owner=task.owner_id)  # fmt: skip


def _many_stand(number: int) -> str:
    return ngettext("%(n)s measure is to stand", "%(n)s measures are to stand", number) % {"n": count(number)}


def _many_tested(number: int) -> str:
    return ngettext("%(n)s measure is to be tested", "%(n)s measures are to be tested", number) % {"n": count(number)}


def _many_worked(number: int) -> str:
    return ngettext("%(n)s task of a measure", "%(n)s tasks of measures", number) % {"n": count(number)}


def waiting(user: User) -> int:
    """Return how many measures want something of this user. One query: it stands on every page."""
    wanting = _is_late_for(user) | _is_not_adopted_for(user) | _is_to_test_for(user)
    tasks = _tasks_due(user).order_by().values("pk")
    found = Measure.objects.visible_to(user).filter(wanting).order_by().values("pk")
    return found.union(tasks, all=True).count()


def _late(user: User) -> QuerySet[Measure]:
    """Return the adopted measures due soon or past, of units where the user changes them or that the user owns."""
    return measures(user).filter(_is_late_for(user)).order_by("due_on", "id")


def _not_adopted(user: User) -> QuerySet[Measure]:
    """Return the mandatory measures still proposed, of units where the user adopts."""
    return measures(user).filter(_is_not_adopted_for(user)).order_by(F("due_on").asc(nulls_last=True), "id")


def _to_test(user: User) -> QuerySet[Measure]:
    """Return the measures in place whose test failed or is due, of units where the user tests or that they own."""
    return measures(user).filter(_is_to_test_for(user)).order_by(F("test_due_on").asc(nulls_last=True), "id")


def _is_late_for(user: User) -> Q:
    mine = in_units(user, CHANGE, or_of="owner__user")
    return mine & Q(state="adopted", due_on__lte=timezone.localdate() + SOON)


def _is_not_adopted_for(user: User) -> Q:
    return in_units(user, ADOPT) & Q(state="proposed", mandatory=True)


def _is_to_test_for(user: User) -> Q:
    mine = in_units(user, TEST, or_of="owner__user")
    wants = Q(failing_since__isnull=False) | Q(test_due_on__lte=timezone.localdate() + SOON)
    return mine & Q(state="in_place") & wants


def _tasks_due(user: User) -> QuerySet[MeasureTask]:
    mine = in_units(user, CHANGE, "measure__unit", or_of="owner__user")
    rows = MeasureTask.objects.visible_to(user).filter(mine, done_at__isnull=True)
    near = rows.filter(due_on__lte=timezone.localdate() + SOON).exclude(measure__state="dropped")
    return near.select_related("measure", "owner")


def _binding() -> Q:
    return Q(state="adopted") | Q(state="proposed", mandatory=True)


def _late_words(measure: Any) -> str:
    who = measure.owner.name if measure.owner else _("nobody yet")
    return _("Adopted, not in place; with %(who)s") % {"who": who}


def _url(measure: Measure) -> str:
    return reverse("measure", args=[measure.uid])
