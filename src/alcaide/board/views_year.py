"""Pages of the year: the calendar, moving a day, what was missed, quiet times, and the calendar feed."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from alcaide.board import services
from alcaide.board.forms_year import AnswerForm, MoveForm, QuietForm, WhyMissedForm
from alcaide.board.icalendar_text import as_icalendar
from alcaide.board.models import PLAN_YEAR, Feed, MissedDay, ProposedDay, QuietTime
from alcaide.board.queries.year import Line, YearDates, when, year_of
from alcaide.board.queries.year_drawn import Quarter, draw, quarters, weeks_from, year_around
from alcaide.board.services.feeds import digest_of, seen_in, told_to_calendars
from alcaide.board.services.year import found, may_move, may_plan, why_fixed
from alcaide.common import words
from alcaide.common.asking import ask, kept
from alcaide.common.models import User
from alcaide.common.people import signed_in
from alcaide.common.permissions import Refused, scope_of
from alcaide.common.registries import date_kinds
from alcaide.common.rights.doors import OPEN, OWN, rule
from alcaide.common.waiting import dated_for
from alcaide.organization.queries import FiscalYear

BACK = timedelta(weeks=13)
"""How far the page of the weeks ahead looks back for what was missed."""
SHOWN = 150
MOST_MISSED = 20


@dataclass(frozen=True)
class Chosen:
    """What the page was narrowed to."""

    view: str
    room: str
    kind: str
    unit: int | None
    owner: int | None

    @classmethod
    def of(cls, request: HttpRequest) -> "Chosen":
        return cls(
            "year" if request.GET.get("view") == "year" else "weeks", request.GET.get("room", "")[:40],
            request.GET.get("kind", "")[:40], _number(request.GET.get("unit")), _number(request.GET.get("owner")),
        )  # fmt: skip

    @property
    def is_narrow(self) -> bool:
        return bool(self.room or self.kind or self.unit or self.owner)


@rule(OWN)
@require_safe
def year_page(request: HttpRequest) -> HttpResponse:
    """Show every room's dates: drawn on a grid of weeks, and as a list."""
    user, today, chosen = signed_in(request), timezone.localdate(), Chosen.of(request)
    around = year_around(_day(request.GET.get("on")) or today)
    first, last = (around.first, around.last) if chosen.view == "year" else weeks_from(today)
    dates = year_of(user, min(first, today - BACK) if chosen.view == "weeks" else first, last)
    narrowed = dates.only(room=chosen.room, kind=chosen.kind, unit=chosen.unit, owner=chosen.owner)
    lines = [each for each in narrowed if first <= each.on]
    missed = [each for each in narrowed if each.state == "missed"]
    shown = lines if request.GET.get("all") else lines[:SHOWN]
    about = {
        "chosen": chosen, "around": around, "quarters": _drawn(lines, dates, chosen, around=around),
        "rows": [(each, when(each, today=today)) for each in shown], "left": len(lines) - len(shown),
        "missed": [(each, words.day(each.on, today=today)) for each in missed[:MOST_MISSED]],
        "missed_left": max(0, len(missed) - MOST_MISSED), "answer": _answer(lines, missed), "rest": _rest(lines),
        "dates": dates, "kinds": date_kinds(), "rooms": sorted({kind.key.partition(".")[0] for kind in date_kinds()}),
        "may_plan": scope_of(user).allows(PLAN_YEAR), "before": around.first - timedelta(days=1),
        "after": around.last + timedelta(days=1), "filters": _filters(request),
        "waiting": ProposedDay.objects.filter(proposed_by=user, state="waiting"),
    }  # fmt: skip
    return render(request, "board/year.html", about)


@rule(OWN)
@require_safe
def missed_page(request: HttpRequest) -> HttpResponse:
    """Show every day of the fiscal year that passed undone, and what was said of it; and what was said before."""
    user, today = signed_in(request), timezone.localdate()
    around = year_around(today)
    dates = year_of(user, around.first, today - timedelta(days=1)) if around.first < today else None
    missed = [each for each in dates.lines if each.state == "missed"] if dates else []
    said: dict[tuple[str, str], MissedDay] = {}
    for each in MissedDay.objects.filter(on__gte=around.first).select_related("said_by").order_by("id"):
        said[each.about, each.what] = each
    rows = [
        (each, words.day(each.on, today=today), _still(said.pop((each.dated.subject, each.dated.what), None), each))
        for each in missed
    ]
    mine = [each for each in said.values() if each.said_by_id == user.pk or scope_of(user).covers_all(PLAN_YEAR)]
    return render(request, "board/year_missed.html", {"rows": rows, "since": mine, "around": around})


