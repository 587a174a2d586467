"""Pages of holds for counsel and the chief, and the page on which everybody answers those that concern them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from alcaide.common import eyes
from alcaide.common.asking import Asking, ask, kept
from alcaide.common.lists import DetailPage, Fact, ListPage, Page
from alcaide.common.lists.columns import written
from alcaide.common.models import Hold, HoldCustodian, LostUpdate
from alcaide.common.permissions import require
from alcaide.common.registries import subject_of, subjects_of
from alcaide.common.rights.doors import OWN, rule

from . import services
from .exporting import export
from .forms import CustodianForm, ExportForm, HoldForm, PaperForm, PutForm, TargetForm, WhyForm
from .queries import ANSWER, HOLD_RELEASE, PLACE, SEE, held_kinds, holds, kinds, own, unanswered
from .tables import HOLDS


@rule(SEE, reach="all")
class HoldList(ListPage):
    """All holds."""

    listing = HOLDS
    permission = SEE
    template = "common/holds/list.html"

    def headline(self, page: Page) -> tuple[str, str]:
        held = Hold.objects.filter(state__in=Hold.HOLDING).count()
        late = unanswered().count()
        answer = ngettext("%(n)s hold is in force.", "%(n)s holds are in force.", held) % {"n": held}
        if not late:
            return answer, _("Everybody who was told has answered.") if held else ""
        rest = ngettext("%(n)s custodian has not answered.", "%(n)s custodians have not answered.", late)
        return answer, rest % {"n": late}


@rule(SEE, reach="all")
class HoldPage(DetailPage):
    """One hold: what it catches, who was told, what was handed out, how it ends."""

    permission = SEE
    template = "common/holds/hold.html"
    crumb = (gettext_lazy("Holds"), "holds")

    def rows(self, user: Any) -> QuerySet[Hold]:
        return holds(user).select_related("opened_by", "placed_by", "release_asked_by", "released_by")

    def headline(self, row: Hold) -> tuple[str, str]:
        return f"{row.number}. {row.matter}: {row.get_state_display().lower()}.", ""

    def facts(self, row: Hold) -> list[Fact]:
        named = dict(kinds())
        span = _("from %(first)s") % {"first": written(row.from_on)} if row.from_on else _("from the beginning")
        span += " " + (_("to %(last)s") % {"last": written(row.until_on)} if row.until_on else _("without an end"))
        return [
            Fact(_("Ground"), row.get_ground_display(), second=row.ground_text),
            Fact(_("Kinds of record"), ", ".join(named.get(each, each) for each in row.kinds) or _("all")),
            Fact(_("Days"), span),
            Fact(_("Placed"), row.placed_at, second=str(row.placed_by or "")),
            Fact(_("Released"), row.released_at, second=str(row.released_by or "")) if row.released_at else
            Fact(_("Release asked"), row.release_asked_at, second=row.release_why) if row.release_asked_at else
            Fact(_("Ends"), _("when two people release it")),
        ]  # fmt: skip

    def more(self, row: Hold) -> dict[str, Any]:
        user = self.request.user
        custodians = list(row.custodians.select_related("user"))
        targets = list(row.targets.all())
        named = subjects_of([*(each.person for each in custodians), *(each.subject for each in targets)], user)
        return {
            "custodians": [(each, _title(named, each.person)) for each in custodians],
            "targets": [_title(named, each.subject) for each in targets],
            "open_ones": sum(not each.has_answered for each in custodians if each.told_at),
            "held": held_kinds(row),
            "exports": row.exports.select_related("by"),
            "is_own_ask": row.release_asked_by_id == user.pk,
            "others": eyes.others_who_may(HOLD_RELEASE, unit_id=None, but={row.release_asked_by_id}, user=user)
            if row.release_asked_by_id == user.pk and row.state == row.State.RELEASE_ASKED
            else None,
        }


@rule(PLACE, reach="all")
def hold_new(request: Asking) -> HttpResponse:
    """Write a new hold as a draft."""
    require(request.user, PLACE)
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = kept(form, services.draft, request.user, **form.values)
        if made is not None:
            messages.success(request, _("Kept as a draft. Name the custodians, then put it in force."))
            return redirect("hold", uid=made.uid)
    return ask(request, form, answer=_("What must not be lost?"), act=_("Keep as a draft"), back_url=reverse("holds"),
               rest=_("It holds nothing before it is put in force."))  # fmt: skip


@rule(PLACE, reach="all")
def hold_edit(request: Asking, uid: UUID) -> HttpResponse:
    """Change a draft."""
    require(request.user, PLACE)
    hold = get_object_or_404(holds(request.user), uid=uid)
    form = HoldForm(request.POST or None, row=hold)
    form.open_at(hold)
    if request.method == "POST" and form.is_valid():
        try:
            done = kept(form, services.change, request.user, hold, opened_version=form.opened_version, **form.values)
        except (services.WrongStep, LostUpdate) as fault:
            form.add_error(None, str(fault))
        else:
            if done is not None:
                return redirect("hold", uid=uid)
    return ask(request, form, answer=_("Change hold %(number)s") % {"number": hold.number},
               back_url=reverse("hold", args=[uid]))  # fmt: skip


STEPS = {
    "place": (services.place, gettext_lazy("In force. Its custodians are told.")),
    "drop": (services.drop, gettext_lazy("Given up.")),
    "keep": (services.keep_on, gettext_lazy("It holds on.")),
    "release": (services.release, gettext_lazy("Released. What other holds keep stays.")),
}


@rule(PLACE, reach="all")
@require_POST
def hold_step(request: Asking, uid: UUID, step: str) -> HttpResponse:
    """Put a hold in force, give up a draft, keep one, or agree to its release."""
    require(request.user, PLACE)
    hold = get_object_or_404(holds(request.user), uid=uid)
    verb, words = STEPS[step]
    try:
        verb(request.user, hold)
    except services.WrongStep as fault:
        messages.warning(request, str(fault))
    else:
        messages.success(request, str(words))
    return redirect("hold", uid=uid)


@rule(PLACE, reach="all")
def hold_ask_release(request: Asking, uid: UUID) -> HttpResponse:
    """Ask that a hold ends."""
    require(request.user, PLACE)
    hold = get_object_or_404(holds(request.user), uid=uid)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = kept(form, services.ask_release, request.user, hold, why=form.values["why"])
        except services.WrongStep as fault:
            form.add_error(None, str(fault))
        else:
            if done is not None:
                return redirect("hold", uid=uid)
    return ask(request, form, answer=_("Why is the matter over?"), act=_("Ask for the release"),
               rest=_("It holds on until another person agrees."), back_url=reverse("hold", args=[uid]))  # fmt: skip


@rule(PLACE, reach="all")
def hold_custodian(request: Asking, uid: UUID) -> HttpResponse:
    """Name one more custodian."""
    require(request.user, PLACE)
    hold = get_object_or_404(holds(request.user), uid=uid)
    form = CustodianForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            done = kept(form, services.add_custodian, request.user, hold, person=form.values["person"].subject)
        except services.WrongStep as fault:
            form.add_error(None, str(fault))
        else:
            if done is not None:
                return redirect("hold", uid=uid)
    return ask(request, form, answer=_("Who must keep what they have?"), act=_("Name"),
               back_url=reverse("hold", args=[uid]))  # fmt: skip


@rule(PLACE, reach="all")
def hold_target(request: Asking, uid: UUID) -> HttpResponse:
    """Let a hold catch a unit or a record."""
    require(request.user, PLACE)
    hold = get_object_or_404(holds(request.user), uid=uid)
    form = TargetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if subject_of(form.subject, request.user) is None:
            form.add_error("record", _("There is no such record, or it is not yours to see."))
        else:
            try:
                services.add_target(request.user, hold, subject=form.subject)
            except services.WrongStep as fault:
                form.add_error(None, str(fault))
            else:
                return redirect("hold", uid=uid)
    return ask(request, form, answer=_("Whose records does it catch?"), act=_("Add"),
               back_url=reverse("hold", args=[uid]))  # fmt: skip


@rule(PLACE, reach="all")
def hold_put(request: Asking) -> HttpResponse:
    """Put a record under one of the holds, from the record's own page."""
    require(request.user, PLACE)
    subject = (request.POST.get("subject") or request.GET.get("subject", "")).replace("\x00", "")[:120]
    known = subject_of(subject, request.user)
    if known is None:
        raise Http404(_("There is no such record, or it is not yours to see."))
    form = PutForm(request.POST if "hold" in request.POST else None)
    if form.is_bound and form.is_valid():
        try:
            services.add_target(request.user, form.values["hold"], subject=subject)
        except services.WrongStep as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _("It is under the hold."))
            return redirect("hold", uid=form.values["hold"].uid)
    return ask(request, form, answer=_("Under which hold shall “%(what)s” stand?") % {"what": known.title},
               act=_("Put under the hold"), back_url=known.url)  # fmt: skip


