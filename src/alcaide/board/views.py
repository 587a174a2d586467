"""Pages of the board: home, what waits for a decision, packs, deciding on a plan."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from alcaide.board import services
from alcaide.board.forms import DecisionForm
from alcaide.board.models import DECIDE, PRINT, SEE, Decision, Pack
from alcaide.board.queries import Home, home
from alcaide.board.queries.decide import Agenda
from alcaide.board.queries.roles import (
    AnalystHome,
    AuditorHome,
    EmployeeHome,
    HeadHome,
    HomeOf,
    RoleHome,
    home_of,
    role_home,
)
from alcaide.common import charts
from alcaide.common.files import open_stored
from alcaide.common.models import User
from alcaide.common.notices.queries import show
from alcaide.common.people import signed_in
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import OWN, rule
from alcaide.common.taken import tell_taken
from alcaide.common.words import count as count_words
from alcaide.common.words import money as money_words
from alcaide.common.words import share as share_words
from alcaide.risk.models import Proposal
from alcaide.risk.queries import Figures, Plan, PlanLine, plan_of, read_plan

SHOWN_ON_HOME = 6


@dataclass(frozen=True)
class Curves:
    """The loss curve in its two widths, and the same in numbers."""

    wide: SafeString
    narrow: SafeString
    table: charts.CurveTable


@rule(OWN)
def home_page(request: HttpRequest) -> HttpResponse:
    """Show what somebody's role begins its day with: for the chief what a year may cost beside what waits."""
    user = signed_in(request)
    which = home_of(user)
    if which != "whole":
        return _role_home(request, user, which)
    page = home(user, now=timezone.now())
    plan = plan_of(page.figures) if page.figures else None
    return render(
        request,
        "board/home.html",
        {
            "page": page,
            "plan": plan,
            "curves": _curves(page, plan),
            "shares": _shares(page),
            "areas": [
                (card, charts.spark(card.course, area=card.key), charts.bar(card.share, area=card.key))
                for card in page.areas
            ],
            "steps": _steps(page),
            "shown": page.agenda.items[:SHOWN_ON_HOME],
            **_headline(page),
        },
    )


def _role_home(request: HttpRequest, user: User, which: HomeOf) -> HttpResponse:
    own = role_home(user, which, now=timezone.now())
    shown = show(own.notices, user) if isinstance(own, EmployeeHome) else {}
    about = {
        "own": own,
        "page": own,
        "piece": f"board/_home_{which}.html",
        "shown": own.agenda.items[:SHOWN_ON_HOME],
        "told": [(each, shown[each.pk]) for each in own.notices] if isinstance(own, EmployeeHome) else (),
        "need": _need(own.agenda),
        "rest": _rest(own),
    }
    return render(request, "board/home_role.html", about)


def _rest(own: RoleHome) -> str:
    """Say beside the heading what else the role should know first."""
    match own:
        case HeadHome():
            return _rest_of_head(own)
        case AuditorHome():
            return _rest_of_auditor(own)
        case AnalystHome(actions=(first, *_more)) if first.is_priced:
            return _("Start with: %(what)s.") % {"what": first.title}
    return ""


def _rest_of_head(own: HeadHome) -> str:
    if own.loss is None:
        return _("Your units' scenarios are not priced yet.")
    said = ngettext(
        "Your units' %(n)s scenario costs %(loss)s in an expected year.",
        "Your units' %(n)s scenarios cost %(loss)s in an expected year.",
        own.priced,
    )
    return said % {"n": count_words(own.priced), "loss": money_words(own.loss.major, own.loss.currency)}


def _rest_of_auditor(own: AuditorHome) -> str:
    if own.head is None:
        return _("The trail has no signed head yet.")
    if not own.unsigned:
        return _("Every line of the trail is signed.")
    said = ngettext(
        "%(n)s line waits for the next signature.", "%(n)s lines wait for the next signature.", own.unsigned
    )
    return said % {"n": count_words(own.unsigned)}


@rule(SEE, reach="all")
def board_page(request: HttpRequest) -> HttpResponse:
    """Show the packs that were printed and the decisions that were taken."""
    require(signed_in(request), SEE)
    decisions = Decision.objects.select_related("decided_by", "proposal__run").prefetch_related("measures")
    return render(
        request,
        "board/board.html",
        {
            "packs": Pack.objects.select_related("run", "file", "made_by")[:50],
            "decisions": decisions[:50],
            "may_print": scope_of(signed_in(request)).allows(PRINT),
        },
    )


@rule(PRINT, reach="all")
@require_POST
def print_pack(request: HttpRequest) -> HttpResponse:
    """Print the newest run as a pack and hand it over."""
    try:
        pack = services.print_pack(signed_in(request))
    except services.NothingToPrint as fault:
        messages.error(request, str(fault))
        return redirect("board")
    messages.success(request, _("“%(title)s” is printed and kept.") % {"title": pack.title})
    return redirect("board")


