"""Pages of one import: choose a file, match its columns, try it, import it, read what it did, undo it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alcaide.common import files
from alcaide.common.files import FileLost, FileTooLarge, StoreUnwritable
from alcaide.common.models import SheetImport
from alcaide.common.people import signed_in
from alcaide.common.permissions import Refused, require
from alcaide.common.rights.doors import SUBJECT, rule
from alcaide.common.sheets import jobs, matching, pages, papers, queries, services, undoing
from alcaide.common.sheets.declared import Sheet
from alcaide.common.sheets.forms import LayoutForm, SheetForm
from alcaide.common.sheets.offered import all_sheets, sheet_of, sheet_permissions, sheets_for
from alcaide.intake.sheets.cells import SheetRefused
from alcaide.intake.sheets.limits import LIMITS
from alcaide.intake.sheets.table import Layout

State = SheetImport.State


@rule(sheet_permissions)
def import_new(request: HttpRequest) -> HttpResponse:
    """Choose what the rows are, and the file."""
    user = signed_in(request)
    if not any(sheets_for(user)):
        _refuse(user)
    form = SheetForm(
        request.POST or None, request.FILES or None, user=user, initial={"kind": request.GET.get("kind", "")}
    )
    if request.method == "POST" and form.is_valid():
        brought = _bring_in(request, form)
        if brought is not None:
            return redirect("import-columns", uid=brought.uid)
    about = {
        "form": form,
        "max_bytes": LIMITS.file_bytes,
        "sheets": list(sheets_for(user)),
        "rows_most": LIMITS.rows,
    }
    return render(request, "common/sheets/new.html", about, status=422 if form.errors else 200)


@rule(sheet_permissions)
@require_safe
def import_template(request: HttpRequest, kind: str, form: str) -> HttpResponseBase:
    """Hand out an empty sheet of a kind."""
    sheet = sheet_of(kind)
    if sheet is None or form not in papers.TYPES:
        raise Http404(_("There is no such kind of sheet."))
    require(signed_in(request), sheet.permission)
    return papers.template(sheet, "xlsx" if form == "xlsx" else "csv")


@rule(sheet_permissions)
def import_columns(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Match the columns; a match that is settled begins the trial."""
    imported, sheet = _changeable(request, uid)
    if imported.state not in {State.COLUMNS, State.CHECKED, State.FAILED} or imported.started_at:
        return redirect("import", uid=uid)
    columns, styles, ends = imported.columns, imported.styles, imported.ends_missing
    fault = ""
    if request.method == "POST":
        columns, styles, ends = _typed(request, imported, sheet)
        try:
            matched = services.match(signed_in(request), imported, columns=columns, styles=styles, ends_missing=ends)
        except (services.NotMatched, services.NotNow, SheetRefused, FileLost) as told:
            fault = str(told)
        else:
            return redirect("import", uid=matched.uid)
    try:
        about = pages.columns_page(imported, sheet, columns, styles, user=signed_in(request))
    except (SheetRefused, FileLost) as told:
        services.give_up(signed_in(request), imported)
        messages.error(request, str(told))
        return redirect("import-new")
    about |= {"fault": fault, "ends_missing": ends, "layout_form": LayoutForm(layout=Layout.of_json(imported.layout))}
    return render(request, "common/sheets/columns.html", about, status=422 if fault else 200)


