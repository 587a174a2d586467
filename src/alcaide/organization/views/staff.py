"""Pages of qualifications, absences and liaisons."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alcaide.common import files
from alcaide.common.asking import version_of
from alcaide.common.models import LostUpdate
from alcaide.common.permissions import Refused, require
from alcaide.common.rights.doors import rule
from alcaide.organization import services
from alcaide.organization.forms_more import PAPER_CAP_BYTES, AbsenceForm, LiaisonForm, QualificationForm
from alcaide.organization.models import CHANGE, CHANGE_STAFF, SEE_STAFF, Person, Qualification
from alcaide.organization.queries import absences as absences_seen
from alcaide.organization.queries import liaisons as liaisons_seen
from alcaide.organization.queries import people as people_seen
from alcaide.organization.queries import qualifications as qualifications_seen

from .asking import Asking, ask, kept


@rule(CHANGE_STAFF)
def qualification_new(request: Asking, uid: str) -> HttpResponse:
    """Write down a qualification of a person."""
    person = _person(request, uid)
    form = _paper_form(request)
    if request.method == "POST" and form.is_valid():
        given = form.values
        paper = given.pop("file", None)
        try:
            file = files.store(paper, paper.name, actor=request.user, cap_bytes=PAPER_CAP_BYTES) if paper else None
        except (files.FileTooLarge, files.StoreUnwritable) as fault:
            form.add_error("file", str(fault))
        else:
            if kept(form, services.qualify, request.user, person, file=file, **given) is not None:
                messages.success(request, _("Written down; somebody else may verify it."))
                return redirect("person", uid=uid)
    return ask(
        request, form, answer=_("What may %(name)s do?") % {"name": person.name}, back_url=reverse("person", args=[uid])
    )


@rule(CHANGE_STAFF)
@require_POST
def qualification_verify(request: Asking, uid: str) -> HttpResponse:
    """Say that one saw the paper."""
    return _done(request, _qualification(request, uid), services.verify_qualification, _("Verified."))


@rule(CHANGE_STAFF)
@require_POST
def qualification_withdraw(request: Asking, uid: str) -> HttpResponse:
    """Take a qualification off the list."""
    return _done(request, _qualification(request, uid), services.withdraw_qualification, _("Taken off the list."))


@rule(SEE_STAFF)
@require_safe
def qualification_paper(request: Asking, uid: str) -> HttpResponseBase:
    """Hand out the paper of a qualification."""
    held = get_object_or_404(
        qualifications_seen(request.user).filter(file__isnull=False).select_related("file"), uid=uid
    )
    if held.file is None:
        raise Http404
    return files.serve(held.file, name=held.file_name)


@rule(CHANGE_STAFF)
def absence_new(request: Asking, uid: str) -> HttpResponse:
    """Write down when a person is away."""
    person = _person(request, uid)
    form = AbsenceForm(request.POST or None)
    valid = request.method == "POST" and form.is_valid()
    if valid and kept(form, services.be_away, request.user, person, **form.values) is not None:
        messages.success(request, _("Written down."))
        return redirect("person", uid=uid)
    return ask(
        request,
        form,
        answer=_("When is %(name)s away?") % {"name": person.name},
        back_url=reverse("person", args=[uid]),
    )


@rule(CHANGE_STAFF)
@require_POST
def absence_back(request: Asking, uid: str) -> HttpResponse:
    """Say that somebody is there after all."""
    held = get_object_or_404(absences_seen(request.user), uid=uid)
    return _done(request, held, services.take_back_absence, _("Taken back."))


@rule(CHANGE)
def liaison_new(request: Asking) -> HttpResponse:
    """Name whom a unit turns to."""
    require(request.user, CHANGE)
    form = LiaisonForm(request.POST or None, user=request.user, initial={"unit": request.GET.get("unit")})
    if request.method == "POST" and form.is_valid():
        given = form.values
        made = kept(form, services.name_liaison, request.user, given.pop("unit"), **given)
        if made is not None:
            messages.success(request, _("“%(name)s” is named.") % {"name": made.person.name})
            return redirect("liaison", uid=made.uid)
    return ask(request, form, answer=_("Whom does a unit turn to?"), act=_("Name them"), back_url=reverse("liaisons"))


@rule(CHANGE)
def liaison_edit(request: Asking, uid: str) -> HttpResponse:
    """Change a liaison, or let it end."""
    held = get_object_or_404(liaisons_seen(request.user), uid=uid)
    require(request.user, CHANGE, unit_id=held.unit_id)
    form = LiaisonForm(request.POST or None, user=request.user, row=held)
    back = reverse("liaison", args=[held.uid])
    if request.method == "POST" and form.is_valid():
        done = kept(
            form, services.change_liaison, request.user, held, opened_version=form.opened_version, **form.values
        )
        if done is not None:
            messages.success(request, _("Saved."))
            return redirect(back)
    return ask(
        request, form, back_url=back,
        answer=_("Whom does %(unit)s turn to for %(topic)s?") % {"unit": held.unit.name, "topic": held.topic},
    )  # fmt: skip


def _paper_form(request: Asking) -> Any:
    form = QualificationForm(request.POST or None)
    form.files = request.FILES
    return form


def _person(request: Asking, uid: str) -> Person:
    person: Person = get_object_or_404(people_seen(request.user), uid=uid)
    require(request.user, CHANGE_STAFF, unit_id=person.unit_id)
    return person


def _qualification(request: Asking, uid: str) -> Qualification:
    found: Qualification = get_object_or_404(qualifications_seen(request.user), uid=uid)
    return found


def _done(request: Asking, held: Any, verb: Any, said: str) -> HttpResponse:
    """Run a verb of one button; the button carries the version that was shown."""
    require(request.user, CHANGE_STAFF, unit_id=held.person.unit_id)
    try:
        verb(request.user, held, opened_version=version_of(request))
    except (Refused, LostUpdate) as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, said)
    if request.POST.get("back") == "page":
        return redirect("qualification", uid=held.uid)
    return redirect("person", uid=held.person.uid)