@rule(OWN)
def move_page(request: HttpRequest, on: str, what: str) -> HttpResponse:
    """Ask to which day a date moves, and why; who may not move it proposes."""
    user = signed_in(request)
    line = _line(user, on, what)
    fixed, own = why_fixed(line), may_move(user, line)
    if fixed or not may_plan(user, line):
        reason = fixed or _("You may not propose dates here. Ask its owner.")
        return render(request, "board/year_fixed.html", {"line": line, "reason": reason}, status=200 if fixed else 403)
    form = MoveForm(request.POST or None, initial={"to": _day(request.GET.get("to")) or line.on})
    if request.method == "POST" and form.is_valid():
        made = kept(form, services.move_date, user, on, what=what, **form.values)
        if made is not None:
            said = _("“%(what)s” is moved.") if made.state == "moved" else _("Proposed. Whoever may move it is asked.")
            messages.success(request, said % {"what": made.title})
            return redirect("year")
    answer = _("Move this day.") if own else _("Propose another day.")
    rest = _("%(what)s, %(on)s") % {"what": line.dated.title, "on": words.day(line.on, today=timezone.localdate())}
    return ask(
        request, form, answer=answer, rest=rest, act=_("Move") if own else _("Propose"), back_url=reverse("year")
    )


@rule(OWN)
def why_page(request: HttpRequest, on: str, what: str) -> HttpResponse:
    """Ask why a day passed undone."""
    user = signed_in(request)
    line = _line(user, on, what)
    form = WhyMissedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = kept(form, services.say_why_missed, user, on, what=what, why=form.cleaned_data["why"])
        if made is not None:
            messages.success(request, _("Kept. It stays when the work is done."))
            return redirect("year-missed")
    return ask(request, form, answer=_("Why was this missed?"), rest=line.dated.title, back_url=reverse("year-missed"))


@rule(OWN)
def answer_page(request: HttpRequest, uid: str) -> HttpResponse:
    """Ask whoever may move a date whether it moves as proposed."""
    user = signed_in(request)
    proposal = get_object_or_404(ProposedDay.objects.select_related("proposed_by"), uid=uid, state="waiting")
    line = _line(user, proposal.about, proposal.what)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        moves, answer = form.cleaned_data["moves"] == "yes", form.cleaned_data["answer"]
        if kept(form, services.answer_proposal, user, proposal, moves=moves, answer=answer) is not None:
            messages.success(request, _("Answered."))
            return redirect("year")
    today = timezone.localdate()
    about = {
        "what": line.dated.title, "was": words.day(proposal.was_on, today=today), "why": proposal.why,
        "to": words.day(proposal.to_on, today=today), "name": proposal.proposed_by.name,
    }  # fmt: skip
    rest = _("%(what)s: from %(was)s to %(to)s, asks %(name)s. %(why)s") % about
    return ask(request, form, answer=_("Move this day?"), rest=rest, act=_("Answer"), back_url=reverse("year"))


@rule(OWN)
@require_POST
def withdraw(request: HttpRequest, uid: str) -> HttpResponse:
    """Take back a proposed day."""
    user = signed_in(request)
    try:
        services.withdraw_proposal(user, get_object_or_404(ProposedDay, uid=uid, proposed_by=user))
    except services.CannotMove as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, _("Taken back."))
    return redirect("year")


@rule(OWN, write=PLAN_YEAR)
def quiet_page(request: HttpRequest) -> HttpResponse:
    """Show the times without dates, and ask for another."""
    user = signed_in(request)
    may = scope_of(user).allows(PLAN_YEAR)
    form = QuietForm(request.POST or None, user=user) if may else None
    if request.method == "POST":
        if form is None:
            raise Refused(_("You may not plan the year. Ask whoever does."))
        if form.is_valid() and kept(form, services.add_quiet_time, user, **form.values) is not None:
            messages.success(request, _("Kept. What falls into it shows as a clash."))
            return redirect("year-quiet")
    rows = QuietTime.objects.filter(withdrawn_at=None, until_on__gte=timezone.localdate()).visible_to(user)
    units = scope_of(user).units_for(PLAN_YEAR)
    shown = [(each, each.unit_id in units) for each in rows.select_related("unit")]
    about = {"rows": shown, "form": form}
    return render(request, "board/year_quiet.html", about, status=422 if form is not None and form.is_bound else 200)


