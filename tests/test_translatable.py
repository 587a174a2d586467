"""Words that people read can be translated: none is put together before the catalogue is asked."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

SOURCE = Path(__file__).resolve().parent.parent / "src/alcaide"
ROOMS = ("assets", "board", "controls", "exposure", "organization", "risk", "threats")
ASKS = frozenset({"_", "lazy", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext"})
TELLS = frozenset({"success", "info", "warning", "error", "add_error"})
# Faults of who writes the house or its content files, told at start or in a test; never on a page.
OF_THE_MAKER = frozenset({"BadGrounds", "LibraryFault", "TypeError", "RuntimeError", "NotImplementedError"})
NOT_READ = {"board/typeset.py", "risk/pricing/actions.py"}


def called(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else node
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def is_words(node: ast.AST) -> bool:
    is_plain = isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
    return isinstance(node, ast.JoinedStr) or is_plain


def composed(tree: ast.AST) -> Iterator[int]:
    """Yield where a catalogue is asked for words that were put together before."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in ASKS and any(isinstance(a, ast.JoinedStr) for a in node.args):
            yield node.lineno


def untold(tree: ast.AST) -> Iterator[int]:
    """Yield where somebody is refused, or told something, in words that no catalogue was asked for."""
    for node in ast.walk(tree):
        call = node.exc if isinstance(node, ast.Raise) else node
        if not isinstance(call, ast.Call):
            continue
        is_refusal = isinstance(node, ast.Raise) and called(call) not in OF_THE_MAKER
        # The first argument of `add_error` names the field.
        said = call.args[1:] if called(call) == "add_error" else call.args
        if (is_refusal or called(call) in TELLS) and any(is_words(each) for each in said):
            yield call.lineno


def found_in(paths: list[Path], looks: object) -> list[str]:
    return [
        f"{path.relative_to(SOURCE)}:{line}"
        for path in paths
        if not {"tests", "migrations"} & set(path.parts) and str(path.relative_to(SOURCE)) not in NOT_READ
        for line in looks(ast.parse(path.read_text("utf-8")))
    ]


def test_no_catalogue_is_asked_for_words_put_together_before():
    assert found_in(sorted(SOURCE.rglob("*.py")), composed) == []


def test_every_refusal_of_a_room_can_be_translated():
    paths = [path for room in ROOMS for path in sorted((SOURCE / room).rglob("*.py"))]
    assert found_in(paths, untold) == []


@pytest.mark.parametrize(
    "line",
    ['raise Refused(f"{name} may not.")', 'raise refuse("on", "Not so.")', 'messages.error(request, f"No {name}.")'],
)
def test_the_look_finds_words_that_no_catalogue_knows(line):
    assert list(untold(ast.parse(line))) == [1]
    assert list(composed(ast.parse('_(f"{name} may not.")'))) == [1]
    assert not list(untold(ast.parse('raise Refused(_("%(name)s may not.") % {"name": name})')))
