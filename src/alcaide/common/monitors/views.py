"""Pages of the register: every monitor, one of them, what is recorded for a unit, and who agreed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from alcaide.common import eyes
from alcaide.common.asking import Asking, ask, kept
from alcaide.common.files import store
from alcaide.common.lists import DetailPage, Fact
from alcaide.common.models import MonitorSetting, StoredFile, User
from alcaide.common.people import signed_in
from alcaide.common.permissions import ROLES, require, scope_of
from alcaide.common.rights.doors import rule

from . import queries, services
from .declared import Monitor, MonitorUnknown, monitor_of, monitors
from .forms import CAP_BYTES, SettingForm, WordsForm
from .keys import RECORD, REMARK, SEE, SEE_USE, STOP
from .places import places
from .services import Terms, WrongStep
from .states import State, fault_of, states

MOST_UNITS = 200


@rule(SEE, reach="any")
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Show everything that observes or evaluates people, and where it runs."""
    user = signed_in(request)
    require(user, SEE)
    services.note_versions()
    shown = [(each, *_counted(user, each)) for each in monitors()]
    running = sum(bool(on) for _monitor, on, _all in shown)
    return render(request, "common/monitors/register.html", {
        "shown": shown, "running": running, "number": len(shown), "may_see_use": scope_of(user).allows(SEE_USE),
    })  # fmt: skip


@rule(SEE, reach="any")
@require_safe
def monitor(request: HttpRequest, key: str) -> HttpResponse:
    """Show one monitor: what it declares, where it runs and why not, its versions, who looked, what was remarked."""
    user = signed_in(request)
    require(user, SEE)
    told = _known(key)
    services.note_versions()
    found = _states(user, told)
    names, scope = places().names(list(found)), scope_of(user)
    units = [(names.get(unit, ""), each, _viewers(each.setting)) for unit, each in found.items()]
    units.sort(key=lambda each: (not each[1].is_on, each[0].casefold()))
    about = {
        "monitor": told, "units": units[:MOST_UNITS], "more": len(units) - MOST_UNITS,
        "on": sum(each.is_on for each in found.values()), "all": len(units),
        "settings": [(row, places().names([row.unit_id]).get(row.unit_id, "")) for row in _settings(user, key)],
        "fields": [(words, _how(told, name)) for name, words in told.fields.items()],
        "asks": role_words(told.asks), "answers": role_words(told.answers), "versions": queries.versions(key),
        "may_record": scope.allows(RECORD), "may_remark": scope.allows(REMARK), "form": WordsForm(),
        "may_ask": scope.allows(told.ask_permission), "remarks": queries.remarks(key)[:50],
    }  # fmt: skip
    if scope.allows(SEE_USE):
        about |= {"looked": queries.looked(key), "looked_days": queries.LOOKED_DAYS,
                  "changes": queries.changes(key, user)}  # fmt: skip
    return render(request, "common/monitors/monitor.html", about)


@rule(REMARK, reach="any")
@require_POST
def monitor_remark(request: HttpRequest, key: str) -> HttpResponse:
    """Keep what the works council says of a monitor."""
    user = signed_in(request)
    require(user, REMARK)
    _known(key)
    form = WordsForm(request.POST)
    if form.is_valid():
        services.remark(user, key, words=form.values["words"])
        messages.success(request, _("Kept. Who recorded this monitor is told."))
    else:
        messages.error(request, _("Say it in words; they are read later."))
    return redirect("monitor", key=key)


@rule(RECORD)
def monitor_record(request: Asking, key: str) -> HttpResponse:
    """Record under what a monitor shall run in a unit."""
    require(request.user, RECORD)
    told = _known(key)
    form = SettingForm(request.POST or None, request.FILES or None, user=request.user, monitor=told)
    if request.method == "POST" and form.is_valid():
        given = form.values
        unit_id, file = int(given.pop("unit")), given.pop("agreement")
        require(request.user, RECORD, unit_id=unit_id)
        kept_file = store(file, file.name, actor=request.user, cap_bytes=CAP_BYTES) if file else None
        terms = Terms(**given, agreement=kept_file)
        try:
            made = kept(form, services.record, request.user, key, unit_id=unit_id, terms=terms)
        except WrongStep as fault:
            form.add_error(None, str(fault))
        else:
            if made is not None:
                messages.success(request, _("Recorded. It stays off until somebody else agrees: ask them."))
                return redirect("monitor-setting", uid=made.uid)
    return ask(
        request, form, answer=_("Under what may “%(monitor)s” run?") % {"monitor": told.label}, act=_("Record it"),
        rest=_("All of it, or it stays off."), back_url=reverse("monitor", args=[key]),
    )  # fmt: skip


