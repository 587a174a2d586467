"""What this room wants decided, and its dates."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Dated, Due
from alcaide.common.words import money

from .models import ADOPT, CHANGE, TEST, Measure, MeasureTask
from .queries import holding, measures

SOON = timedelta(days=7)
HOURS_A_DAY = 6.0
LONGEST_LEAD = 365


def due(user: User) -> Iterator[Due]:
    """Yield the adopted measures whose date is near or past, and the mandatory ones that nobody adopted."""
    for measure in _late(user):
        if measure.due_on is None:
            continue
        yield Due(
            measure.subject, measure.name, _late_words(measure), _url(measure), _("Open"), "target",
            by=measure.due_on, since=measure.adopted_at,
        )  # fmt: skip
    for measure in _not_adopted(user):
        yield Due(
            measure.subject,
            _("Adopt: %(name)s") % {"name": measure.name},
            _("Mandatory: %(why)s; %(cost)s of cash a year")
            % {"why": measure.mandatory_why, "cost": money(measure.cost.major, measure.currency)},
            _url(measure),
            _("Decide"),
            "gavel",
            by=measure.due_on,
            since=measure.created_at,
        )
    yield from _tests(user)
    yield from _tasks(user)


def _tests(user: User) -> Iterator[Due]:
    today = timezone.localdate()
    for measure in measures(user).filter(_is_to_test_for(user)).order_by("test_due_on", "id"):
        since = measure.drifted_since(today)
        # Where a test failed, mending waits; the clock of the next test says something only once that test is near.
        is_near = measure.test_due_on is not None and measure.test_due_on <= today + SOON
        why = _("Drifted: %(why)s") % {"why": holding(measure).reason} if since else _("Its test is due")
        yield Due(
            measure.subject, _("Test: %(name)s") % {"name": measure.name}, why, _url(measure), _("Open"), "target",
            by=measure.test_due_on if is_near else None,
            since=timezone.make_aware(datetime.combine(since, time.min)) if since else None,
        )  # fmt: skip


def _tasks(user: User) -> Iterator[Due]:
    for task in _tasks_due(user).order_by("due_on", "id"):
        who = task.owner.name if task.owner else _("nobody yet")
        why = _("Task of “%(name)s”; with %(who)s") % {"name": task.measure.name, "who": who}
        if task.due_on:
            yield Due(
                task.subject, task.what, why, f"{_url(task.measure)}#h-tasks", _("Open"), "target",
                by=task.due_on, since=task.created_at,
            )  # fmt: skip


def dates(user: User, first: date, last: date) -> Iterator[Dated]:
    """Yield the days by which measures must stand, with the days that their hours take."""
    rows = measures(user).filter(_binding(), due_on__gte=first, due_on__lte=last)
    for measure in rows.order_by("due_on", "id"):
        if measure.due_on is None:
            continue
        lead = min(round(measure.effort_hours / HOURS_A_DAY), LONGEST_LEAD)
        yield Dated(measure.subject, measure.name, _url(measure), measure.due_on, lead_days=lead)
    tests = measures(user).filter(state="in_place", test_due_on__gte=first, test_due_on__lte=last)
    for measure in tests.order_by("test_due_on", "id"):
        if measure.test_due_on is not None:
            name = _("Test: %(name)s") % {"name": measure.name}
            yield Dated(measure.subject, name, _url(measure), measure.test_due_on)


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
    return measures(user).filter(_is_not_adopted_for(user)).order_by("due_on", "id")


def _is_late_for(user: User) -> Q:
    mine = Q(unit__in=scope_of(user).units_for(CHANGE)) | Q(owner__user=user)
    return mine & Q(state="adopted", due_on__lte=timezone.localdate() + SOON)


def _is_not_adopted_for(user: User) -> Q:
    return Q(state="proposed", mandatory=True, unit__in=scope_of(user).units_for(ADOPT))


def _is_to_test_for(user: User) -> Q:
    mine = Q(unit__in=scope_of(user).units_for(TEST)) | Q(owner__user=user)
    wants = Q(failing_since__isnull=False) | Q(test_due_on__lte=timezone.localdate() + SOON)
    return mine & Q(state="in_place") & wants


def _tasks_due(user: User) -> QuerySet[MeasureTask]:
    mine = Q(measure__unit__in=scope_of(user).units_for(CHANGE)) | Q(owner__user=user)
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
