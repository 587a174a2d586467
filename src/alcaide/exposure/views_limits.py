"""Pages of how limits are set: the table in force, its editions, and what is known of flaws."""

import io
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alcaide.common.people import signed_in
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.exposure import services
from alcaide.exposure.forms_actions import FactsFileForm, FactsForm, RowForms, TableForm
from alcaide.exposure.limits import RowUnusable, directive
from alcaide.exposure.models import SEE, SET_LIMITS, STATE_FACTS, FlawFacts
from alcaide.exposure.queries.limits import limit_tables, newest_table
from alcaide.exposure.tables_facts import FactsPage

SHOWN = 20
TRUTH = {"yes": True, "no": False, "": None}


@rule(SEE)
@require_safe
def limits_page(request: HttpRequest) -> HttpResponse:
    """Show how limits are set now, and every edition before."""
    require(signed_in(request), SEE)
    newest = newest_table()
    scope = scope_of(signed_in(request))
    deadlines = [
        {"exploited": facts[0], "exposed": facts[1], "automatable": facts[2], "total": facts[3], "words": row.words}
        for facts, row in sorted(directive().deadlines.items(), reverse=True)
    ]
    return render(
        request,
        "exposure/limits.html",
        {
            "newest": newest, "is_own": newest is not None and newest.kind == "own", "deadlines": deadlines,
            "editions": limit_tables(signed_in(request))[:SHOWN], "may_set": scope.allows(SET_LIMITS),
            "may_state": scope.allows(STATE_FACTS), "stated": FlawFacts.objects.count(),
        },
    )  # fmt: skip


@rule(SET_LIMITS, reach="all")
def limits_change(request: HttpRequest) -> HttpResponse:
    """Set another table; open findings follow by a job."""
    require(signed_in(request), SET_LIMITS)
    newest = newest_table()
    first = {"kind": newest.kind if newest else "bod", "opened": newest.pk if newest else 0}
    form = TableForm(request.POST or None, initial=first)
    rows = RowForms(request.POST or None, initial=newest.rows if newest else [], prefix="rows")
    is_fit = form.is_valid() and (form.cleaned_data["kind"] == "bod" or rows.is_valid())
    if request.method == "POST" and is_fit:
        given = form.cleaned_data
        kept = [row for row in rows.cleaned_data if row.get("days") is not None] if given["kind"] == "own" else []
        try:
            services.set_table(
                signed_in(request), kind=given["kind"], rows=kept, reason=given["reason"], opened=given["opened"]
            )
            messages.success(request, _("The table is in force. Open findings follow; this page says how many."))
            return redirect("limits")
        except (RowUnusable, services.TableMoved) as fault:
            form.add_error(None, str(fault))
    return render(
        request, "exposure/limits_form.html", {"form": form, "rows": rows}, status=422 if form.errors else 200
    )


@rule(SEE)
def flaw_facts_list(request: HttpRequest) -> HttpResponseBase:
    """List what is stated or published of flaws."""
    require(signed_in(request), SEE)
    return FactsPage.as_view()(request)


@rule(STATE_FACTS, reach="any")
def flaw_facts(request: HttpRequest, cve: str) -> HttpResponse:
    """State what is known of one flaw."""
    require(signed_in(request), STATE_FACTS)
    held = FlawFacts.objects.filter(cve=cve.upper()).first()
    first: dict[str, Any] = {}
    if held is not None:
        words = {value: key for key, value in TRUTH.items()}
        first = {"automatable": words[held.automatable], "impact": held.impact, "source": held.source}
    form = FactsForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.state_facts(
                signed_in(request), cve=cve, automatable=TRUTH[given["automatable"]], impact=given["impact"],
                source=given["source"],
            )  # fmt: skip
            messages.success(request, _("It is noted. Limits follow within minutes."))
            return redirect("limits")
        except services.FactsUnusable as fault:
            form.add_error(None, str(fault))
    about = {
        "form": form, "answer": _("What is known of %(cve)s?") % {"cve": cve.upper()},
        "rest": _("What nobody states is judged from its rating, and said to be."), "back_url": reverse("limits"),
    }  # fmt: skip
    return render(request, "common/form.html", about, status=422 if form.errors else 200)


@rule(STATE_FACTS, reach="any")
def flaw_facts_file(request: HttpRequest) -> HttpResponse:
    """Take published facts of many flaws."""
    require(signed_in(request), STATE_FACTS)
    form = FactsFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            text = io.StringIO(given["file"].read().decode("utf-8-sig"), newline="")
            counts = services.take_facts(signed_in(request), text, source=given["source"], on=timezone.localdate())
            said = _("%(taken)s flaws are taken; %(kept)s stay as somebody here stated them.")
            messages.success(request, said % {name: f"{number:,}" for name, number in counts.items()})
            return redirect("limits")
        except UnicodeDecodeError:
            form.add_error("file", _("The file is no UTF-8 text. Save it as CSV in UTF-8."))
        except services.FactsUnusable as fault:
            form.add_error("file", str(fault))
    about = {
        "form": form, "answer": _("Bring in facts of flaws."), "back_url": reverse("limits"),
        "rest": _("Whether an attack can be automated, and whether its impact is total."),
    }  # fmt: skip
    return render(request, "common/form.html", about, status=422 if form.errors else 200)
