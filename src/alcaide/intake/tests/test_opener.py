import gzip
import io
import os
import zipfile
from pathlib import Path

import pytest

from alcaide.intake import Limits, examine
from alcaide.intake.errors import (
    ArchiveRefused,
    CannotOpen,
    EmptyFile,
    ExpandsTooMuch,
    TooLarge,
    UnknownFormat,
    Unreadable,
)
from alcaide.intake.tests import SAMPLES
from alcaide.intake.tests.nessus_text import host, item, report, stream

PLAIN = (SAMPLES / "small.nessus").read_bytes()


def zipped(*files: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


class OneWay(io.RawIOBase):
    """A stream that cannot go back, as an upload may be."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, into) -> int:
        return self._content.readinto(into)


def test_a_path_and_a_stream_give_the_same_reading():
    assert examine(SAMPLES / "small.nessus") == examine(stream(PLAIN))


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(PLAIN),
        gzip.compress(PLAIN[:500]) + gzip.compress(PLAIN[500:]),
        gzip.compress(PLAIN) + b"\0" * 512,
        zipped(("scan.nessus", PLAIN)),
        zipped(("scan.nessus", PLAIN), compression=zipfile.ZIP_STORED),
        zipped(("scan.nessus", PLAIN), ("__MACOSX/._scan.nessus", b"junk")),
    ],
    ids=["gzip", "two members", "padded", "zip", "stored zip", "zip from a Mac"],
)
def test_a_packed_report_reads_like_the_plain_one(packed):
    assert examine(stream(packed)).counts == examine(stream(PLAIN)).counts
    assert examine(OneWay(packed)).counts == examine(stream(PLAIN)).counts


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(CannotOpen, match="no file"):
        examine(tmp_path / "absent.nessus")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(CannotOpen, match="folder"):
        examine(tmp_path)


def test_a_pipe_is_refused_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CannotOpen, match="not a plain file"):
        examine(tmp_path / "pipe")


def test_a_file_without_permission_says_what_to_do(tmp_path, monkeypatch):
    path = tmp_path / "locked.nessus"
    path.write_bytes(PLAIN)

    def refuse(*args: object, **named: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(CannotOpen, match="give it read permission"):
        examine(path)


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_an_impossible_name_is_refused(name):
    with pytest.raises(CannotOpen):
        examine(name)


def test_a_text_stream_is_refused():
    with pytest.raises(CannotOpen, match="binary"):
        examine(io.StringIO("<a/>"))


def test_a_stream_that_breaks_off_is_refused():
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("connection reset")

    with pytest.raises(CannotOpen, match="connection reset"):
        examine(Broken())


@pytest.mark.parametrize(
    "content", [b"", b"  \n\n", b"\xef\xbb\xbf", gzip.compress(b""), zipped(("empty.csv", b""))], ids=len
)
def test_an_empty_file_is_refused(content):
    with pytest.raises(EmptyFile):
        examine(stream(content))


def test_a_huge_file_is_refused_by_its_size_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "huge.nessus"
    with path.open("wb") as file:
        file.truncate(5 << 30)
    monkeypatch.setattr(Path, "open", lambda *args, **named: pytest.fail("it was opened"))
    with pytest.raises(TooLarge, match="2 GB"):
        examine(path)


def test_a_stream_over_the_cap_is_refused():
    with pytest.raises(TooLarge):
        examine(stream(PLAIN), Limits(file_bytes=1000))


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped(("scan.nessus", content))])
def test_a_bomb_is_refused_by_its_ratio(pack):
    bomb = pack(report(host(item())) + b" " * (20 << 20))
    assert len(bomb) < 100_000
    with pytest.raises(ExpandsTooMuch, match="unpack it"):
        examine(stream(bomb))


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped(("scan.nessus", content))])
def test_what_unpacks_to_too_much_is_refused(pack):
    with pytest.raises(TooLarge):
        examine(stream(pack(os.urandom(300_000))), Limits(unpacked_bytes=200_000))


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(gzip.compress(PLAIN)),
        gzip.compress(zipped(("scan.nessus", PLAIN))),
        zipped(("inner.zip", zipped(("scan.nessus", PLAIN)))),
        zipped(("inner.gz", gzip.compress(PLAIN))),
    ],
)
def test_an_archive_in_an_archive_is_refused(packed):
    with pytest.raises(ArchiveRefused, match="another archive"):
        examine(stream(packed))


def test_an_archive_of_several_files_is_refused():
    with pytest.raises(ArchiveRefused, match="holds 2 files"):
        examine(stream(zipped(("a.nessus", PLAIN), ("b.nessus", PLAIN))))


def test_an_encrypted_archive_is_refused():
    packed = bytearray(zipped(("scan.nessus", PLAIN)))
    packed[6] |= 1
    packed[packed.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ArchiveRefused, match="encrypted"):
        examine(stream(bytes(packed)))


def test_an_unusual_compression_is_refused():
    with pytest.raises(ArchiveRefused, match="unusual compression"):
        examine(stream(zipped(("scan.nessus", PLAIN), compression=zipfile.ZIP_BZIP2)))


def test_a_cut_zip_is_refused():
    with pytest.raises(ArchiveRefused, match="fetch it again"):
        examine(stream(zipped(("scan.nessus", PLAIN))[:800]))


def test_a_cut_gzip_keeps_what_came_before():
    body = report(*(host(item(), name=f"192.0.2.{n}") for n in range(200)))
    packed = gzip.compress(body)
    reading = examine(stream(packed[: len(packed) // 2]))
    assert 0 < reading.counts["report_items"] < 200
    assert any("compressed file ends early" in text for text in reading.warnings)


def test_a_damaged_gzip_keeps_what_came_before():
    body = report(*(host(item(os.urandom(3000).hex()), name=f"192.0.2.{n}") for n in range(200)))
    packed = bytearray(gzip.compress(body))
    packed[-8] ^= 0xFF
    reading = examine(stream(bytes(packed)))
    assert reading.counts["report_items"] > 100
    assert any("damaged" in text for text in reading.warnings)


def test_a_gzip_of_nothing_but_damage_is_refused():
    with pytest.raises(Unreadable):
        examine(stream(b"\x1f\x8b\x08\x00" + b"\xff" * 40))


@pytest.mark.parametrize("magic", [b"%PDF-1.7", b"\x89PNG\r\n", b"BZh91AY", b"\xfd7zXZ\0", b"7z\xbc\xaf\x27", b"Rar!"])
def test_what_is_no_report_at_all_is_named(magic):
    with pytest.raises(UnknownFormat, match="This is"):
        examine(stream(magic + b"\0" * 100))