@rule(PLACE, reach="all")
def hold_paper(request: Asking, uid: UUID) -> HttpResponse:
    """Write down an answer that came otherwise."""
    require(request.user, PLACE)
    custodian = get_object_or_404(HoldCustodian.objects.filter(hold__in=holds(request.user)), uid=uid)
    form = PaperForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = kept(form, services.record_answer, request.user, custodian, words=form.values["words"])
        except services.WrongStep as fault:
            form.add_error(None, str(fault))
        else:
            if done is not None:
                return redirect("hold", uid=custodian.hold.uid)
    return ask(request, form, answer=_("How did they answer?"), back_url=reverse("hold", args=[custodian.hold.uid]))


@rule(PLACE, reach="all")
def hold_export(request: Asking, uid: UUID) -> HttpResponseBase:
    """Hand out what a hold holds, and log it."""
    require(request.user, PLACE)
    hold = get_object_or_404(holds(request.user), uid=uid)
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = export(request.user, hold, to_whom=form.values["to_whom"])
        answer = FileResponse(made.file, as_attachment=True, filename=made.name, content_type="application/zip")
        answer.headers["Cache-Control"] = "private, no-store"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer
    return ask(request, form, answer=_("Hand out what hold %(number)s holds") % {"number": hold.number},
               act=_("Make the file"), rest=_("Who, when, for whom and the file's digest stay in the export log."),
               back_url=reverse("hold", args=[uid]))  # fmt: skip


