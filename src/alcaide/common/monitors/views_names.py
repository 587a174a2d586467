"""Pages on which a name is asked for and shown, and on which everybody reads what is held about them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from alcaide.common import eyes
from alcaide.common.asking import Asking, ask, kept
from alcaide.common.clock import today as house_today
from alcaide.common.lists import DetailPage, Fact, ListPage, Page
from alcaide.common.models import Unmasking
from alcaide.common.people import signed_in
from alcaide.common.permissions import require
from alcaide.common.rights.doors import OWN, rule

from . import correcting, queries, unmasking, views
from .about_me import held_about
from .declared import MonitorUnknown, monitor_of, monitors
from .forms import NameForm, WordsForm
from .keys import SEE, SEE_USE
from .places import unit_name
from .reading import written_field
from .tables import UNMASKINGS, state_words


def ask_permissions() -> list[str]:
    """Return what lets somebody ask for a name, one of each monitor."""
    return [each.ask_permission for each in monitors()]


@rule(ask_permissions, reach="any")
def unmask(request: Asking, key: str) -> HttpResponse:
    """Ask whose name stands behind a pseudonym."""
    try:
        told = monitor_of(key)
    except MonitorUnknown as fault:
        raise Http404(_("There is no such monitor.")) from fault
    require(request.user, told.ask_permission)
    today = house_today()
    first = {"name": request.GET.get("name", "")[:40], "first": today, "last": today, "hours": 24}
    form = NameForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = kept(form, unmasking.ask, request.user, key, **form.values)
        except eyes.EyesRefused as fault:
            form.add_error(None, str(fault))
        else:
            if made is not None:
                messages.success(request, _("Asked. You see the name once somebody of another role agrees."))
                return redirect("unmasking", uid=made.uid)
    roles = views.role_words(told.answers)
    return ask(
        request, form, answer=_("Whose name do you ask for?"), act=_("Ask for the name"),
        rest=_("Agreed to by: %(roles)s. Data protection is told.") % {"roles": roles},
        back_url=reverse("monitor", args=[key]),
    )  # fmt: skip


@rule(SEE_USE, reach="any")
class Unmaskings(ListPage):
    """Every name that was asked for, refusals too."""

    listing = UNMASKINGS
    permission = SEE_USE

    def headline(self, page: Page) -> tuple[str, str]:
        said = ngettext("%(n)s name was asked for.", "%(n)s names were asked for.", page.total.shown)
        return said % {"n": page.total}, _("The names themselves stand nowhere here.")


@rule(SEE_USE, owner=(ask_permissions,))
class UnmaskingPage(DetailPage):
    """One name that was asked for: by whom, why, what was answered, and how often it was opened."""

    permission = SEE
    template = "common/monitors/unmasking.html"
    crumb = (gettext_lazy("Monitors"), "monitors")

    def rows(self, user: Any) -> QuerySet[Unmasking]:
        return queries.unmaskings(user)

    def headline(self, row: Unmasking) -> tuple[str, str]:
        return _("The name behind %(who)s") % {"who": row.pseudonym}, f"{state_words(row)}."

    def facts(self, row: Unmasking) -> list[Fact]:
        answered = row.request.answered_by if row.request else None
        return [
            Fact(_("Monitor"), queries.label_of(row.monitor), reverse("monitor", args=[row.monitor])),
            Fact(_("Unit"), unit_name(row.unit_id)),
            Fact(_("Rows from"), row.from_on),
            Fact(_("Rows to"), row.until_on),
            Fact(_("Asked by"), row.asked_by.name, second=row.why),
            Fact(
                _("Answered by"), answered.name if answered else None, second=row.request.words if row.request else ""
            ),
            Fact(_("Shown until"), row.ends_at or _("Not shown")),
            Fact(_("Opened"), row.opened),
        ]

    def more(self, row: Unmasking) -> dict[str, Any]:
        is_own = row.asked_by_id == self.request.user.pk
        return {"is_own": is_own, "is_open": is_own and unmasking.is_open(row)}


@rule(SEE_USE, owner=(ask_permissions,))
@require_POST
def unmasking_show(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show the name to who asked. By POST, for each opening is counted."""
    user = signed_in(request)
    row = get_object_or_404(queries.unmaskings(user), uid=uid)
    shown = unmasking.show(user, row)
    told = monitor_of(row.monitor)
    fields = [(name, words) for name, words in told.fields.items() if name != told.person]
    rows = [[written_field(each, name) for name, _words in fields] for each in shown.rows]
    about = {"row": row, "person": shown.person, "heads": [words for _name, words in fields], "rows": rows}
    answer = render(request, "common/monitors/name.html", about)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@rule(OWN)
@require_safe
def held_about_me(request: HttpRequest) -> HttpResponse:
    """Show a person what is held about them, for what, how long, and who can see it."""
    user = signed_in(request)
    parts = list(held_about(user))
    about = {"parts": [each for each in parts if each.number], "number": sum(each.number for each in parts),
             "empty": [each for each in parts if not each.number], "names": _own_names(user)}  # fmt: skip
    return render(request, "common/monitors/held.html", about)


@rule(OWN)
@require_POST
def held_about_me_file(request: HttpRequest, form: str) -> HttpResponse:
    """Give a person what is held about them as a file."""
    user = signed_in(request)
    if form not in {"csv", "json"}:
        raise Http404
    file = correcting.take_out(user, list(held_about(user)), form=form)
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/json"
    answer = HttpResponse(file, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="held-about-me.{form}"'
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@rule(OWN)
def held_about_me_correct(request: Asking) -> HttpResponse:
    """Ask that something held about oneself be corrected."""
    form = WordsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = kept(form, correcting.ask, signed_in(request), words=form.values["words"])
        if done is not None:
            messages.success(request, _("Asked. Data protection reads it and answers you."))
            return redirect("held-about-me")
    return ask(request, form, answer=_("What is wrong, and how is it right?"), act=_("Ask for the correction"),
               rest=_("Data protection is told, by e-mail too."), back_url=reverse("held-about-me"))  # fmt: skip


def _own_names(user: Any) -> list[tuple[str, str]]:
    return [(str(each.label), unmasking.masked(each.key, user.uid)) for each in monitors()]


MONITOR_URLS: list[URLPattern] = [
    path("monitors/", views.register, name="monitors"),
    path("monitors/names/", Unmaskings.as_view(), name="unmaskings"),
    path("monitors/names/<uuid:uid>/", UnmaskingPage.as_view(), name="unmasking"),
    path("monitors/names/<uuid:uid>/show/", unmasking_show, name="unmasking-show"),
    path("monitors/recorded/<uuid:uid>/", views.SettingPage.as_view(), name="monitor-setting"),
    path("monitors/recorded/<uuid:uid>/ask/", views.monitor_ask, name="monitor-ask"),
    path("monitors/recorded/<uuid:uid>/off/", views.monitor_off, name="monitor-off"),
    path("monitors/<slug:key>/", views.monitor, name="monitor"),
    path("monitors/<slug:key>/record/", views.monitor_record, name="monitor-record"),
    path("monitors/<slug:key>/remark/", views.monitor_remark, name="monitor-remark"),
    path("monitors/<slug:key>/name/", unmask, name="unmask"),
    path("account/held/", held_about_me, name="held-about-me"),
    path("account/held/correct/", held_about_me_correct, name="held-about-me-correct"),
    path("account/held/<str:form>/", held_about_me_file, name="held-about-me-file"),
]
