"""Pages behind walls. Who is not named on a matter is answered as if there were none."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from alcaide.common.asking import Asking, ask, kept
from alcaide.common.files import POLICY, FileLost, FileTooLarge, StoreUnwritable, clean_name
from alcaide.common.forms import RowForm
from alcaide.common.models import MatterFile, MatterNote, MatterTask, User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import subjects_of
from alcaide.common.rights.doors import OWN, rule

from . import services
from .disclosing import disclose, take_in
from .exporting import export
from .forms import (
    DisclosureForm,
    EmergencyForm,
    ExportForm,
    FileForm,
    KeepForm,
    MatterForm,
    MemberForm,
    NoteForm,
    RecordForm,
    TaskForm,
)
from .queries import FOUND, OPEN, NoSuchMatter, Within, emergency_of, matters, row_inside, within
from .sealing import SealBroken
from .views_disclosed import DISCLOSED_URLS

Kind = MatterNote.Kind
View = Callable[..., HttpResponse]
HEADINGS = {
    Kind.FACT: gettext_lazy("A fact, with its source"),
    Kind.ADVICE: gettext_lazy("Advice of counsel"),
    Kind.DRAFT: gettext_lazy("A draft"),
}


def inside(view: View) -> View:
    """Let a member in and nobody else; a service that says the same later is answered alike."""

    @wraps(view)
    def entered(request: Asking, uid: UUID, **more: Any) -> HttpResponse:
        try:
            return view(request, within(str(uid), request.user), **more)
        except NoSuchMatter:
            raise Http404(_("There is no such page.")) from None

    return cast(View, rule(OWN)(entered))


def _row(model: Any) -> Callable[[View], View]:
    """Let a member come to one row behind the wall."""

    def marked(view: View) -> View:
        @wraps(view)
        def entered(request: Asking, uid: UUID, **more: Any) -> HttpResponse:
            try:
                here, row = row_inside(model, uid, request.user)
                return view(request, here, row, **more)
            except NoSuchMatter:
                raise Http404(_("There is no such page.")) from None

        return cast(View, rule(OWN)(entered))

    return marked


@rule(OWN)
@require_safe
def matter_list(request: Asking) -> HttpResponse:
    """Show the matters on which one is named."""
    mine = list(matters(request.user).select_related("opened_by"))
    about = {"mine": mine, "may_open": scope_of(request.user).allows(OPEN), "emergency": emergency_of(request.user)}
    return render(request, "common/walls/matters.html", about)


@rule(OPEN, reach="any")
def matter_new(request: Asking) -> HttpResponse:
    """Open a matter."""
    form = MatterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = kept(form, services.open_matter, request.user, **form.values)
        if made is not None:
            return redirect("matter", uid=made.uid)
    return ask(request, form, answer=_("Open a matter behind a wall"), act=_("Open it"), back_url=reverse("matters"),
               rest=_("You alone are let in until you name others."))  # fmt: skip


@inside
@require_safe
def matter(request: Asking, here: Within) -> HttpResponse:
    """Show a matter: facts and advice apart, and nothing of the ordinary pages beside them."""
    words = request.GET.get("q", "").strip()[:200]
    links = list(here.links)
    named = subjects_of([each.about for each in links], request.user)
    about = {
        "here": here, "row": here.matter, "words": words,
        "kinds": [(kind, list(here.notes(kind, words)[:FOUND])) for kind in (Kind.FACT, Kind.ADVICE, Kind.DRAFT)],
        "files": [each for each in here.files if words.casefold() in each.name.casefold()][:FOUND],
        "tasks": [each for each in here.tasks if words.casefold() in each.text.casefold()][:FOUND],
        "links": [(each, named.get(each.about)) for each in links],
        "members": here.members, "exports": here.exports, "disclosures": here.disclosures, "told": here.history(),
        "now": {each.pk for each in here.inside_now},
    }  # fmt: skip
    return render(request, "common/walls/matter.html", about)


@inside
def note_new(request: Asking, here: Within, kind: str) -> HttpResponse:
    """Write a fact, advice or a draft."""
    form = NoteForm(request.POST or None)
    return _asked(request, here, form, lambda: services.write_note(request.user, here.matter, kind=kind, **form.values),
                  answer=str(HEADINGS[Kind(kind)]), act=_("Keep"))  # fmt: skip


@_row(MatterNote)
def note_edit(request: Asking, here: Within, note: MatterNote) -> HttpResponse:
    """Change a draft of one's own."""
    form = NoteForm(request.POST or None, row=note)
    form.open_at(note)

    def change() -> Any:
        return services.change_draft(request.user, note, opened_version=form.opened_version, **form.values)

    return _asked(request, here, form, change, answer=_("Change the draft"))


