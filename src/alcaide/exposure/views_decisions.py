"""Pages of exceptions: asked for, answered by somebody else, renewed, ended."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alcaide.common import eyes, history
from alcaide.common.models.base import LostUpdate
from alcaide.common.people import signed_in
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.exposure import queries, services
from alcaide.exposure.forms_actions import AskForm
from alcaide.exposure.models import ASK, DECIDE, EXCEPTION, SEE, Decision, Finding
from alcaide.exposure.queries import fix_first
from alcaide.exposure.queries.fix_first import nobody_else
from alcaide.exposure.tables_actions import ExceptionsPage
from alcaide.organization.models import Unit

SHOWN_FINDINGS = 20


@rule(SEE)
def exception_list(request: HttpRequest) -> HttpResponseBase:
    """List exceptions, those that wait for an answer first."""
    require(signed_in(request), SEE)
    return ExceptionsPage.as_view()(request)


@rule(SEE)
@require_safe
def exception_page(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one exception: what it leaves open, why, who answers for it, and what may be done."""
    require(signed_in(request), SEE)
    decision = _decision(request, uid)
    user, scope = signed_in(request), scope_of(signed_in(request))
    rows = queries.findings(user).filter(key__in=decision.covered.values("key")).defer("output", "solution")
    asks = scope.allows(ASK, decision.unit_id)
    may_decide = eyes.may_answer(user, EXCEPTION, unit_id=decision.unit_id, makers={decision.asked_by_id})
    return render(
        request,
        "exposure/exception.html",
        {
            "decision": decision, "findings": rows.order_by("limit_on", "pk")[:SHOWN_FINDINGS],
            "told": history.of_subject(decision.subject),
            "is_own": decision.asked_by_id == user.pk,
            "others": _others(user, decision) if decision.is_waiting else None,
            "may_decide": decision.is_waiting and may_decide,
            "may_alone": decision.is_waiting and asks and not may_decide,
            "may_withdraw": decision.state == "asked" and asks,
            "may_end": decision.state == "in_force" and asks,
        },
    )  # fmt: skip


@rule(ASK)
def finding_ask(request: HttpRequest, uid: str) -> HttpResponse:
    """Ask for an exception for one finding."""
    require(signed_in(request), SEE)
    finding: Finding = get_object_or_404(queries.findings(signed_in(request)), uid=uid)
    require(signed_in(request), ASK, unit_id=finding.unit_id)
    return _ask(
        request, lambda user, given: services.ask(user, finding, **given), about=str(finding), unit=finding.unit,
        back=reverse("finding", args=[uid]),
    )  # fmt: skip


@rule(ASK)
def exception_renew(request: HttpRequest, uid: str) -> HttpResponse:
    """Ask that an exception in force be renewed."""
    require(signed_in(request), SEE)
    decision = _decision(request, uid)
    require(signed_in(request), ASK, unit_id=decision.unit_id)
    first = {"kind": decision.kind, "owner": decision.owner, "reason": decision.reason}
    return _ask(
        request, lambda user, given: services.renew(user, decision, **given), about=decision.title, first=first,
        unit=decision.unit, back=reverse("exception", args=[uid]),
    )  # fmt: skip


@rule(DECIDE)
@require_POST
def exception_approve(request: HttpRequest, uid: str) -> HttpResponse:
    """Put an exception in force."""
    answer, emergency = request.POST.get("answer", ""), request.POST.get("emergency", "")
    return _answer(
        request, uid, lambda user, held: services.approve(user, held, answer=answer, emergency=emergency),
        _("It is in force."),
    )  # fmt: skip


@rule(DECIDE)
@require_POST
def exception_refuse(request: HttpRequest, uid: str) -> HttpResponse:
    """Refuse an exception."""
    answer = request.POST.get("answer", "")
    return _answer(request, uid, lambda user, held: services.refuse(user, held, answer=answer), _("It is refused."))


@rule(ASK)
@require_POST
def exception_withdraw(request: HttpRequest, uid: str) -> HttpResponse:
    """Take back a question that nobody has answered."""
    return _answer(request, uid, services.withdraw, _("It is withdrawn."))


@rule(DECIDE)
@require_POST
def exception_end(request: HttpRequest, uid: str) -> HttpResponse:
    """End an exception before its day."""
    why = request.POST.get("answer", "")
    return _answer(request, uid, lambda user, held: services.end_early(user, held, why=why), _("It is over."))


def _answer(request: HttpRequest, uid: str, do: Callable[[Any, Decision], Any], done: str) -> HttpResponse:
    require(signed_in(request), SEE)
    decision = _decision(request, uid)
    try:
        do(signed_in(request), decision)
        messages.success(request, done)
    except (services.DecisionRefused, eyes.SamePerson, LostUpdate) as fault:
        messages.error(request, str(fault))
    return redirect("exception", uid=uid)


def _ask(
    request: HttpRequest,
    do: Callable[[Any, dict[str, Any]], Decision],
    *,
    about: str,
    unit: Unit,
    back: str,
    first: dict[str, Any] | None = None,
) -> HttpResponse:
    form = AskForm(request.POST or None, user=signed_in(request), initial=first or {})
    if request.method == "POST" and form.is_valid():
        try:
            asked = do(signed_in(request), form.cleaned_data)
            messages.success(request, _("It is asked for. Nothing changes until somebody else decides."))
            return redirect("exception", uid=asked.uid)
        except services.DecisionRefused as fault:
            form.add_error(None, str(fault))
    shown = {
        "form": form, "answer": _("Ask for an exception."), "rest": about, "act": _("Ask"), "back_url": back,
        "others": nobody_else(signed_in(request), [unit]),
    }  # fmt: skip
    return render(request, "common/form.html", shown, status=422 if form.errors else 200)


def _others(user: Any, decision: Decision) -> eyes.Others:
    return eyes.others_who_may(EXCEPTION, unit_id=decision.unit_id, but={decision.asked_by_id}, user=user)


def _decision(request: HttpRequest, uid: str) -> Decision:
    found: Decision = get_object_or_404(fix_first.decisions(signed_in(request)), uid=uid)
    return found