@rule(ANSWER)
@require_safe
def holds_mine(request: Asking) -> HttpResponse:
    """Show the holds that concern oneself, with what must be kept."""
    require(request.user, ANSWER)
    return render(request, "common/holds/mine.html", {"mine": list(own(request.user))})


@rule(OWN)
@require_POST
def hold_acknowledge(request: Asking, uid: UUID) -> HttpResponse:
    """Say that one has read it."""
    require(request.user, ANSWER)
    custodian = get_object_or_404(own(request.user), uid=uid)
    try:
        services.acknowledge(request.user, custodian)
    except services.WrongStep as fault:
        messages.warning(request, str(fault))
    else:
        messages.success(request, _("Thank you. Your answer is kept with its time."))
    return redirect("holds-mine")


@rule(OWN)
def hold_decline(request: Asking, uid: UUID) -> HttpResponse:
    """Say why one cannot keep what is asked."""
    require(request.user, ANSWER)
    custodian = get_object_or_404(own(request.user), uid=uid)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = kept(form, services.decline, request.user, custodian, why=form.values["why"])
        except services.WrongStep as fault:
            form.add_error(None, str(fault))
        else:
            if done is not None:
                return redirect("holds-mine")
    return ask(request, form, answer=_("Why can you not keep it?"), act=_("Tell counsel"),
               rest=_("The hold stands all the same; delete nothing."), back_url=reverse("holds-mine"))  # fmt: skip


def _title(named: dict[str, Any], subject: str) -> tuple[str, str]:
    known = named.get(subject)
    return (known.title, known.url) if known else (subject, "")


HOLD_URLS: list[URLPattern] = [
    path("holds/", HoldList.as_view(), name="holds"),
    path("holds/new/", hold_new, name="hold-new"),
    path("holds/mine/", holds_mine, name="holds-mine"),
    path("holds/mine/<uuid:uid>/acknowledge/", hold_acknowledge, name="hold-acknowledge"),
    path("holds/mine/<uuid:uid>/decline/", hold_decline, name="hold-decline"),
    path("holds/put/", hold_put, name="hold-put"),
    path("holds/<uuid:uid>/", HoldPage.as_view(), name="hold"),
    path("holds/<uuid:uid>/edit/", hold_edit, name="hold-edit"),
    path("holds/<uuid:uid>/custodian/", hold_custodian, name="hold-custodian"),
    path("holds/<uuid:uid>/catch/", hold_target, name="hold-target"),
    path("holds/<uuid:uid>/ask-release/", hold_ask_release, name="hold-ask-release"),
    path("holds/<uuid:uid>/export/", hold_export, name="hold-export"),
    path("holds/custodians/<uuid:uid>/paper/", hold_paper, name="hold-paper"),
    *(path(f"holds/<uuid:uid>/{step}/", hold_step, {"step": step}, name=f"hold-{step}") for step in STEPS),
]
