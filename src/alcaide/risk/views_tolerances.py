"""Pages of what is tolerated: the list, one request with its figure then and now, asking and deciding."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from alcaide.common import charts, eyes, history
from alcaide.common.lists import Choice, Column, FirstDay, Listing, ListPage, Page, View
from alcaide.common.permissions import Refused, require
from alcaide.common.rights.doors import rule
from alcaide.common.words import money, money_range
from alcaide.organization.queries import units_to_choose
from alcaide.risk import services
from alcaide.risk.forms import DecideForm, TolerateForm, put_faults
from alcaide.risk.models import ACCEPT, ACCEPT_ABOVE, ASK, SEE, Scenario, Tolerance
from alcaide.risk.queries import others_who_may_agree, standing, tolerance_shown, tolerances_of
from alcaide.risk.queries.tolerances import LONGEST, RISE_PERCENT, has_risen, may_ask
from alcaide.risk.views_scenarios import Asking, visible

# What the page itself shows.
TOLD_ABOVE = frozenset({"scenario", "until", "loss", "above_appetite", "state", "why"})


def _dress(rows: Any, user: Any) -> None:
    given = eyes.stand_ins_of(user)
    for row in rows:
        row.shown = tolerance_shown(row, user, given=given)


def state_words(row: Tolerance) -> str:
    """Write how a tolerance stands today."""
    shown = row.shown  # type: ignore[attr-defined]  # hung on by the list
    if shown.is_out:
        return _("Its day has passed")
    if shown.has_risen and row.state == "agreed":
        return _("The figure rose")
    return str(row.get_state_display())


def _now(row: Any) -> str:
    now = row.shown.now
    return money(now.major, now.currency) if now else _("no price")


LISTING = Listing(
    name="tolerances",
    label=lazy("Tolerated risks"),
    rows=lambda user: Tolerance.objects.select_related("scenario__unit", "scenario__owner", "asked_by", "decided_by"),
    sort="until",
    dress=_dress,
    state=lambda row: "late" if row.shown.is_out else "",
    columns=(
        Column(
            "scenario", lazy("Scenario"), lambda row: row.scenario.name, lambda row: row.scenario.unit.name,
            role="lead", url=lambda row: reverse("tolerance", args=[row.uid]),
        ),
        Column(
            "loss", lazy("Figure then"), lambda row: money(row.loss.major, row.currency),
            lambda row: money_range(row.low.major, row.high.major, currency=row.currency), order="loss_minor",
            numeric=True, role="side", export=lambda row: row.loss,
        ),
        Column("now", lazy("Figure now"), _now, numeric=True, role="per", export=lambda row: row.shown.now),
        Column("until", lazy("Until"), "until", order="until", role="limit"),
        Column("state", lazy("How it stands"), state_words, role="more"),
        Column("asked", lazy("Asked by"), lambda row: row.asked_by.name if row.asked_by else _("the house itself")),
        Column("decided", lazy("Decided by"), lambda row: row.decided_by.name if row.decided_by else _("nobody yet")),
    ),
    filters=(
        Choice("area", lazy("Area"), field="scenario__area", choices=Scenario.AREAS),
        Choice("unit", lazy("Unit"), field="scenario__unit__uid", choices=units_to_choose),
    ),
    views=(
        View("open", lazy("In force or asked"), Q(state__in=["asked", "agreed"])),
        View("asked", lazy("Waits for a decision"), Q(state="asked")),
        View("risen", lazy("The figure rose"), lambda: Q(state="agreed") & has_risen()),
        View("out", lazy("Its day has passed"), lambda: Q(state="agreed", until__lt=timezone.localdate())),
        View("ended", lazy("Ended"), ~Q(state__in=["asked", "agreed"]), sort="-until"),
    ),
    first_day=FirstDay(
        "circle-check", lazy("Nothing is tolerated."),
        lazy("On a scenario's page its owner asks that its figure be tolerated until a day; somebody else agrees."),
        ((lazy("Go to the register"), "scenarios"),),
    ),
)  # fmt: skip


class ToleranceList(ListPage):
    """What was asked and agreed, the next day first."""

    listing = LISTING
    permission = SEE

    def headline(self, page: Page) -> tuple[str, str]:
        """Say how many stand, and that each has an end."""
        number = ngettext("%(n)s risk", "%(n)s risks", page.total.shown) % {"n": page.total}
        if page.is_first_day:
            return _("Nothing is tolerated."), ""
        if page.view and page.view.key == "open" and not page.is_filtered:
            return _("%(n)s tolerated or asked for.") % {"n": number}, _("Each has a figure, a reason and an end.")
        return f"{number}.", ""


@rule(ASK)
def tolerate(request: Asking, uid: UUID) -> HttpResponse:
    """Ask that a scenario be tolerated until a day."""
    scenario = visible(request, uid)
    if not may_ask(request.user, scenario):
        raise Refused(_("Who answers for it asks, or who holds the role in its unit."))
    form = TolerateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = services.ask_to_tolerate(request.user, scenario, until=given["until"], reason=given["reason"])
        except ValidationError as fault:
            put_faults(form, fault)
        else:
            messages.success(request, _("Asked. Somebody else decides; until then nothing is tolerated."))
            return redirect("tolerance", uid=made.uid)
    at, me = standing(scenario), request.user
    others = others_who_may_agree(me, scenario, above_appetite=at is None or at.is_above, asked_by=me.pk)
    about = {
        "scenario": scenario, "form": form, "at": at, "others": None if others.names else others,
        "last": timezone.localdate() + LONGEST, "rise": RISE_PERCENT,
    }  # fmt: skip
    return render(request, "risk/tolerate.html", about)


@rule(SEE)
@require_safe
def tolerance_page(request: Asking, uid: UUID) -> HttpResponse:
    """Show one request: the figure then and now, what it is measured against, and what became of it."""
    return _page(request, _found(request, uid))


@rule(SEE, write=(ACCEPT, ACCEPT_ABOVE, ASK))
@require_POST
def tolerance_decide(request: Asking, uid: UUID, act: str) -> HttpResponse:
    """Agree, refuse, or end."""
    tolerance = _found(request, uid)
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _page(request, tolerance, form=form)
    opened, note, alone = (form.cleaned_data[name] for name in ("version", "note", "emergency"))
    acts: dict[str, tuple[Callable[[], Tolerance], str]] = {
        "agree": (
            lambda: services.agree_to_tolerate(
                request.user, tolerance, opened_version=opened, note=note, emergency=alone
            ),
            _("Agreed. It is tolerated until the day, at the figure that stands here."),
        ),
        "refuse": (
            lambda: services.refuse_to_tolerate(request.user, tolerance, opened_version=opened, why=note),
            _("Not agreed. Who asked sees why."),
        ),
        "withdraw": (
            lambda: services.withdraw_tolerance(request.user, tolerance, opened_version=opened, why=note),
            _("Ended. It is no longer tolerated; what was said stays."),
        ),
    }
    do, said = acts[act]
    try:
        do()
    except ValidationError as fault:
        put_faults(form, fault)
        return _page(request, _found(request, uid), form=form)
    messages.success(request, said)
    return redirect("tolerance", uid=uid)


def _found(request: Asking, uid: UUID) -> Tolerance:
    require(request.user, SEE)
    found = tolerances_of(request.user).filter(uid=uid).first()
    if found is None:
        raise Http404(_("There is no such request, or it is not yours to see."))
    return found


def _page(request: Asking, tolerance: Tolerance, *, form: DecideForm | None = None) -> HttpResponse:
    shown = tolerance_shown(tolerance, request.user)
    today = timezone.localdate()
    dated = _moments(tolerance)
    about = {
        "shown": shown,
        "tolerance": tolerance,
        "scenario": tolerance.scenario,
        "form": form or DecideForm(initial={"version": tolerance.version}),
        "rise": RISE_PERCENT,
        "line": [charts.moments(dated, today=today, wide=wide) for wide in (True, False)],
        "table": charts.moments_table(dated, today=today),
        "told": history.of_subject(tolerance.subject, limit=10, without=TOLD_ABOVE),
    }
    if tolerance.state == "asked":
        about["others"] = others_who_may_agree(
            request.user, tolerance.scenario, above_appetite=tolerance.above_appetite, asked_by=tolerance.asked_by_id
        )
    return render(request, "risk/tolerance.html", about, status=422 if form and form.errors else 200)


def _moments(tolerance: Tolerance) -> list[charts.Moment]:
    found = [charts.Moment(timezone.localdate(tolerance.asked_at), _("Asked"))]
    if tolerance.decided_at:
        what = _("Not agreed") if tolerance.state == "refused" else _("Agreed")
        found.append(charts.Moment(timezone.localdate(tolerance.decided_at), what, look="ours"))
    if tolerance.ended_at:
        found.append(charts.Moment(timezone.localdate(tolerance.ended_at), str(tolerance.get_state_display())))
    if tolerance.state in {"asked", "agreed"}:
        found.append(charts.Moment(tolerance.until, _("Looked at again"), look="world"))
    return found
