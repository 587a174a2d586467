"""Files on their way in and out: typed by content, never shown, never outside their folder, no formulas in exports."""

import ast
import io
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

import alcaide
from alcaide.assets.tests.factories import make_asset
from alcaide.common.files import clean_name, store
from alcaide.common.lists.exports import FORMULA_STARTS, csv_cell
from alcaide.common.media import media_type_of
from alcaide.common.models import Attachment, StoredFile
from alcaide.common.trail import System
from alcaide.organization.tests.factories import make_organization, make_unit, make_user

pytestmark = pytest.mark.django_db
SOURCE = Path(alcaide.__file__).parent
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
ACTIVE = {
    "picture.png": SVG,
    "page.csv": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
    "both.gif": b"GIF89a/*<svg onload=alert(1)>*/=1;",
    "bare.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "two.pdf": b"%PDF-1.7\n<html><script>alert(1)</script>",
    "xsl.xml": b'<?xml-stylesheet type="text/xsl" href="#"?><x><script>alert(1)</script></x>',
    "late.txt": b" " * 9_000 + b"<script>alert(1)</script>",
    "wide.html": "\ufeff<html><script>alert(1)</script>".encode("utf-16-le"),
    "zip.html": b"PK\x03\x04<html><script>alert(1)</script>",
}
SHOWN_BY_BROWSERS = {"text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "text/javascript"}
NAMES = [
    "../../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd", "C:\\x.txt", "a\x00.png", "con",
    "x\r\nSet-Cookie: a=b", "\u202egpj.exe", ".htaccess", "a" * 500 + ".csv", "~/.ssh/id", "%2e%2e%2fx",
]  # fmt: skip
TRAVERSALS = [
    "../../keys/web.secret", "..%2f..%2fkeys%2fweb.secret", "%2e%2e/%2e%2e/keys/web.secret", "/etc/passwd",
    "....//keys/web.secret", "..%5ckeys%5cweb.secret", "%252e%252e%252fkeys", "..%00/keys",
]  # fmt: skip
WRITERS = {
    "board/services/audit.py",
    "common/asof/views.py",
    "common/holds/exporting.py",
    "common/lists/exports.py",
    "common/monitors/correcting.py",
    "common/sheets/papers.py",
    "common/walls/exporting.py",
    "exposure/views_reports.py",
}


@pytest.mark.parametrize("name", ACTIVE)
def test_what_could_act_in_a_browser_is_kept_as_what_it_is_and_only_saved(client: Client, name: str) -> None:
    unit, chief = make_unit("Plant"), make_user("chief")
    client.force_login(chief)
    sent = SimpleUploadedFile(name, ACTIVE[name], content_type="text/html")
    client.post(reverse("talk-attach", args=[unit.subject]), {"file": sent})
    assert StoredFile.objects.get().media_type not in SHOWN_BY_BROWSERS
    answer = client.get(reverse("attachment", args=[Attachment.objects.get().uid]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Content-Type"].partition(";")[0] not in SHOWN_BY_BROWSERS


@pytest.mark.parametrize("name", NAMES)
def test_a_files_name_leads_nowhere_and_breaks_no_header(name: str) -> None:
    cleaned = clean_name(name)
    assert not re.search(r"[/\\\x00-\x1f\u202a-\u202e]", cleaned)
    assert cleaned not in {"", ".", ".."}
    assert len(cleaned) <= 200
    assert store(io.BytesIO(name.encode()), name, actor=System("test"), cap_bytes=1000).name == cleaned


@pytest.mark.parametrize("front", ["/static/", "/files/", "/talk/files/", "/authority/", "/imports/"])
@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_address_leads_into_the_installations_folder(client: Client, settings, front: str, path: str) -> None:
    make_organization()
    client.force_login(make_user("chief"))
    secret = settings.HOME.secret_file.read_bytes()
    answer = client.get(front + path)
    assert answer.status_code in {301, 302, 400, 404}
    assert secret not in answer.content


def test_the_media_type_never_comes_from_the_name_or_the_sender() -> None:
    for content in ACTIVE.values():
        assert media_type_of(content[:8192]) not in SHOWN_BY_BROWSERS


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_cell_of_a_file_begins_like_a_formula(start: str) -> None:
    for text in (f"{start}cmd|' /C calc'!A0", f"'{start}1", f"''{start}1"):
        assert str(csv_cell(text)).startswith("'")


@pytest.mark.parametrize("text", ['=HYPERLINK("http://evil.example")', "@SUM(1)", "+1", "-1+1", "\t=1", "\r=1"])
def test_an_exported_list_holds_no_formula(client: Client, text: str) -> None:
    make_asset(text, unit=make_organization())
    client.force_login(make_user("chief"))
    answer = client.get("/assets/", {"export": "csv"})
    told = b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()
    for cell in re.split(r'[,\r\n]+"?', told.removeprefix("\ufeff")):
        assert not cell.startswith(("=", "+1", "@", "\t")), cell


def test_sheets_are_written_by_these_modules_alone_and_only_as_text_numbers_and_dates() -> None:
    writing = set()
    for file in SOURCE.rglob("*.py"):
        text = file.read_text()
        if "/tests/" not in file.as_posix() and re.search(r"\bcsv\.writer\(|\bcsv\.DictWriter\(|xlsxwriter", text):
            writing.add(file.relative_to(SOURCE).as_posix())
            calls = {
                node.func.attr for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            }  # fmt: skip
            assert not calls & {"write_formula", "write_url", "write_array_formula", "write_rich_string", "write_row"}
            assert "csv_cell" in text
    assert writing == WRITERS
