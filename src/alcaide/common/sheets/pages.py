"""What the pages of an import show."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.common import registries
from alcaide.common.jobs import job_shown
from alcaide.common.models import JobTrack, SheetImport, User
from alcaide.common.permissions import scope_of
from alcaide.common.sheets import matching, queries
from alcaide.common.sheets.declared import Sheet, Undone
from alcaide.common.sheets.offered import sheet_of
from alcaide.common.sheets.queries import CHECK, DONE
from alcaide.common.sheets.tables import kind_words
from alcaide.intake.sheets.delimited import SEPARATORS
from alcaide.intake.sheets.table import Layout

State = SheetImport.State
SHOWN = 25
SHOWN_REFUSED = 50
MOST_REFUSED = 1_000


def columns_page(
    imported: SheetImport, sheet: Sheet, columns: dict[str, int], styles: dict[str, str], *, user: User
) -> dict[str, Any]:
    """Return what the matching of columns shows. Raises SheetRefused, FileLost."""
    layout = Layout.of_json(imported.layout)
    sample = matching.sample_of(imported)
    found = matching.matched(sheet, columns, styles, sample=sample, from_1904=layout.from_1904, actor=user)
    taken = {each.at for each in found}
    headings = [(at, name) for at, name in enumerate(imported.headings) if name != matching.WRONG]
    asks = sum(each.asks or bool(each.fault) for each in found)
    return {
        "imported": imported,
        "sheet": sheet,
        "layout": layout,
        "read_as": _read_as(layout),
        "matched": found,
        "headings": headings,
        "unused": [name for at, name in headings if at not in taken],
        "answer": _columns_answer(asks),
        "rest": _("%(file)s, as “%(kind)s”.") % {"file": imported.file_name, "kind": sheet.label},
        "remembered": matching.remembered(sheet, imported.headings, user),
        "again": queries.earlier(imported, user),
        "rows_more": not sample.is_whole,
        "rows_looked": len(sample.rows),
    }


def import_page(imported: SheetImport, user: User, *, all_refused: bool) -> dict[str, Any]:
    """Return what the page of an import shows, in whichever state it is."""
    sheet = sheet_of(imported.kind)
    phase = CHECK if imported.state == State.CHECKED else DONE
    lines = imported.lines.filter(phase=phase).order_by("number", "pk")

    def shown(kind: str, most: int = SHOWN) -> list[queries.LineShown]:
        return queries.lines_shown(lines.filter(kind=kind)[:most], sheet, lambda each: _page(each, user))

    refused = imported.counts.get("refused", 0)
    may_act = sheet is not None and scope_of(user).allows(sheet.permission)
    track = JobTrack.objects.filter(key=imported.subject).select_related("asked_by").order_by("-pk").first()
    is_open = track is not None and track.state in JobTrack.OPEN
    left = imported.lines.filter(phase=DONE, undo_kind__in=["left", "partly"]).order_by("number")
    answer, rest = _answer(imported)
    is_tried = imported.state == State.CHECKED and sheet is not None and sheet.snapshot is not None
    waits = sheet.snapshot.waits(user, imported) if is_tried else None  # type: ignore[union-attr]  # is_tried asked
    return {
        "imported": imported,
        "sheet": sheet,
        "kind": kind_words(imported.kind),
        "answer": answer,
        "rest": rest,
        "tally": _tally(imported),
        "is_ahead": _is_ahead(imported),
        "written": queries.written_lines(imported).count() if imported.state == State.FAILED else 0,
        "snapshot": _snapshot(imported),
        "job": job_shown(track, user) if track and is_open else None,
        "is_busy": imported.state in SheetImport.BUSY,
        "sections": [
            (key, words, note, rows)
            for key, words, note in _sections(imported)
            if (rows := shown(key))
        ],
        "refused": shown("refused", MOST_REFUSED if all_refused else SHOWN_REFUSED),
        "refused_more": refused > (MOST_REFUSED if all_refused else SHOWN_REFUSED),
        "all_refused": all_refused,
        "left": queries.lines_shown(left[:SHOWN_REFUSED], sheet, lambda each: _page(each, user)),
        "may_act": may_act,
        "waits": waits,
        "may_do": may_act and imported.state == State.CHECKED and _has_work(imported) and waits is None,
        "may_resume": may_act and imported.state == State.FAILED and imported.started_at is not None
        and not left.exists() and not imported.lines.exclude(undo_kind="").exists(),
        "may_undo": may_act and sheet is not None and sheet.can_undo
        and imported.state in {State.DONE, State.FAILED} and queries.written_lines(imported).exists(),
        "may_match": may_act and imported.state in {State.CHECKED, State.FAILED} and imported.started_at is None,
        "list_url": reverse(sheet.list_url) if sheet and sheet.list_url else "",
        "guarded": imported.state == State.CHECKED and bool(imported.counts.get("missing_guarded")),
        "again": queries.earlier(imported, user) if imported.state == State.CHECKED else None,
        "corrections": queries.imports(user).filter(corrects=imported),
    }  # fmt: skip


def undo_page(imported: SheetImport, counts: dict[str, int], left: list[Undone]) -> dict[str, Any]:
    """Return what is said before an undo."""
    whole, partly = counts["undone"], counts["partly"]
    if whole + partly == 0:
        answer = _("Nothing of this import can be undone.")
    else:
        answer = ngettext("Undo %(n)s row of this import?", "Undo %(n)s rows of this import?", whole + partly) % {
            "n": f"{whole + partly:,}"
        }
    return {
        "imported": imported,
        "answer": answer,
        "counts": counts,
        "tally": [
            (_("Undone"), whole, ""),
            (_("Undone in part"), partly, "aside" if partly else ""),
            (_("Left as they are"), counts["left"], "aside" if counts["left"] else ""),
            (_("Rows it wrote"), sum(counts.values()), "total"),
        ],
        "left": left,
        "may_undo": whole + partly > 0,
    }


def _page(subject: str, user: User) -> Any:
    return registries.subject_of(subject, user)


def _columns_answer(asks: int) -> str:
    if not asks:
        return _("Every column that is needed was found.")
    return ngettext("%(n)s column is to be settled.", "%(n)s columns are to be settled.", asks) % {"n": asks}


def _read_as(layout: Layout) -> str:
    if layout.form == "xlsx":
        return _("Workbook, sheet “%(sheet)s”, headings in row %(row)s.") % {
            "sheet": layout.sheet, "row": layout.header_row,
        }  # fmt: skip
    return _("CSV, columns parted by a %(separator)s, %(encoding)s, headings in row %(row)s.") % {
        "separator": _(SEPARATORS[layout.separator]), "encoding": layout.encoding.removesuffix("-sig").upper(),
        "row": layout.header_row,
    }  # fmt: skip


def _answer(imported: SheetImport) -> tuple[str, str]:  # noqa: PLR0911  one answer a state is the clearest table
    counts = imported.counts
    new, other = counts.get("added", 0), counts.get("changed", 0)
    wrong = counts.get("refused", 0)
    refused = ngettext("%(n)s row is refused.", "%(n)s rows are refused.", wrong) % {"n": f"{wrong:,}"} if wrong else ""
    numbers = {"new": f"{new:,}", "changed": f"{other:,}"}
    match imported.state:
        case State.CHECKING:
            return _("The file is being tried."), _("Nothing is written yet. You may leave the page.")
        case State.RUNNING:
            return _("The file is being imported."), _("You may leave the page; the import goes on.")
        case State.UNDOING:
            return _("The import is being undone."), _("You may leave the page; the undo goes on.")
        case State.CHECKED if not _has_work(imported):
            return _("There is nothing to import."), refused or _("Every row stands here already.")
        case State.CHECKED:
            return _("%(new)s would be added, %(changed)s changed.") % numbers, refused or _("No row is refused.")
        case State.DONE:
            return _("%(new)s were added, %(changed)s changed.") % numbers, refused
        case State.UNDONE:
            told = {"n": f"{imported.undo_counts.get('undone', 0):,}"}
            return _("This import was undone."), _("%(n)s rows were taken back.") % told
        case State.DROPPED:
            return _("This import was given up."), _("Nothing of it was written.")
    return _("This import could not go on."), ""


def _is_ahead(imported: SheetImport) -> bool:
    """Tell whether the counts are still those of the trial: nothing is called added before it is."""
    return imported.state not in {State.DONE, State.UNDOING, State.UNDONE} and imported.finished_at is None


def _has_work(imported: SheetImport) -> bool:
    return any(imported.counts.get(key, 0) for key in ("added", "changed", "missing"))


def _tally(imported: SheetImport) -> list[tuple[str, int, str]]:
    """Return the counts in words; the parts stand before the rows of the file, which they add up to."""
    counts = imported.counts
    if "rows" not in counts:
        return []
    would = _is_ahead(imported)
    parts = [
        (_("Would be added") if would else _("Added"), counts["added"], ""),
        (_("Would be changed") if would else _("Changed"), counts["changed"], ""),
        (_("Unchanged"), counts["unchanged"], ""),
        (_("Refused"), counts["refused"], "aside" if counts["refused"] else ""),
    ]
    if counts.get("left_out"):
        parts.append((_("Line of totals"), counts["left_out"], ""))
    return [*parts, (_("Rows in the file"), sum(number for _words, number, _kind in parts), "total")]


def _snapshot(imported: SheetImport) -> list[tuple[str, int, str]]:
    """Return joiners, movers and leavers of a file that is the whole list."""
    counts = imported.counts
    if "missing" not in counts:
        return []
    rows = [
        (_("Joiners"), counts["added"], ""),
        (_("Movers"), counts.get("movers", 0), ""),
        (_("Leavers, missing in the file"), counts["missing"], "aside" if counts.get("missing_guarded") else ""),
        (_("Standing here before"), counts.get("standing", 0), "total"),
    ]
    if "ended" in counts:
        rows.insert(3, (_("Ended"), counts["ended"], ""))
    if counts.get("not_ended"):
        rows.insert(4, (_("Not ended"), counts["not_ended"], "aside"))
    return rows


def _sections(imported: SheetImport) -> list[tuple[str, str, str]]:
    counts = imported.counts
    would = imported.state == State.CHECKED
    found = [
        ("changed", _("Would be changed") if would else _("Changed"), counts.get("changed", 0)),
        ("added", _("Would be added") if would else _("Added"), counts.get("added", 0)),
        ("ended", _("Would be ended") if would else _("Ended"), counts.get("missing", 0)),
    ]
    first = _("the first %(n)s") % {"n": SHOWN}
    return [(key, words, first if number > SHOWN else "") for key, words, number in found]
