"""`alcaide trail` and `alcaide verify`, as a person types them."""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from alcaide.common.tests import houses
from alcaide.common.trail import System, audit, writing
from alcaide.project import home
from alcaide.project.commands.base import Stop
from alcaide.project.commands.trail import TRAIL
from alcaide.project.commands.verify import VERIFY


def typed(command, *words: str) -> int:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    return command.run(parser.parse_args(words))


@pytest.fixture
def made(db, tmp_path, monkeypatch, capsys) -> Path:
    """An export of three lines, values shown, beside the line that tells of it."""
    monkeypatch.setenv("ALCAIDE_HOME", str(tmp_path / "home"))
    home.current().prepare()
    for number in range(3):
        with writing():
            audit(System("test"), "rename", subject="test.thing:1", after={"number": number})
    path = tmp_path / "trail.jsonl"
    assert typed(TRAIL, "export", str(path), "--values") == 0
    assert "4 lines and 0 signed heads written" in capsys.readouterr().out
    return path


def fingerprint(capsys) -> str:
    typed(TRAIL, "key")
    return capsys.readouterr().out.split("fingerprint ")[1].split()[0]


def test_an_export_is_written_and_verified(made, capsys) -> None:
    assert typed(VERIFY, str(made)) == 0
    assert "sound: 4 lines" in capsys.readouterr().out


def test_a_changed_digit_is_found_with_its_line(made, capsys) -> None:
    text = made.read_text()
    made.write_text(text.replace('"value":1', '"value":2', 1))
    assert typed(VERIFY, str(made)) == 1
    assert "broken: line 3 (seq 2)" in capsys.readouterr().out


def test_the_right_key_is_accepted_in_every_form(made, tmp_path, capsys) -> None:
    public = home.current().trail_key().public_key()
    pem = tmp_path / "key.pem"
    pem.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    for form in (fingerprint(capsys), public.public_bytes_raw().hex(), str(pem), pem.read_text()):
        assert typed(VERIFY, str(made), "--key", form) == 0
        assert "(the key you gave)" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["0" * 16, "ab" * 32])
def test_another_key_breaks_the_file(made, form: str, capsys) -> None:
    assert typed(VERIFY, str(made), "--key", form) == 1
    assert "is under the key" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("key", "words"), [("nothing.pem", "neither a fingerprint"), ("-----BEGIN PUBLIC KEY-----", "no public key")]
)
def test_a_key_that_cannot_be_read_stops_with_code_two(made, key: str, words: str) -> None:
    with pytest.raises(Stop, match=words) as stop:
        typed(VERIFY, str(made), f"--key={key}")
    assert stop.value.code == 2


def test_a_file_that_cannot_be_read_stops_with_code_two(tmp_path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(Stop, match="cannot be read") as stop:
            typed(VERIFY, str(path))
        assert stop.value.code == 2


def test_an_export_into_a_missing_folder_stops_and_says_so(made, tmp_path) -> None:
    with pytest.raises(Stop, match="Give another file"):
        typed(TRAIL, "export", str(tmp_path / "missing" / "trail.jsonl"))


def test_verifying_loads_neither_django_nor_the_house(made) -> None:
    script = (
        "import argparse, sys\nfrom alcaide.project.commands.verify import VERIFY\np = argparse.ArgumentParser()\n"
        "VERIFY.arguments(p)\ncode = VERIFY.run(p.parse_args(sys.argv[1:]))\n"
        "sys.exit(9 if any(name.split('.')[0] == 'django' or name.startswith('alcaide.common') "
        "for name in sys.modules) else code)"
    )
    bare = {"PYTHONPATH": str(houses.SOURCE), "PATH": "/usr/bin"}
    done = subprocess.run(
        [sys.executable, "-c", script, str(made)], env=bare, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
