"""Everything that leaves the house as a file is told in the trail; a new way out that is not told fails here."""

import ast
from collections.abc import Iterator
from pathlib import Path

import alcaide

ROOT = Path(alcaide.__file__).parent
TELLS = {"tell_taken", "audit", "take_out", "reperform", "export", "taken"}

# Who sends a file, and where in the same module the trail is told of it.
TOLD = {
    "board/views.py:pack_file": "pack_file",
    "board/views_agenda.py:changed_page": "changed_page",
    "board/views_audit.py:audit_file": "audit_file",
    "common/asof/views.py:_file": "_file",
    "common/holds/views.py:hold_export": "hold_export",
    "common/lists/exports.py:_csv": "give_out",
    "common/lists/exports.py:give_out": "give_out",
    "common/monitors/views_names.py:held_about_me_file": "held_about_me_file",
    "common/sheets/papers.py:_disposition": "wrong",
    "common/sheets/papers.py:_saved": "wrong",
    "common/walls/views.py:_attached": "matter_export",
    "exposure/views_reports.py:_csv": "_csv",
    "risk/views_runs.py:attached": "_file",
}
UNTOLD = {
    "board/views_year.py:feed": "A calendar asks each hour; when it last did stands with its address.",
    "common/files.py:serve": "One file that its reader sees by the record on which it hangs.",
    "project/views_tls.py:authority_file": "The public certificate of the house.",
}


def ways_out() -> Iterator[tuple[str, ast.FunctionDef, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        if {"tests", "migrations", "engine"} & set(path.parts):
            continue
        text = path.read_text(encoding="utf-8")
        if "attachment" not in text:
            continue
        tree = ast.parse(text)
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef) and any(map(_sends, ast.walk(function))):
                yield f"{path.relative_to(ROOT)}:{function.name}", function, tree


def _sends(node: ast.AST) -> bool:
    if isinstance(node, ast.keyword):
        return node.arg == "as_attachment"
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and (
        node.value == "attachment" or node.value.startswith("attachment;")
    )  # fmt: skip


def _tells(function: ast.FunctionDef) -> bool:
    names = {getattr(node, "id", getattr(node, "attr", "")) for node in ast.walk(function)}
    return bool(names & TELLS)


def test_every_way_out_is_told_or_says_why_not():
    found = {name for name, _function, _tree in ways_out()}
    assert found - TOLD.keys() - UNTOLD.keys() == set(), "call `tell_taken` there and name it in TOLD"
    assert (TOLD.keys() | UNTOLD.keys()) - found == set(), "these send no file any more"


def test_where_it_is_told_the_trail_is_called():
    for name, _function, tree in ways_out():
        if name in TOLD:
            where = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and each.name == TOLD[name]]
            assert where and _tells(where[0]), name
