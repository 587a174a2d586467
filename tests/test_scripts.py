"""The scripts: what they say when a machine cannot do it, and what they hand on."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tools import check_docs, check_sizes

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = [path for path in sorted((ROOT / "script").iterdir()) if path.is_file()]


def sourced(commands, **environment):
    """Run commands with the shared set-up loaded."""
    return subprocess.run(
        ["/bin/bash", "-eu", "-c", f". script/_setup.sh; {commands}"], cwd=ROOT, capture_output=True, text=True,
        check=False, env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
    )  # fmt: skip


def program(folder, name, text):
    made = folder / name
    made.write_text(f"#!/bin/sh\n{text}\n")
    made.chmod(0o755)
    return made


@pytest.mark.parametrize("script", [*SCRIPTS, ROOT / ".ci" / "run"], ids=lambda path: path.name)
def test_every_script_is_sound_bash(script):
    done = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_unknown_extent_is_refused_with_the_usage():
    done = subprocess.run(["bash", "script/test", "everything"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "usage: script/test [fast|full]\n")


def test_an_old_python_is_named_with_what_to_do(tmp_path):
    program(tmp_path, "python3", 'case "$2" in *version_info*) exit 1 ;; esac; echo "Python 3.9.2"')
    done = sourced("find_python", PATH=str(tmp_path))
    assert done.returncode == 2
    assert "needs Python 3.11 or newer; this machine has Python 3.9.2" in done.stderr


def test_a_machine_without_python_is_told_so(tmp_path):
    done = sourced("find_python", PATH=str(tmp_path))
    assert done.returncode == 2
    assert "this machine has no Python" in done.stderr


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("error: failed to write: Permission denied (os error 13)", "cannot be written"),
        ("error: Hash mismatch for `six==1.16.0`", "not the one that the lock names"),
        ("error sending request: invalid peer certificate: UnknownIssuer", "certificate is not known here"),
        ("dns error: failed to lookup address: Temporary failure in name resolution", "cannot be reached"),
        ("NewConnectionError: [Errno 101] Network is unreachable", "cannot be reached"),
    ],
)
def test_a_failed_set_up_says_one_plain_sentence(told, words):
    done = sourced('explain "$TOLD"', TOLD=told)
    assert done.returncode == 2
    assert words in done.stderr


def test_an_unknown_failure_is_shown_without_addresses():
    done = sourced('explain "$TOLD"', TOLD="broken at https://me:secret@mirror.example/simple/six")
    assert "secret" not in done.stderr
    assert "broken at (address)" in done.stderr


def test_pips_settings_are_handed_on_and_not_printed(tmp_path):
    told = "global.index-url='https://me:secret@mirror.example/simple'\n:env:.default-timeout='180'"
    pip = program(tmp_path, "python", f"cat <<'END'\n{told}\nEND")
    done = sourced(f'carry_pip_settings {pip}; [[ $UV_DEFAULT_INDEX == *secret* ]]; echo "$UV_HTTP_TIMEOUT"')
    assert (done.returncode, done.stdout, done.stderr) == (0, "180\n", "")


def test_pips_environment_goes_before_its_files(tmp_path):
    told = "global.index-url='https://files.example'\n:env:.index-url='https://environment.example'"
    pip = program(tmp_path, "python", f"cat <<'END'\n{told}\nEND")
    done = sourced(f'carry_pip_settings {pip}; echo "$UV_DEFAULT_INDEX"')
    assert done.stdout == "https://environment.example\n"


@pytest.mark.parametrize("lock", ["base", "dev", "uv"])
def test_a_lock_names_no_address_and_hashes_everything(lock):
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    assert "://" not in text
    pinned = [line for line in text.splitlines() if line[:1].isalnum()]
    assert pinned
    assert all("==" in line and line.endswith("\\") for line in pinned)


def test_the_locks_hold_what_the_package_asks_for():
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())
    base = (ROOT / "requirements" / "base.txt").read_text()
    dev = (ROOT / "requirements" / "dev.txt").read_text()
    assert [each for each in asked["project"]["dependencies"] if f"\n{_name(each)}==" not in base] == []
    assert [each for each in asked["dependency-groups"]["dev"] if f"\n{_name(each)}==" not in dev] == []


def _name(requirement):
    return requirement.split("[")[0].split(">")[0].split("<")[0].split("=")[0].strip().lower()


def test_a_pages_marked_commands_are_run_and_others_are_not():
    page = "```sh\nrm -rf /\n```\n\n```sh run\ntrue\n```\n"
    assert [block.commands for block in check_docs.blocks_of(page, "page.md")] == ["true\n"]


def test_a_page_whose_command_fails_is_found(tmp_path):
    (block,) = check_docs.blocks_of("one\n\n```sh run\necho no; false; echo never\n```\n", "page.md")
    assert block.place == "page.md:3"
    assert check_docs.run(block, home=tmp_path) == "exit 1\nno"


def test_a_function_past_its_stop_is_found():
    long_body = "\n".join(f"    x{n} = {n}" for n in range(70))
    found = [size for size in check_sizes.sizes_of_module(f"def long():\n{long_body}\n", "m.py") if size.is_over]
    assert [str(size) for size in found] == ["m.py:1 long: 71 lines, stop 60"]


def test_a_docstring_does_not_count_against_a_function():
    docstring = "\n".join(["", *["    word"] * 70, "    "])
    source = f'def told():\n    """Says.{docstring}"""\n    return 1\n'
    assert [size.lines for size in check_sizes.sizes_of_module(source, "m.py")][1:] == [2]


def test_the_throw_away_postgres_hands_on_the_exit_code():
    command = [sys.executable, "tools/postgres_for_tests.py", "sh", "-c", 'echo "$DATABASE_URL"; exit 3']
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith("postgresql://")
