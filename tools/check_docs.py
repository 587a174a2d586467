"""Runs the commands that README and docs show: every fenced block marked `sh run`, file by file, in a scratch home."""

import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WITHIN_S = 120
BLOCK = re.compile(r"^```sh run[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One block of commands and where it stands."""

    place: str
    commands: str


def blocks_of(text: str, name: str) -> list[Block]:
    """Return the marked blocks of one page."""
    return [Block(f"{name}:{text.count(chr(10), 0, m.start()) + 1}", m.group(1)) for m in BLOCK.finditer(text)]


def pages() -> list[Path]:
    """Return the pages whose commands are checked."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def run(block: Block, *, home: Path) -> str | None:
    """Run a block as a reader would, from the project's folder. Returns what went wrong, None where nothing did."""
    environment = {
        **os.environ,
        "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "ALCAIDE_HOME": str(home),
    }
    environment.pop("DATABASE_URL", None)
    try:
        done = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", block.commands],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", timeout=WITHIN_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"did not end within {WITHIN_S} s"
    return f"exit {done.returncode}\n{done.stdout.strip()}" if done.returncode else None


def main() -> int:
    """Run every block; return 1 where one failed."""
    passed, failed = 0, 0
    for page in pages():
        with tempfile.TemporaryDirectory(prefix="alcaide-docs-") as scratch:
            for block in blocks_of(page.read_text(encoding="utf-8"), str(page.relative_to(ROOT))):
                started = time.monotonic()
                fault = run(block, home=Path(scratch) / "home")
                print(f"{'failed' if fault else 'ok    '} {block.place} {time.monotonic() - started:.1f} s")
                if fault:
                    print(block.commands.strip(), fault, sep="\n")
                passed, failed = passed + (not fault), failed + bool(fault)
    print(f"docs: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