@rule(sheet_permissions)
@require_POST
def import_layout(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Read the file with another sheet, row of headings or separator."""
    imported, _sheet = _changeable(request, uid)
    form = LayoutForm(request.POST, layout=Layout.of_json(imported.layout))
    try:
        if form.is_valid():
            services.read_otherwise(signed_in(request), imported, form.asked())
        else:
            messages.error(request, _("Say a row of headings from 1 on, and a sheet or separator from the list."))
    except (SheetRefused, FileLost, services.NotNow) as fault:
        messages.error(request, str(fault))
    return redirect("import-columns", uid=uid)


@rule(SUBJECT)
@require_safe
def import_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show how an import stands: on its way, tried, done or undone."""
    imported = _visible(request, uid)
    if imported.state == State.COLUMNS:
        return redirect("import-columns", uid=uid)
    about = pages.import_page(imported, signed_in(request), all_refused="all" in request.GET)
    return render(request, "common/sheets/import.html", about)


@rule(sheet_permissions)
@require_POST
def import_do(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Import what was tried."""
    imported, _sheet = _changeable(request, uid)
    typed = request.POST.get("missing", "").replace(",", "").strip()
    try:
        begun = services.ask_import(
            signed_in(request), imported, missing_typed=int(typed) if typed.isdecimal() and len(typed) < 10 else None
        )
    except (services.NotNow, services.TooManyMissing, services.WaitsForSecond) as fault:
        messages.error(request, str(fault))
        return redirect("import", uid=uid)
    if services.is_short(begun):
        jobs.at_once(services.run, signed_in(request), begun)
    return redirect("import", uid=uid)


@rule(sheet_permissions)
@require_POST
def import_go_on(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Let what stopped without a word go on."""
    imported, _sheet = _changeable(request, uid)
    try:
        services.go_on(signed_in(request), imported)
    except services.NotNow as fault:
        messages.error(request, str(fault))
    return redirect("import", uid=uid)


@rule(sheet_permissions)
@require_POST
def import_give_up(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Put an import aside that wrote nothing."""
    imported, _sheet = _changeable(request, uid)
    try:
        services.give_up(signed_in(request), imported)
    except services.NotNow as fault:
        messages.error(request, str(fault))
        return redirect("import", uid=uid)
    messages.success(request, _("“%(name)s” was given up; nothing of it was written.") % {"name": imported.file_name})
    return redirect("imports")


@rule(sheet_permissions)
def import_undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Say what an undo would do, and do it when asked."""
    imported, _sheet = _changeable(request, uid)
    user = signed_in(request)
    try:
        if request.method == "POST":
            begun = undoing.ask_undo(user, imported)
            if undoing.is_short_undo(begun):
                jobs.at_once(undoing.undo, user, begun)
            return redirect("import", uid=uid)
        if imported.state not in {State.DONE, State.FAILED}:
            return redirect("import", uid=uid)
        counts, left = undoing.undo_counts(user, imported)
    except services.NotNow as fault:
        messages.error(request, str(fault))
        return redirect("import", uid=uid)
    return render(request, "common/sheets/undo.html", pages.undo_page(imported, counts, left))


@rule(SUBJECT)
@require_safe
def import_wrong(request: HttpRequest, uid: UUID, form: str) -> HttpResponseBase:
    """Hand out the refused rows, to be corrected and sent again."""
    imported = _visible(request, uid)
    if form not in papers.TYPES:
        raise Http404(_("The rows to correct come as CSV or XLSX."))
    return papers.wrong(imported, "xlsx" if form == "xlsx" else "csv", signed_in(request))


def _visible(request: HttpRequest, uid: UUID) -> SheetImport:
    """Return an import that the user sees; who may neither import nor oversee anything is refused."""
    user = signed_in(request)
    if not any(sheets_for(user)):
        require(user, queries.OPEN)
    found: SheetImport = get_object_or_404(queries.imports(user), uid=uid)
    return found


def _changeable(request: HttpRequest, uid: UUID) -> tuple[SheetImport, Sheet]:
    imported = _visible(request, uid)
    sheet = sheet_of(imported.kind)
    if sheet is None:
        raise Http404(_("This kind of sheet is no longer known here."))
    require(signed_in(request), sheet.permission)
    return imported, sheet


def _refuse(user: Any) -> None:
    for sheet in all_sheets():
        require(user, sheet.permission)
    raise Refused(_("Nothing can be imported here."))


def _bring_in(request: HttpRequest, form: SheetForm) -> SheetImport | None:
    """Keep the file and look at it; what is refused stands on the form, and None is returned."""
    upload = form.cleaned_data["file"]
    try:
        file = files.store(upload, upload.name, actor=signed_in(request), cap_bytes=LIMITS.file_bytes)
        return services.bring_in(signed_in(request), form.sheet, file=file, name=upload.name)
    except (SheetRefused, FileTooLarge, StoreUnwritable, FileLost) as fault:
        form.add_error("file", str(fault))
        return None


def _typed(request: HttpRequest, imported: SheetImport, sheet: Sheet) -> tuple[dict[str, int], dict[str, str], bool]:
    columns, styles = {}, {}
    places = {str(at) for at, name in enumerate(imported.headings) if name != matching.WRONG}
    for column in sheet.columns:
        at = request.POST.get(f"col-{column.key}", "")
        if at in places:
            columns[column.key] = int(at)
        if style := request.POST.get(f"style-{column.key}", ""):
            styles[column.key] = style
    return columns, styles, request.POST.get("ends_missing") == "1"