@_row(MatterNote)
def note_keep(request: Asking, here: Within, note: MatterNote) -> HttpResponse:
    """Let a draft stand."""
    form = KeepForm(request.POST or None, inside=here)
    return _asked(request, here, form, lambda: services.keep_draft(request.user, note, **form.values),
                  answer=_("What is the draft by now?"),
                  rest=_("It no longer goes by itself, nor can it be changed."))  # fmt: skip


@_row(MatterNote)
@require_POST
def note_drop(request: Asking, here: Within, note: MatterNote) -> HttpResponse:
    """Delete a draft of one's own."""
    return _done(request, here, lambda: services.drop_draft(request.user, note))


@inside
def file_add(request: Asking, here: Within) -> HttpResponse:
    """Keep a file behind the wall."""
    form = FileForm(request.POST or None, request.FILES or None)

    def add() -> Any:
        sent = form.cleaned_data["file"]
        try:
            return services.add_file(request.user, here.matter, stream=sent, name=sent.name)
        except (FileTooLarge, StoreUnwritable) as fault:
            raise ValidationError(str(fault)) from fault

    return _asked(request, here, form, add, answer=_("Add a file"), act=_("Keep"),
                  rest=_("It is sealed: no search and no other file meets it."))  # fmt: skip


@_row(MatterFile)
@require_safe
def file_open(request: Asking, here: Within, file: MatterFile) -> HttpResponse:
    """Hand a file to a member."""
    try:
        content = services.read_file(request.user, file)
    except (FileLost, SealBroken) as fault:
        return render(request, "common/file_lost.html", {"fault": fault}, status=410)
    return _attached(content, file.name, file.media_type)


@inside
def task_new(request: Asking, here: Within) -> HttpResponse:
    """Give a member something to do."""
    form = TaskForm(request.POST or None, inside=here)
    return _asked(request, here, form, lambda: services.add_task(request.user, here.matter, **form.values),
                  answer=_("What is to be done?"), act=_("Give the task"))  # fmt: skip


@_row(MatterTask)
@require_POST
def task_done(request: Asking, here: Within, task: MatterTask) -> HttpResponse:
    """Say that a task is done."""
    return _done(request, here, lambda: services.finish_task(request.user, task))


@inside
def link_new(request: Asking, here: Within) -> HttpResponse:
    """Look at an ordinary record, or copy it in."""
    form = RecordForm(request.POST or None)

    def look() -> Any:
        given = {"about": form.values["about"].strip(), "why": form.values["why"]}
        verb = take_in if form.values["copy"] else services.look_at
        return verb(request.user, here.matter, **given)

    return _asked(request, here, form, look, answer=_("Which record does the matter look at?"), act=_("Add"),
                  rest=_("The record shows nothing of it."))  # fmt: skip


@inside
def member_in(request: Asking, here: Within) -> HttpResponse:
    """Let a person in."""
    form = MemberForm(request.POST or None, inside=here)
    return _asked(request, here, form, lambda: services.let_in(request.user, here.matter, **form.values),
                  answer=_("Who is let in?"), act=_("Let in"),
                  rest=_("Only who must give or use the advice: each further reader weakens it."))  # fmt: skip


@inside
@require_POST
def member_out(request: Asking, here: Within, user: UUID) -> HttpResponse:
    """End a person's way in."""
    out = User.objects.filter(uid=user).first()
    if out is None:
        raise NoSuchMatter
    return _done(request, here, lambda: services.let_out(request.user, here.matter, user=out))


@inside
@require_POST
def step(request: Asking, here: Within, verb: str) -> HttpResponse:
    """Close a matter, or open it again."""
    do = {"close": services.close, "reopen": services.reopen}[verb]
    return _done(request, here, lambda: do(request.user, here.matter))


@inside
def matter_export(request: Asking, here: Within) -> HttpResponse:
    """Hand out what the matter holds, marked and logged."""
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = kept(form, export, request.user, here.matter, **form.values)
        if made is not None:
            return _attached(made.content, made.name, "application/zip")
    return ask(request, form, answer=_("Hand out what matter %(number)s holds") % {"number": here.matter.number},
               act=_("Make the file"), back_url=_page(here),
               rest=_("Marked privileged and confidential; who, when and for whom stay in its log."))  # fmt: skip