@rule(SEE, reach="all")
def pack_file(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Hand over a printed pack."""
    require(signed_in(request), SEE)
    pack = get_object_or_404(Pack.objects.select_related("file"), uid=uid)
    tell_taken(signed_in(request), pack.subject, format="pdf", sha256=pack.file.sha256)
    return FileResponse(
        open_stored(pack.file), as_attachment=True, filename=pack.file.name, content_type="application/pdf"
    )


@rule(DECIDE, reach="all")
def decide_plan(request: HttpRequest, uid: str) -> HttpResponse:
    """Ask which measures of a plan are adopted, and keep the decision."""
    require(signed_in(request), DECIDE)
    proposal = get_object_or_404(Proposal.objects.select_related("run"), uid=uid)
    shown = read_plan(proposal, Figures.of(proposal.run))
    form = DecisionForm(request.POST or None, rows=(*shown.chosen, *shown.others))
    if request.method == "POST" and form.is_valid():
        try:
            services.decide(
                signed_in(request), proposal, measures=form.cleaned_data["measures"], note=form.cleaned_data["note"]
            )
        except ValidationError as fault:
            form.add_error(None, fault)
        else:
            messages.success(request, _("Decided. The measures are adopted; their owners see them in their lists."))
            return redirect("board")
    return render(
        request,
        "board/decide_plan.html",
        {"proposal": proposal, "plan": shown, "form": form, "rows": _ticked(form, shown)},
        status=422 if form.is_bound else 200,
    )


def _ticked(form: DecisionForm, shown: Plan) -> list[tuple[PlanLine, bool, bool]]:
    """Return each measure with whether it is ticked, as typed or as the plan says, and whether it can be."""
    open_ones = {str(uid) for uid in form.measures_open()}
    ticked = form.typed() if form.is_bound else {row.uid for row in shown.chosen}
    return [(row, row.uid in ticked, row.uid in open_ones) for row in (*shown.chosen, *shown.others)]


def _headline(page: Home) -> dict[str, Any]:
    return {"need": _need(page.agenda), "trend": _trend(page)}


def _need(waits: Agenda) -> str:
    waiting = waits.today
    if not waiting:
        return _("Nothing needs you today.")
    said = ngettext("%(n)s thing needs you today.", "%(n)s things need you today.", waiting)
    return said % {"n": _in_words(waiting)}


def _trend(page: Home) -> str:
    if page.figures is None:
        return _("There are no figures yet.")
    if not page.figures.whole:
        return _("You see the scenarios of your own units.")
    if page.baseline is None:
        return _("These are the first figures; there is nothing to compare them with yet.")
    before, now = page.baseline.results["mean"], page.figures.results["mean"]
    change = now / before - 1 if before else 0.0
    words = {"part": share_words(abs(change)), "since": page.baseline.label, "cause": _cause(page)}
    if abs(change) < 0.005:
        return _("Expected loss stands where it stood on %(since)s.") % words
    if change < 0:
        return _("Expected loss fell %(part)s since %(since)s%(cause)s.") % words
    return _("Expected loss rose %(part)s since %(since)s%(cause)s.") % words


def _cause(page: Home) -> str:
    alone = {
        "verified action": _(", by our own verified action"),
        "world": _(", because of what scans and feeds found"),
        "revised opinion": _(", because estimates were revised"),
        "scope": _(", because more is counted now"),
    }
    beside_others = {
        "verified action": _(", chiefly by our own verified action"),
        "world": _(", chiefly because of what scans and feeds found"),
        "revised opinion": _(", chiefly because estimates were revised"),
        "scope": _(", chiefly because more is counted now"),
    }
    return (alone if page.is_alone else beside_others).get(page.cause, "")


def _in_words(number: int) -> str:
    small = [_("No"), _("One"), _("Two"), _("Three"), _("Four"), _("Five"), _("Six"), _("Seven"), _("Eight"), _("Nine")]
    return small[number] if number < len(small) else str(number)


def _curves(page: Home, plan: Plan | None) -> Curves | None:
    if page.figures is None or not page.figures.whole or page.figures.results["curve"] is None:
        return None
    results = page.figures.results
    curve, beyond = results["curve"], results["beyond"]
    now = list(zip(curve["at"], curve["chance"], strict=True))
    last = page.baseline.results["curve"] if page.baseline else None
    before = list(zip(last["at"], last["chance"], strict=True)) if last else None
    band = list(zip(curve["at"], curve["low"], curve["high"], strict=True))
    currency, planned = page.figures.run.currency, plan.curve if plan else None

    def draw(*, wide: bool) -> SafeString:
        return charts.loss_curve(
            now, before, plan=planned, band=band, currency=currency, wide=wide,
            appetite=charts.Appetite(beyond["limit"], beyond["accepted"]) if beyond else None,
            last_label=page.baseline.label if page.baseline else "",
        )  # fmt: skip

    table = charts.curve_table(now, before, plan=planned, band=band, currency=currency)
    return Curves(draw(wide=True), draw(wide=False), table)


def _shares(page: Home) -> dict[str, Any] | None:
    if page.figures is None or not page.figures.whole:
        return None
    split = page.figures.results["shares"]
    return {**split, "drawn": charts.shares(split["measured"], split["sector"], split["judgement"])}


def _steps(page: Home) -> list[tuple[Any, SafeString]]:
    scale = max((max(step.start, step.end) for step in page.steps), default=1.0)
    return [(step, charts.step(step.start, step.end, scale=scale, kind=step.look)) for step in page.steps]
