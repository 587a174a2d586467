"""Pages of actions: what to fix first, who does it by when, and how long it takes."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST, require_safe

from alcaide.common import history, registries
from alcaide.common.lists import BulkDone, chosen_rows
from alcaide.common.lists.bulk import tell_done
from alcaide.common.models.base import LostUpdate
from alcaide.common.people import signed_in
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.exposure import services
from alcaide.exposure.forms_actions import AskForm, AssignForm, HoursForm, PromiseForm
from alcaide.exposure.models import ASK, ASSIGN, SEE, Action
from alcaide.exposure.queries import Chosen, fix_first
from alcaide.exposure.tables_actions import ACTIONS, ActionsPage, dress, headed_as_one, hours_words

MOST_AT_ONCE = 500
SHOWN_FINDINGS = 10


@rule(SEE)
def action_list(request: HttpRequest) -> HttpResponseBase:
    """List what to fix first."""
    require(signed_in(request), SEE)
    return ActionsPage.as_view()(request)


@rule(SEE)
@require_GET
def action_sums(request: HttpRequest) -> HttpResponse:
    """Say what the ticked actions come to."""
    require(signed_in(request), SEE)
    rows = list(fix_first.actions(signed_in(request)).filter(uid__in=_uids(request.GET.getlist("uid"))))
    return render(request, "exposure/_sums.html", _sums_said(request, rows))


@rule(SEE)
@require_GET
def action_heading(request: HttpRequest) -> HttpResponse:
    """Say what the few actions that head the list remove when all are done; nothing where no run can say it."""
    user = signed_in(request)
    require(user, SEE)
    first = fix_first.heading(user)
    as_one = Chosen(frozenset(row.pk for row in first))
    pieces = registries.pieces_of(Chosen.KIND, as_one, user) if len(first) > 1 else []
    found = pieces[0].about if pieces else {}
    if found.get("removes") is None:
        return HttpResponse(status=204)
    answer, rest = headed_as_one(first, found["removes"], low=found["low"], high=found["high"])
    return JsonResponse({"answer": answer, "rest": rest}, headers={"Cache-Control": "private, no-store"})


@rule(SEE)
@require_safe
def action_page(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one action: what it removes, what that rests on, its findings, promises and exceptions."""
    require(signed_in(request), SEE)
    action = _action(request, uid)
    scope = scope_of(signed_in(request))
    dress([action], signed_in(request))
    rows = action.findings.filter(state="open").select_related("asset").defer("output", "solution")
    return render(
        request,
        "exposure/action.html",
        {
            "action": action, "opened": fix_first.proof_of(action), "hours": hours_words(action.hours),
            "findings": rows.order_by("limit_on", "pk")[:SHOWN_FINDINGS],
            "promises": action.promises.select_related("owner").order_by("-pk")[:20],
            "decisions": fix_first.decisions_on(action, signed_in(request)),
            "told": history.of_subject(action.subject),
            "may_assign": action.state != "done" and scope.allows(ASSIGN, action.unit_id),
            "may_ask": action.open_findings > action.decided_findings and scope.allows(ASK, action.unit_id),
        },
    )  # fmt: skip


@rule(ASSIGN)
@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """Give the chosen actions to somebody."""
    require(signed_in(request), ASSIGN)

    def do(rows: Sequence[Action], given: dict[str, Any]) -> BulkDone:
        done = services.assign(signed_in(request), rows, owner=given["owner"])
        said = ngettext("%(n)d action is now %(name)s's.", "%(n)d actions are now %(name)s's.", done.changed)
        return BulkDone(said % {"n": done.changed, "name": given["owner"].name}, undo=done.undo)

    return _bulk(request, AssignForm(_given(request), user=signed_in(request)), do, answer=_("Who does it?"),
                 act=_("Assign"))  # fmt: skip


@rule(ASSIGN)
@require_POST
def promise(request: HttpRequest) -> HttpResponse:
    """Set the day by which the chosen actions are promised."""
    require(signed_in(request), ASSIGN)

    def do(rows: Sequence[Action], given: dict[str, Any]) -> BulkDone:
        done = services.promise(signed_in(request), rows, on=given["on"])
        said = ngettext("%(n)d day is promised.", "%(n)d days are promised.", done.changed)
        return BulkDone(said % {"n": done.changed}, undo=done.undo)

    return _bulk(request, PromiseForm(_given(request)), do, answer=_("By which day?"), act=_("Set the date"))


