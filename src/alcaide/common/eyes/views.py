"""Pages of two pairs of eyes: what waits, one question, emergencies, tries, and who stands in for whom."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from alcaide.common.counts import Count
from alcaide.common.lists import DetailPage, Fact
from alcaide.common.lists.bulk import BulkDone, BulkPage
from alcaide.common.lists.undo import Left
from alcaide.common.models import EyesOverride, EyesRequest, EyesStandIn
from alcaide.common.models.base import LostUpdate
from alcaide.common.people import signed_in
from alcaide.common.permissions import Refused, require
from alcaide.common.registries import subject_of
from alcaide.common.rights.doors import SUBJECT, rule

from . import queries, services
from .acts import act_of, acts
from .forms import StandInForm
from .gate import SamePerson
from .people import people
from .rights import SEE
from .shown import act_words, changes_of, may_review, request_shown
from .tables import TO_ANSWER, Attempts, Overrides, Requests, ToAnswer

MOST_AT_ONCE = 25
FAULTS = (services.EyesRefused, SamePerson, ValidationError, LostUpdate)


@rule(SUBJECT)
@rule(SEE, reach="any")
class RequestPage(DetailPage):
    """One question: what exactly will change, who could answer, and what became of it."""

    permission = SEE
    template = "common/eyes/request.html"
    crumb = (gettext_lazy("Second pair of eyes"), "eyes-to-answer")
    # What the page itself shows.
    history_without = frozenset({"about", "act", "given", "sha256", "why"})

    def rows(self, user: Any) -> QuerySet[EyesRequest]:
        return queries.requests(user)

    def headline(self, row: Any) -> tuple[str, str]:
        if row.is_waiting and row.ends_at <= timezone.now():
            return row.title, _("Nobody answered in time.")
        return row.title, row.get_state_display() + "."

    def facts(self, row: Any) -> list[Fact]:
        shown = self._shown(row)
        told = [
            Fact(_("What"), act_words(row.act)),
            Fact(_("About"), shown.about.title if shown.about else _("not yours to see, or gone"),
                 shown.about.url if shown.about else ""),
            Fact(_("Unit"), shown.unit),
            Fact(_("Asked by"), row.asked_by.name, second=_moment(row.asked_at)),
            Fact(_("Answer by"), row.answer_by),
        ]  # fmt: skip
        if row.answered_by:
            right = str(shown.answer.get_right_display()) if shown.answer else ""  # type: ignore[attr-defined]  # choices
            whose = shown.answer.instead_of.name if shown.answer and shown.answer.instead_of else ""
            told.append(Fact(_("Answered by"), row.answered_by.name, second=f"{right} {whose}".strip()))
        if shown.result:
            told.append(Fact(_("What it made"), shown.result.title, shown.result.url))
        told.append(Fact(_("Fingerprint of what was asked"), row.sha256[:16], second=_("first 16 of 64 signs")))
        return told

    def more(self, row: Any) -> dict[str, Any]:
        return {"shown": self._shown(row)}

    def _shown(self, row: EyesRequest) -> Any:
        return request_shown(row, signed_in(self.request))


def _moment(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


@rule(SUBJECT)
@rule(SEE, reach="any")
@require_POST
def request_answer(request: HttpRequest, uid: UUID, act: str) -> HttpResponse:
    """Approve, refuse, withdraw, or apply alone in an emergency."""
    user, row = _asked(request, uid)
    words = request.POST.get("words", "")
    done: dict[str, tuple[Callable[[], Any], str]] = {
        "approve": (
            lambda: services.approve(user, row, words=words, sha256=request.POST.get("sha256", "")),
            _("Approved, and applied."),
        ),
        "refuse": (lambda: services.refuse(user, row, words=words), _("Refused. Who asked reads why.")),
        "withdraw": (lambda: services.withdraw(user, row), _("Withdrawn. Nothing was changed.")),
        "alone": (
            lambda: services.override(user, row, request.POST.get("emergency", "")),
            _("Applied. It is listed until somebody else has reviewed it."),
        ),
    }
    do, said = done[act]
    _say(request, do, said)
    return redirect("eyes-request", uid=uid)


@rule(SEE, reach="any")
class ApproveMany(BulkPage):
    """Approve several, each shown with what it changes first, and each only as it was shown."""

    listing = TO_ANSWER
    permission = SEE
    confirm = gettext_lazy("Approve {n}? Read each.")
    back = "eyes-to-answer"

    def act(self, rows: Any) -> BulkDone:
        user, done, left = signed_in(self.request), 0, []
        for row in rows:
            shown = self.request.POST.get(f"sha256-{row.uid}", "")
            try:
                if not shown:
                    raise services.EyesRefused(_("it was not shown"))
                services.approve(user, row, sha256=shown)
            except (*FAULTS, Refused) as fault:
                left.append(Left(row.title, " ".join(_words_of(fault))))
            else:
                done += 1
        said = ngettext("%(n)s question is approved.", "%(n)s questions are approved.", done)
        return BulkDone(said % {"n": Count(done)}, tuple(left))

    def _ask(self, request: HttpRequest, number: Count) -> HttpResponse:
        uids = request.POST.getlist("uid")
        rows = [row for row in queries.to_answer(signed_in(request)) if str(row.uid) in uids]
        about = {
            "rows": [(row, changes_of(row)) for row in rows[:MOST_AT_ONCE]], "more": len(rows) > MOST_AT_ONCE,
            "most": MOST_AT_ONCE,
        }  # fmt: skip
        return render(request, "common/eyes/approve_many.html", about)


@rule(SUBJECT)
@rule(SEE, reach="any")
class OverridePage(DetailPage):
    """One thing applied alone: why, by whom, and its review."""

    permission = SEE
    template = "common/eyes/override.html"
    crumb = (gettext_lazy("Emergencies"), "eyes-overrides")
    history_without = frozenset({"about", "act", "why"})

    def rows(self, user: Any) -> QuerySet[EyesOverride]:
        return queries.overrides(user)

    def headline(self, row: Any) -> tuple[str, str]:
        return _("%(who)s applied this alone: %(what)s") % {"who": row.by.name, "what": row.title}, (
            row.get_state_display() + "."
        )

    def facts(self, row: Any) -> list[Fact]:
        about = subject_of(row.about, signed_in(self.request))
        return [
            Fact(_("What"), act_words(row.act)),
            Fact(_("About"), about.title if about else _("not yours to see, or gone"), about.url if about else ""),
            Fact(_("Unit"), people().unit_name(row.unit_id)),
            Fact(_("Applied"), _moment(row.at), second=row.by.name),
            Fact(_("Reviewed by"), row.reviewed_by.name if row.reviewed_by else None,
                 second=_moment(row.reviewed_at) if row.reviewed_at else ""),
        ]  # fmt: skip

    def more(self, row: Any) -> dict[str, Any]:
        user = signed_in(self.request)
        return {"may_review": may_review(row, user), "can_undo": act_of(row.act).undo is not None,
                "is_own": row.by_id == user.pk}  # fmt: skip


@rule(SUBJECT)
@rule(SEE, reach="any")
@require_POST
def override_review(request: HttpRequest, uid: UUID, verdict: str) -> HttpResponse:
    """Agree with what somebody applied alone, undo it, or refer it."""
    user = signed_in(request)
    require(user, SEE)
    row = get_object_or_404(queries.overrides(user), uid=uid)
    said = {"agreed": _("Reviewed."), "undone": _("Undone."), "referred": _("It stays on the list, with your words.")}
    words = request.POST.get("words", "")
    _say(request, lambda: services.review(user, row, verdict=verdict, words=words), said[verdict])
    return redirect("eyes-override", uid=uid)


@rule(SEE, reach="any")
@rule(SEE, reach="any")
def stand_ins(request: HttpRequest) -> HttpResponse:
    """Show who stands in for whom, and let the reader name somebody for themself."""
    user = signed_in(request)
    require(user, SEE)
    today = timezone.localdate()
    away = people().away([user.pk], today, today + services.LONGEST_STAND_IN).get(user.pk)
    first = {"from_on": max(away.from_on, today), "until_on": away.until_on, "why": _("Absence")} if away else {}
    form = StandInForm(request.POST or None, user=user, initial=first or {"from_on": today})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = services.stand_in(
                user, given["taker"], acts_given=given["act"], unit_id=form.unit_id, from_on=given["from_on"],
                until_on=given["until_on"], why=given["why"],
            )  # fmt: skip
        except services.EyesRefused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _("%(name)s answers in your place on these days.") % {"name": made.taker.name})
            return redirect("eyes-stand-ins")
    rows = queries.stand_ins(user).filter(ended_at__isnull=True, until_on__gte=today)[:200]
    about = {
        "form": form, "away": away, "rows": [_stand_in_shown(row) for row in rows],
        "mine": sum(row.giver_id == user.pk for row in rows), "theirs": sum(row.taker_id == user.pk for row in rows),
    }  # fmt: skip
    return render(request, "common/eyes/stand_ins.html", about, status=422 if form.errors else 200)


@rule(SUBJECT)
@rule(SEE, reach="any")
@require_POST
def stand_in_end(request: HttpRequest, uid: UUID) -> HttpResponse:
    """End one before its day."""
    user = signed_in(request)
    require(user, SEE)
    row = get_object_or_404(queries.stand_ins(user), uid=uid)
    _say(request, lambda: services.end_stand_in(user, row), _("Ended."))
    return redirect("eyes-stand-ins")


def _stand_in_shown(row: EyesStandIn) -> dict[str, Any]:
    known = {act.key: str(act.label) for act in acts()}
    what = ", ".join(known.get(key, key) for key in row.acts)
    return {"row": row, "what": what, "unit": people().unit_name(row.unit_id) if row.unit_id else ""}


def _asked(request: HttpRequest, uid: UUID) -> tuple[Any, EyesRequest]:
    user = signed_in(request)
    require(user, SEE)
    return user, get_object_or_404(queries.requests(user), uid=uid)


def _say(request: HttpRequest, do: Callable[[], Any], said: str) -> None:
    try:
        do()
    except FAULTS as fault:
        messages.error(request, " ".join(_words_of(fault)))
    else:
        messages.success(request, said)


def _words_of(fault: Exception) -> list[str]:
    return list(fault.messages) if isinstance(fault, ValidationError) else [str(fault)]


EYES_URLS: list[URLPattern] = [
    path("second/", ToAnswer.as_view(), name="eyes-to-answer"),
    path("second/approve/", ApproveMany.as_view(), name="eyes-approve-many"),
    path("second/all/", Requests.as_view(), name="eyes-requests"),
    path("second/emergencies/", Overrides.as_view(), name="eyes-overrides"),
    path("second/emergencies/<uuid:uid>/", OverridePage.as_view(), name="eyes-override"),
    *(
        path(f"second/emergencies/<uuid:uid>/{verdict}/", override_review, {"verdict": verdict}, name=f"eyes-{verdict}")
        for verdict in ("agreed", "undone", "referred")
    ),
    path("second/tries/", Attempts.as_view(), name="eyes-attempts"),
    path("second/stand-ins/", stand_ins, name="eyes-stand-ins"),
    path("second/stand-ins/<uuid:uid>/end/", stand_in_end, name="eyes-stand-in-end"),
    path("second/<uuid:uid>/", RequestPage.as_view(), name="eyes-request"),
    *(
        path(f"second/<uuid:uid>/{act}/", request_answer, {"act": act}, name=f"eyes-{act}")
        for act in ("approve", "refuse", "withdraw", "alone")
    ),
]