@rule(SEE)
class SettingPage(DetailPage):
    """What is recorded of one monitor for one unit."""

    permission = SEE
    template = "common/monitors/setting.html"
    crumb = (gettext_lazy("Monitors"), "monitors")
    history_without = frozenset({"declared", "unit_id", "agreement_id"})

    def rows(self, user: Any) -> QuerySet[MonitorSetting]:
        return queries.settings_seen(user)

    def headline(self, row: MonitorSetting) -> tuple[str, str]:
        fault = fault_of(row, _known(row.monitor).body()) if row.state == row.State.AGREED else ""
        rest = _("Off, because %(why)s.") % {"why": fault} if fault else row.get_state_display() + "."
        return queries.title_of(row), rest

    def facts(self, row: MonitorSetting) -> list[Fact]:
        council = _("%(day)s by %(who)s") % {"day": row.council_on, "who": row.council_by}
        told = [
            Fact(_("Purpose"), row.purpose),
            Fact(_("Legal basis"), row.get_basis_display()),
            Fact(_("Agreement"), row.agreement.name if row.agreement else _("None needed"),
                 reverse("file", args=[row.agreement.uid]) if row.agreement else "", second=row.no_agreement_why),
            Fact(_("Read back"), _("%(n)s days") % {"n": row.retention_days}),
            Fact(_("Who reads it, names masked"), _viewers(row)),
            Fact(_("From"), row.since),
            Fact(_("Reaches"), _("this unit and everything below") if row.with_below else _("this unit alone")),
            Fact(_("Works council"), row.get_council_display(), second=council),
            Fact(_("Recorded by"), row.recorded_by.name),
            Fact(_("Agreed by"), row.agreed_by.name if row.agreed_by else None),
        ]  # fmt: skip
        if row.ended_at:
            told.append(Fact(_("Ended"), row.ended_at, second=f"{row.ended_by or ''} {row.ended_why}".strip()))
        return told

    def more(self, row: MonitorSetting) -> dict[str, Any]:
        scope, waits = scope_of(self.request.user), queries.waiting(row)
        return {
            "monitor_key": row.monitor, "waits": waits,
            "may_ask": row.state == "draft" and waits is None and scope.allows(RECORD, row.unit_id),
            "may_stop": row.state in {"draft", "agreed"} and waits is None and scope.allows(STOP, row.unit_id),
        }  # fmt: skip


@rule(RECORD)
def monitor_ask(request: Asking, uid: UUID) -> HttpResponse:
    """Ask somebody else to agree to what is recorded."""
    require(request.user, RECORD)
    row = get_object_or_404(queries.settings_seen(request.user), uid=uid)
    form = WordsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = services.ask_agreement(request.user, row, why=form.values["words"])
        except (WrongStep, eyes.EyesRefused) as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _("Asked. It stays off until they agree."))
            return redirect("eyes-request", uid=asked.uid)
    who = _("the works council") if row.council == row.Council.INFORMED else _("the data protection officer")
    return ask(
        request, form, answer=_("Why should %(who)s agree?") % {"who": who}, act=_("Ask for agreement"),
        rest=_("They read all that is recorded."), back_url=reverse("monitor-setting", args=[uid]),
    )  # fmt: skip


@rule(STOP)
def monitor_off(request: Asking, uid: UUID) -> HttpResponse:
    """Switch a monitor off where it runs, or give up a draft."""
    require(request.user, STOP)
    row = get_object_or_404(queries.settings_seen(request.user), uid=uid)
    form = WordsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = kept(form, services.switch_off, request.user, row, why=form.values["words"])
        except WrongStep as fault:
            form.add_error(None, str(fault))
        else:
            if done is not None:
                messages.success(request, _("Off, at once."))
                return redirect("monitor-setting", uid=uid)
    return ask(request, form, answer=_("Why does it stop?"), act=_("Switch it off"),
               rest=_("At once. To run again it must be recorded and agreed anew."),
               back_url=reverse("monitor-setting", args=[uid]))  # fmt: skip


def may_read_agreement(file: StoredFile, user: Any) -> bool:
    """Tell whether a user sees a setting whose agreement a file is."""
    return queries.settings_seen(user).filter(agreement=file).exists()


def _known(key: str) -> Monitor:
    try:
        return monitor_of(key)
    except MonitorUnknown as fault:
        raise Http404(_("There is no such monitor.")) from fault


def _states(user: User, told: Monitor) -> dict[int, State]:
    return states(told.key, sorted(scope_of(user).units_for(SEE)))


def _counted(user: User, told: Monitor) -> tuple[int, int]:
    found = _states(user, told).values()
    return sum(each.is_on for each in found), len(found)


def _settings(user: User, key: str) -> QuerySet[MonitorSetting]:
    return queries.settings_seen(user).filter(monitor=key).order_by("-pk")[:50]  # type: ignore[return-value]  # a slice


def _viewers(row: MonitorSetting | None) -> str:
    return role_words(row.viewers) if row else ""


def role_words(keys: Any) -> str:
    """Return the words of some roles."""
    return ", ".join(str(ROLES[key].label) if key in ROLES else key for key in keys)


def _how(told: Monitor, name: str) -> str:
    if name == told.person:
        return _("as a pseudonym")
    if name in told.coarse:
        return _("with less detail")
    return _("shown") if name in told.shown else _("only where a name is shown")
