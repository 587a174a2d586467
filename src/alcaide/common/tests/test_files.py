"""The store of files: kept once, typed by content, never shown, and nothing left behind where it fails."""

import errno
import hashlib
import io
import resource
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.urls import reverse

from alcaide.common import files, registries
from alcaide.common.files import FileTooLarge, StoreUnwritable, clean_name, store
from alcaide.common.media import media_type_of
from alcaide.common.models import StoredFile, TrailLine, User
from alcaide.common.trail import System

pytestmark = pytest.mark.urls("alcaide.common.tests.pages")
HOUSE = System("test")


@pytest.fixture
def folder(db, tmp_path, settings) -> Path:
    settings.HOME = SimpleNamespace(files=tmp_path / "files", run=tmp_path)
    return tmp_path / "files"


def keep(content: bytes, name: str = "report.csv", cap_bytes: int = 10**7) -> StoredFile:
    return store(io.BytesIO(content), name, actor=HOUSE, cap_bytes=cap_bytes)


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_file_is_kept_under_its_hash_and_can_be_read_again(folder) -> None:
    content = b"a,b\n1,2\n" * 200_000
    file = keep(content)
    digest = hashlib.sha256(content).hexdigest()
    assert (folder / digest[:2] / digest[2:4] / digest).read_bytes() == content
    assert (file.sha256, file.size_bytes, file.media_type) == (digest, len(content), "text/csv")
    with files.open_stored(file) as stored:
        assert stored.read() == content
    assert TrailLine.objects.get().verb == "store_file"


def test_the_same_content_is_kept_once(folder) -> None:
    first, second = keep(b"same", "a.txt"), keep(b"same", "b.txt")
    assert (first, second.name) == (second, "a.txt")
    assert (left_in(folder), TrailLine.objects.count()) == ([first.sha256], 1)


def test_a_file_over_the_cap_is_refused_and_leaves_nothing(folder) -> None:
    with pytest.raises(FileTooLarge, match="larger than 2 MB"):
        keep(b"x" * 2_000_001, cap_bytes=2_000_000)
    assert (left_in(folder), StoredFile.objects.count()) == ([], 0)
    assert keep(b"x" * 2_000_000, cap_bytes=2_000_000).size_bytes == 2_000_000


def test_a_full_disk_is_said_plainly_and_leaves_nothing(folder) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(StoreUnwritable, match="full"):
            keep(b"x" * 3_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (left_in(folder), StoredFile.objects.count()) == ([], 0)


def test_a_store_that_cannot_be_written_is_said_plainly(folder, monkeypatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(files.tempfile, "mkstemp", refuse)
    with pytest.raises(StoreUnwritable, match="Permission denied"):
        keep(b"x")


def test_an_upload_that_breaks_off_leaves_nothing(folder) -> None:
    class Broken:
        def read(self, size: int) -> bytes:
            raise ConnectionResetError("gone")

    with pytest.raises(StoreUnwritable):
        store(Broken(), "a", actor=HOUSE, cap_bytes=10)
    assert left_in(folder) == []


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"PK\x03\x04rest", "application/zip"),
        (b"\x1f\x8b\x08rest", "application/gzip"),
        (b"%PDF-1.4", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\xef\xbb\xbf  <?xml version='1.0'?><a/>", "application/xml"),
        (b"<NessusClientData_v2>\n<Policy>", "application/xml"),
        ('<?xml version="1.0"?>'.encode("utf-16"), "application/xml"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "text/plain"),
        (b"<svg onload=alert(1)>", "text/plain"),
        (b' {"a": 1}', "application/json"),
        (b"[\n{}]", "application/json"),
        (b"{not json}", "text/plain"),
        (b'name;unit\n"a;b";c\n', "text/csv"),
        (b"name\tunit\na\tb", "text/csv"),
        (b"one, two\nthree\n", "text/plain"),
        ("Größe".encode("latin-1"), "text/plain"),
        ("é".encode()[:1].rjust(8192, b"a"), "text/plain"),
        (b"MZ\x90\x00\x03", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_a_type_is_found_by_looking_inside(head: bytes, expected: str) -> None:
    assert media_type_of(head) == expected


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("..\\..\\boot.ini", "boot.ini"),
        ("/etc/passwd", "passwd"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\r\nSet-Cookie: x\x00.txt", "aSet-Cookie x.txt"),
        ('a"b<c>.txt', "abc.txt"),
        ("...", "file"),
        ("", "file"),
        ("informe año 2026.pdf", "informe año 2026.pdf"),
        ("x" * 400 + ".csv", "x" * 196 + ".csv"),
        ("x" * 400, "x" * 200),
    ],
)
def test_a_name_carries_no_path_and_no_tricks(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.fixture
def owner(monkeypatch) -> User:
    user = User.objects.create(email="ana@example.org", name="Ana")
    monkeypatch.setattr(files, "_owners", {"test": lambda file, who: who == user})
    return user


def test_a_file_is_only_ever_an_attachment(folder, owner, client) -> None:
    file = keep(b"<script>alert(1)</script>", "Übersicht.html")
    client.force_login(owner)
    response = client.get(reverse("file", args=[file.uid]))
    assert b"".join(response) == b"<script>alert(1)</script>"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%C3%9Cbersicht.html"
    assert response["Content-Type"] == "text/plain"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_file_nobody_gives_this_user_is_not_there(folder, owner, client) -> None:
    file = keep(b"x")
    client.force_login(User.objects.create(email="eva@example.org", name="Eva"))
    assert client.get(reverse("file", args=[file.uid])).status_code == 404
    client.logout()
    assert client.get(reverse("file", args=[file.uid])).status_code == 302


def test_a_file_whose_content_is_lost_is_said_plainly(folder, owner, client) -> None:
    file = keep(b"x")
    files.place_of(file.sha256).unlink()
    client.force_login(owner)
    response = client.get(reverse("file", args=[file.uid]))
    assert response.status_code == 410
    assert "backup" in response.content.decode()


def test_a_files_subject_is_named_only_to_its_readers(folder, owner) -> None:
    file = keep(b"x", "plan.pdf")
    assert registries.subject_of(file.subject, owner).title == "plan.pdf"
    assert registries.subject_of(file.subject, User(email="eva@example.org")) is None


def test_a_check_finds_missing_and_altered_files(folder) -> None:
    lost, altered, sound = keep(b"1", "lost.txt"), keep(b"2", "altered.txt"), keep(b"3", "sound.txt")
    assert list(files.check_store()) == []
    files.place_of(lost.sha256).unlink()
    files.place_of(altered.sha256).write_bytes(b"9")
    found = list(files.check_store())
    assert ["lost.txt" in found[0], "altered.txt" in found[1], len(found)] == [True, True, 2]
    keep(b"1"), keep(b"2")
    assert list(files.check_store()) == []
    assert sound.name == "sound.txt"


def test_what_a_killed_upload_left_is_cleared_after_a_day(folder) -> None:
    keep(b"1")
    rest = folder / files.INCOMING / "tmp1"
    rest.write_bytes(b"half")
    at = rest.stat().st_mtime
    assert files.clear_unfinished(now_s=at + 3600) == 0
    assert files.clear_unfinished(now_s=at + 25 * 3600) == 1