@inside
def matter_disclose(request: Asking, here: Within) -> HttpResponse:
    """Decide to let facts out as a copy."""
    form = DisclosureForm(request.POST or None, inside=here)

    def decide() -> Any:
        return disclose(request.user, here.matter, **{**form.values, "notes": list(form.values["notes"])})

    return _asked(request, here, form, decide, answer=_("Disclose facts"), act=_("Disclose a copy"),
                  rest=_("The copy is an ordinary record from then on. Advice and drafts stay."))  # fmt: skip


@rule(OWN)
def matter_emergency(request: Asking) -> HttpResponse:
    """Open a wall under emergency access; its counsel is told at once."""
    form = EmergencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = None
        if emergency_of(request.user) is None:
            form.add_error(None, _("Only emergency access opens the wall of a matter. Ask its counsel to let you in."))
        else:
            made = kept(form, services.open_in_emergency, request.user, **form.values)
        if made is not None:
            return redirect("matter", uid=made.uid)
    rest = _("Emergency access only. Its counsel is told at once, and the auditor reads that it was done.")
    return ask(request, form, answer=_("Open a wall in an emergency"), act=_("Open it"), back_url=reverse("matters"),
               rest=rest)  # fmt: skip


def _asked(
    request: Asking, here: Within, form: RowForm, verb: Callable[[], Any], *, answer: str, rest: str = "", act: str = ""
) -> HttpResponse:
    """Show a form of the matter, or do what it asks and go back there."""
    if request.method == "POST" and form.is_valid():
        try:
            done = kept(form, verb)
        except services.WrongStep as fault:
            form.add_error(None, str(fault))
        else:
            if done is not None:
                return redirect("matter", uid=here.matter.uid)
    return ask(request, form, answer=answer, rest=rest, act=act, back_url=_page(here))


def _done(request: Asking, here: Within, verb: Callable[[], Any]) -> HttpResponse:
    try:
        verb()
    except services.WrongStep as fault:
        messages.warning(request, str(fault))
    still = matters(request.user).filter(pk=here.matter.pk).exists()
    return redirect("matter", uid=here.matter.uid) if still else redirect("matters")


def _attached(content: bytes, name: str, media_type: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    disposition = content_disposition_header(as_attachment=True, filename=clean_name(name))
    answer.headers["Content-Disposition"] = disposition or "attachment"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _page(here: Within) -> str:
    return reverse("matter", args=[here.matter.uid])


WALL_URLS: list[URLPattern] = [
    path("matters/", matter_list, name="matters"),
    path("matters/new/", matter_new, name="matter-new"),
    path("matters/emergency/", matter_emergency, name="matter-emergency"),
    path("matters/<uuid:uid>/", matter, name="matter"),
    *(path(f"matters/<uuid:uid>/{kind}/", note_new, {"kind": kind}, name=f"matter-{kind}") for kind in Kind.values),
    path("matters/<uuid:uid>/file/", file_add, name="matter-file-add"),
    path("matters/<uuid:uid>/task/", task_new, name="matter-task-new"),
    path("matters/<uuid:uid>/record/", link_new, name="matter-record"),
    path("matters/<uuid:uid>/let-in/", member_in, name="matter-let-in"),
    path("matters/<uuid:uid>/let-out/<uuid:user>/", member_out, name="matter-let-out"),
    path("matters/<uuid:uid>/export/", matter_export, name="matter-export"),
    path("matters/<uuid:uid>/disclose/", matter_disclose, name="matter-disclose"),
    *(path(f"matters/<uuid:uid>/{verb}/", step, {"verb": verb}, name=f"matter-{verb}") for verb in ("close", "reopen")),
    path("matters/notes/<uuid:uid>/edit/", note_edit, name="matter-note-edit"),
    path("matters/notes/<uuid:uid>/keep/", note_keep, name="matter-note-keep"),
    path("matters/notes/<uuid:uid>/drop/", note_drop, name="matter-note-drop"),
    path("matters/files/<uuid:uid>/", file_open, name="matter-kept-file"),
    path("matters/tasks/<uuid:uid>/done/", task_done, name="matter-task-done"),
    *DISCLOSED_URLS,
]
