"""Keeps modules, functions and templates small: warns past the aim, fails past the stop."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUNCTION_WARN, FUNCTION_STOP = 40, 60
MODULE_AIM, MODULE_STOP = 250, 500
TEMPLATE_STOP = 150
SKIPPED = {"migrations", "tests", "vendor", "static"}


@dataclass(frozen=True)
class Size:
    """One thing that is measured, and the sizes it is held to."""

    place: str
    lines: int
    aim: int
    stop: int

    @property
    def is_over(self) -> bool:
        return self.lines > self.stop

    @property
    def is_large(self) -> bool:
        return self.lines > self.aim

    def __str__(self) -> str:
        held = f"stop {self.stop}" if self.is_over else f"aim {self.aim}"
        return f"{self.place}: {self.lines} lines, {held}"


def sizes_of_module(source: str, place: str) -> Iterator[Size]:
    """Measure a module and its functions; a function's docstring is not counted."""
    yield Size(place, source.count("\n"), MODULE_AIM, MODULE_STOP)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Size(f"{place}:{node.lineno} {node.name}", _lines(node), FUNCTION_WARN, FUNCTION_STOP)


def sizes(root: Path) -> Iterator[Size]:
    """Measure every module and template of the project."""
    for folder in ("src", "tools", "bench"):
        for path in sorted((root / folder).rglob("*.py")):
            if not SKIPPED & set(path.relative_to(root).parts):
                yield from sizes_of_module(path.read_text(encoding="utf-8"), str(path.relative_to(root)))
    for path in sorted((root / "src").rglob("templates/**/*.html")):
        count = path.read_text(encoding="utf-8").count("\n")
        yield Size(str(path.relative_to(root)), count, TEMPLATE_STOP, TEMPLATE_STOP)


def main() -> int:
    """Print what is large; return 1 where something is past its stop."""
    found = [size for size in sizes(ROOT) if size.is_large]
    for size in sorted(found, key=lambda size: (size.is_over, size.place)):
        print("over " if size.is_over else "large", size)
    over = sum(size.is_over for size in found)
    print(f"sizes: {over} over, {len(found) - over} larger than the aim")
    return 1 if over else 0


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is None:
        return whole
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1)


if __name__ == "__main__":
    sys.exit(main())