@rule(PLAN_YEAR)
@require_POST
def quiet_end(request: HttpRequest, uid: str) -> HttpResponse:
    """Withdraw a time without dates."""
    user = signed_in(request)
    services.end_quiet_time(user, get_object_or_404(QuietTime.objects.visible_to(user), uid=uid))
    messages.success(request, _("Withdrawn."))
    return redirect("year-quiet")


@rule(OWN)
def feed_page(request: HttpRequest) -> HttpResponse:
    """Show whether this person's calendar reads the year; make, renew or end the secret address."""
    user = signed_in(request)
    secret = ""
    if request.method == "POST":
        if "revoke" in request.POST:
            if services.revoke_feed(user):
                messages.success(request, _("The address is ended. Calendars that ask again get nothing."))
            return redirect("year-calendar")
        secret = services.new_feed(user, with_titles="titles" in request.POST)
    held = Feed.objects.filter(user=user, revoked_at=None).first()
    address = request.build_absolute_uri(reverse("year-feed", args=[secret])) if secret else ""
    answer = render(request, "board/year_calendar.html", {"feed": held, "address": address})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@rule(OPEN)
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Tell a calendar the dates of whoever made this address, as they may see them now."""
    held = Feed.objects.filter(digest=digest_of(secret), revoked_at=None).select_related("user").first()
    if held is None or not held.user.is_active:
        raise Http404
    now = timezone.now()
    first, last = seen_in(timezone.localdate())
    told = told_to_calendars(dated_for(held.user, first, last), now=now, with_titles=held.with_titles)
    house = hashlib.sha256(f"feed {settings.SECRET_KEY}".encode()).hexdigest()[:16]
    text = as_icalendar(told, name=_("The year"), house=f"{house}.alcaide", link=request.build_absolute_uri("/")[:-1])
    Feed.objects.filter(pk=held.pk).update(read_at=now)
    return HttpResponse(
        text, content_type="text/calendar; charset=utf-8",
        headers={
            "Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex",
            "Content-Disposition": 'attachment; filename="year.ics"',
        },
    )  # fmt: skip


def _drawn(lines: list[Line], dates: YearDates, chosen: Chosen, *, around: FiscalYear) -> list[Quarter]:
    today = timezone.localdate()
    spans = quarters(around) if chosen.view == "year" else [(_("Next 13 weeks"), *weeks_from(today))]
    return [draw(title, lines, dates, first=first, last=last, today=today) for title, first, last in spans]


def _answer(lines: list[Line], missed: list[Line]) -> str:
    late = sum(each.dated.number for each in missed)
    if late:
        said = ngettext("%(n)s date passed undone.", "%(n)s dates passed undone.", late)
        return said % {"n": words.count(late)}
    ahead = sum(each.dated.number for each in lines if each.state in {"ahead", "start"})
    if not ahead:
        return _("Nothing is dated in this time.")
    return ngettext("%(n)s date lies ahead.", "%(n)s dates lie ahead.", ahead) % {"n": words.count(ahead)}


def _rest(lines: list[Line]) -> str:
    clashes = sum(1 for each in lines if each.clash)
    begin = sum(1 for each in lines if each.state == "start")
    said = []
    if begin:
        said.append(ngettext("%(n)d should have begun.", "%(n)d should have begun.", begin) % {"n": begin})
    said.append(ngettext("%(n)d clashes.", "%(n)d clash.", clashes) % {"n": clashes} if clashes else _("No clash."))
    return " ".join(said)


def _still(said: MissedDay | None, line: Line) -> MissedDay | None:
    return said if said is not None and said.on == line.on else None


def _line(user: User, subject: str, what: str) -> Line:
    try:
        return found(user, subject, what)
    except ValidationError as fault:
        raise Http404(str(fault)) from fault


def _filters(request: HttpRequest) -> str:
    kept_ones = request.GET.copy()
    for name in ("view", "on", "all"):
        kept_ones.pop(name, None)
    return kept_ones.urlencode()


def _number(text: Any) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
