"""Pages of the tests of a measure, its cadence and its tasks. The page for a test works without a network."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alcaide.common import charts
from alcaide.common.offline import kept
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule

from . import services
from .forms import CadenceForm, TaskForm, TestForm, put_faults
from .models import CHANGE, SEE, TEST, Measure, MeasureTask, MeasureTest
from .queries import holding, tests_of
from .views import Asking, visible

LOOKS = {"works": "ours", "partly": "opinion", "fails": "world", "untested": "scope"}
MOST_SHOWN = 20


@rule(TEST)
@kept(hours=24)
def test_new(request: Asking, uid: UUID) -> HttpResponse:
    """Record a test of a measure; the page stays on the phone for a day, and what is typed waits for a network."""
    measure = visible(request, uid)
    require(request.user, TEST, unit_id=measure.unit_id)
    form = TestForm(request.POST or None, who=request.user.name)
    if request.method == "POST" and form.is_valid():
        try:
            made = _record(request, measure, form.cleaned_data)
        except ValidationError as fault:
            put_faults(form, fault)
        else:
            messages.success(request, _("The test is kept. What it found counts with the next figures."))
            return redirect("measure-test", uid=made.uid)
    return render(request, "controls/test_form.html", {"measure": measure, "form": form})


@rule(SEE)
@require_safe
def test_page(request: Asking, uid: UUID) -> HttpResponse:
    """Show one test with its evidence and what is said of it."""
    require(request.user, SEE)
    rows = MeasureTest.objects.visible_to(request.user).select_related("measure", "measure__unit", "entered_by")
    test = rows.filter(uid=uid).first()
    if test is None:
        raise Http404(_("There is no such test, or it is not yours to see."))
    return render(request, "controls/test.html", {"test": test, "measure": test.measure})


@rule(CHANGE)
def cadence(request: Asking, uid: UUID) -> HttpResponse:
    """Say how often a measure is tested."""
    measure = visible(request, uid)
    require(request.user, CHANGE, unit_id=measure.unit_id)
    form = CadenceForm(request.POST or None, initial=_cadence(measure))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        shares = {name: given[name] for name in ("overdue_low", "overdue_high") if given[name] is not None}
        try:
            services.set_cadence(
                request.user, measure, opened_version=given["version"], every_days=given["every_days"], **shares
            )
        except ValidationError as fault:
            put_faults(form, fault)
        else:
            messages.success(request, _("Kept."))
            return redirect("measure", uid=uid)
    about = {
        "form": form,
        "answer": _("How often is “%(name)s” tested?") % {"name": measure.name},
        "rest": _("What is never tested is only believed."),
        "act": _("Keep"),
        "back_url": reverse("measure", args=[uid]),
    }
    return render(request, "common/form.html", about)


@rule(CHANGE)
def task_new(request: Asking, uid: UUID) -> HttpResponse:
    """Add a task to a measure."""
    measure = visible(request, uid)
    require(request.user, CHANGE, unit_id=measure.unit_id)
    form = TaskForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_task(request.user, measure, **form.cleaned_data)
        except ValidationError as fault:
            put_faults(form, fault)
        else:
            return redirect(f"{reverse('measure', args=[uid])}#h-tasks")
    about = {
        "form": form,
        "answer": _("What is to be done for “%(name)s”?") % {"name": measure.name},
        "act": _("Add the task"),
        "back_url": reverse("measure", args=[uid]),
    }
    return render(request, "common/form.html", about)


@rule(CHANGE, owner=(SEE,))
@require_POST
def task_step(request: Asking, uid: UUID, act: str) -> HttpResponse:
    """Say that a task is done, or that it is not after all."""
    require(request.user, SEE)
    task = get_object_or_404(MeasureTask.objects.visible_to(request.user).select_related("measure", "owner"), uid=uid)
    try:
        (services.finish_task if act == "done" else services.reopen_task)(request.user, task)
    except ValidationError as fault:
        messages.warning(request, fault.messages[0])
    return redirect(f"{reverse('measure', args=[task.measure.uid])}#h-tasks")


def about_tests(measure: Measure, request: Asking) -> dict[str, Any]:
    """Return what a measure's page shows of its tests, its tasks and of what holds."""
    today = timezone.localdate()
    scope, found = scope_of(request.user), list(tests_of(measure, request.user)[:MOST_SHOWN])
    may_change = scope.allows(CHANGE, measure.unit_id)
    dated = _moments(measure, found, today=today)
    tasks = list(measure.tasks.select_related("owner", "done_by"))
    return {
        "holding": holding(measure),
        "tests": found,
        "tests_drawn": [charts.moments(dated, today=today, wide=wide) for wide in (True, False)] if found else [],
        "tests_table": charts.moments_table(dated, today=today),
        "test_is_overdue": measure.overdue_since(today) is not None,
        "may_test": measure.state == "in_place" and scope.allows(TEST, measure.unit_id),
        "tasks": [(each, may_change or _is_theirs(each, request)) for each in tasks],
        "tasks_open": sum(each.done_at is None for each in tasks),
    }


def _record(request: Asking, measure: Measure, given: dict[str, Any]) -> MeasureTest:
    low, high = (given[name] if given[name] is not None else 1.0 for name in ("held_low", "held_high"))
    return services.record_test(
        request.user, measure, what=given["what"], how=given["how"], tested_on=given["tested_on"],
        by_whom=given["by_whom"], outcome=services.Outcome(given["result"], given["found"], low, high),
    )  # fmt: skip


def _cadence(measure: Measure) -> dict[str, Any]:
    known = {"version": measure.version, "every_days": measure.test_every_days}
    if measure.test_every_days is None:
        return known
    return {**known, "overdue_low": f"{measure.overdue_low:.0%}", "overdue_high": f"{measure.overdue_high:.0%}"}


def _moments(measure: Measure, tests: list[MeasureTest], *, today: date) -> list[charts.Moment]:
    found = [
        charts.Moment(each.tested_on, each.what, each.get_result_display(), LOOKS[each.result])
        for each in reversed(tests)
    ]
    if measure.in_place_at:
        found.insert(0, charts.Moment(timezone.localdate(measure.in_place_at), _("Put in place")))
    if missed := measure.overdue_since(today):
        found.append(charts.Moment(missed, _("A test was missed"), _("overdue"), "world"))
    return found


def _is_theirs(task: MeasureTask, request: Asking) -> bool:
    return task.owner is not None and task.owner.user_id == request.user.pk