@rule(ASK)
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for an exception for the chosen actions."""
    require(signed_in(request), ASK)

    def do(rows: Sequence[Action], given: dict[str, Any]) -> BulkDone:
        number = len(services.ask_all(signed_in(request), rows, **given))
        said = ngettext(
            "%(n)d exception is asked for. Nothing changes until somebody else decides.",
            "%(n)d exceptions are asked for. Nothing changes until somebody else decides.",
            number,
        )
        return BulkDone(said % {"n": number})

    return _bulk(request, AskForm(_given(request), user=signed_in(request)), do, act=_("Ask"),
                 answer=_("Ask for an exception."), is_asked_of_others=True)  # fmt: skip


@rule(ASSIGN)
def hours(request: HttpRequest, uid: str) -> HttpResponse:
    """Say how long an action takes."""
    require(signed_in(request), SEE)
    action = _action(request, uid)
    require(signed_in(request), ASSIGN, unit_id=action.unit_id)
    form = HoursForm(request.POST or None, initial={
        "hours": action.hours, "why": "" if action.hours_basis == "rule" else action.hours_why,
        "basis": "judgement" if action.hours_basis == "rule" else action.hours_basis,
    })  # fmt: skip
    form.open_at(action)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.estimate(
                signed_in(request), action, hours=given["hours"], basis=given["basis"], why=given["why"],
                opened_version=form.opened_version,
            )  # fmt: skip
            messages.success(request, _("The hours are noted."))
            return redirect("action", uid=uid)
        except (services.NothingToPromise, LostUpdate) as fault:
            form.add_error(None, str(fault))
    about = {
        "form": form, "answer": _("How long does it take?"), "rest": action.title,
        "back_url": reverse("action", args=[uid]),
    }  # fmt: skip
    return render(request, "common/form.html", about, status=422 if form.errors else 200)


def _bulk(
    request: HttpRequest,
    form: forms.Form,
    do: Callable[[Sequence[Action], dict[str, Any]], BulkDone],
    *,
    answer: str,
    act: str,
    is_asked_of_others: bool = False,
) -> HttpResponse:
    """Ask what the act needs for the chosen actions, then do it; what is refused stands on the form."""
    rows = chosen_rows(request, ACTIONS).select_related("unit", "owner").order_by("pk")
    chosen = list(rows[: MOST_AT_ONCE + 1])
    back = _back(request)
    if not chosen or len(chosen) > MOST_AT_ONCE:
        messages.warning(request, _few(len(chosen)))
        return redirect(back)
    if form.is_bound and form.is_valid():
        try:
            tell_done(request, ACTIONS, do(chosen, form.cleaned_data))
            return redirect(back)
        except (services.NothingToPromise, services.DecisionRefused) as fault:
            form.add_error(None, str(fault))
    about = {
        "form": form, "answer": answer, "act": act, "back_url": back, "chosen": chosen[:10],
        "more": max(0, len(chosen) - 10), "kept": _kept(request, chosen), **_sums_said(request, chosen),
    }  # fmt: skip
    if is_asked_of_others:
        about["others"] = fix_first.nobody_else(signed_in(request), (row.unit for row in chosen))
    return render(request, "exposure/bulk.html", about, status=422 if form.errors else 200)


def _given(request: HttpRequest) -> Any:
    """Return what the form was given; the list's own post opens the form and gives it nothing."""
    return request.POST if request.POST.get("given") == "1" else None


def _kept(request: HttpRequest, chosen: Sequence[Action]) -> list[tuple[str, str]]:
    kept = [("uid", str(each.uid)) for each in chosen]
    return [*kept, ("back", _back(request)), ("given", "1")]


def _few(number: int) -> str:
    if not number:
        return _("No action is chosen that you may see. Tick some and try again.")
    return _("At most %(most)s actions at once. Narrow the list first.") % {"most": f"{MOST_AT_ONCE:,}"}


def _back(request: HttpRequest) -> str:
    asked = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith("/")
    return asked if is_ours else reverse("actions")


def _sums_said(request: HttpRequest, chosen: Sequence[Action]) -> dict[str, Any]:
    """Return what chosen actions come to: several priced as one by a room above, where one does."""
    sums = fix_first.summed(chosen)
    as_one = Chosen(frozenset(row.pk for row in chosen))
    pieces = registries.pieces_of(Chosen.KIND, as_one, signed_in(request)) if sums.priced and sums.actions > 1 else []
    return {"sums": sums, "hours": hours_words(sums.hours), "together": pieces[0] if pieces else None}


def _uids(typed: Sequence[str]) -> list[Any]:
    field = Action._meta.get_field("uid")
    found = []
    for each in typed[:MOST_AT_ONCE]:
        try:
            found.append(field.to_python(each))
        except forms.ValidationError:
            continue
    return found


def _action(request: HttpRequest, uid: str) -> Action:
    found: Action = get_object_or_404(fix_first.actions(signed_in(request)), uid=uid)
    return found
