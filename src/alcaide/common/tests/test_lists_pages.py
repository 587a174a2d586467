"""A list's page as a browser gets it: with and without script, its menus, its bulk form, its files."""

import csv
import io
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import OperationalError

from alcaide.common.lists import Column, csv_cell, exports, pages
from alcaide.common.models import StoredFile, TrailLine, TrailValue, User
from alcaide.common.money import Money
from alcaide.common.tests.test_lists import make
from alcaide.common.trail import System, audit, writing

pytestmark = pytest.mark.urls("alcaide.common.tests.pages")


@pytest.fixture
def reader(db, client, settings):
    settings.TEMPLATES = [
        settings.TEMPLATES[0] | {"DIRS": [*settings.TEMPLATES[0]["DIRS"], Path(__file__).parent / "templates"]}
    ]
    client.force_login(User.objects.create(email="ana@example.org", name="Ana"))
    return client


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_the_first_day_says_what_to_do_first(reader) -> None:
    page = text(reader.get("/listed/"))
    assert "No files yet." in page
    assert "<table" not in page
    assert "Filter" not in page


def test_a_list_shows_its_rows_views_and_pager(reader) -> None:
    make(60)
    page = text(reader.get("/listed/"))
    assert "<h1>60 files.</h1>" in page
    assert "All <span>60</span>" in page
    assert "1 to 25 of <b>60</b>, sorted by “Size”." in page
    assert 'aria-sort="descending"' in page
    assert page.count('name="uid"') == 25


def test_an_empty_result_says_so_and_offers_the_way_out(reader) -> None:
    make(3)
    page = text(reader.get("/listed/", {"text": "zzz", "sort": "name"}))
    assert "Nothing fits these filters." in page
    assert 'href="/listed/?sort=name"' in page


def test_the_piece_is_swapped_and_the_whole_page_is_kept_for_going_back(reader) -> None:
    make(3)
    piece = reader.get("/listed/", headers={"hx-request": "true", "hx-target": "list-files"})
    assert text(piece).startswith('<div class="list-body" id="list-files"')
    assert "HX-Request" in piece["Vary"]
    again = {"hx-request": "true", "hx-target": "list-files", "hx-history-restore-request": "true"}
    assert "<!doctype html>" in text(reader.get("/listed/", headers=again))


def test_a_broken_place_is_a_page_with_a_message(reader) -> None:
    make(3)
    response = reader.get("/listed/", {"at": "forged"})
    assert response.status_code == 200
    assert "Your place in this list was lost" in text(response)


def test_a_busy_database_is_said_plainly(reader, monkeypatch) -> None:
    def busy(*args: object, **kwargs: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(pages, "page_of", busy)
    response = reader.get("/listed/")
    assert response.status_code == 503
    assert "Try again" in text(response)


def test_a_row_opens_in_place_and_closes_again(reader) -> None:
    make(3)
    row = StoredFile.objects.get(name="f001")
    page = text(reader.get("/listed/", {"open": str(row.uid)}))
    assert "<p>opened f001 for Ana</p>" in page
    assert 'aria-label="Close: f001"' in page
    assert page.count('class="opened"') == 1


def test_what_a_person_typed_is_never_markup(reader) -> None:
    make(1, name="<b>{}")
    page = text(reader.get("/listed/", {"text": "<b>"}))
    assert "<b>0" not in page
    assert "&lt;b&gt;0" in page


def test_chosen_columns_are_kept_for_this_user(reader) -> None:
    make(3)
    response = reader.post("/listed/?sort=name", {"choose": "columns", "columns": ["kind", "nonsense"]})
    assert (response.status_code, response["Location"]) == (302, "/listed/?sort=name")
    page = text(reader.get("/listed/"))
    assert "2 of 6" in page
    assert 'data-label="Type"' in page
    assert 'data-label="Size"' not in page


def test_ticked_rows_go_to_the_rooms_own_address(reader) -> None:
    make(30)
    page = text(reader.get("/listed/?even=1"))
    assert 'formaction="/move/" data-confirm="Burn them?"' in page
    uids = list(StoredFile.objects.filter(name__in=["f001", "f002"]).values_list("uid", flat=True))
    assert reader.post("/move/", {"uid": [*uids, "nonsense"]}).content == b"f001,f002"


def test_a_whole_list_can_be_chosen_but_never_an_unseen_row(reader) -> None:
    make(30)
    make(1, media_type="application/secret", name="secret{}0")
    secret = StoredFile.objects.get(name="secret00")
    assert reader.post("/move/", {"uid": [secret.uid]}).content == b""
    assert reader.post("/move/", {"everything": "1", "query": "even=1"}).content == b"f000,f010,f020"


# Files


def lines_of(response) -> list[list[str]]:
    body = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(body)))


def test_csv_holds_what_is_filtered_and_numbers_stay_numbers(reader) -> None:
    make(12)
    response = reader.post("/listed/?over=9&sort=name", {"export": "csv"})
    assert response["Content-Disposition"].startswith('attachment; filename="files-')
    head, *rows = lines_of(response)
    assert head == ["Name", "Size", "Worth", "Worth, currency", "Kept", "Hash"]
    assert [row[:4] for row in rows] == [["f010", "10", "10.00", "EUR"], ["f011", "11", "11.00", "EUR"]]
    assert rows[0][4].endswith("Z")


def test_an_export_is_in_the_trail_before_its_first_row_leaves(reader) -> None:
    make(3)
    reader.post("/listed/?over=0", {"export": "csv"})
    line = TrailLine.objects.get(verb="export")
    told = dict(TrailValue.objects.filter(line=line).values_list("field", "value"))
    assert (line.subject, line.actor) == ("common.list:files", User.objects.get().subject)
    assert (told["rows"], told["format"], told["asked"]) == ("2", '"csv"', '"over=0"')


def test_an_export_by_link_writes_nothing(reader) -> None:
    make(3)
    assert "<h1>" in text(reader.get("/listed/?export=csv"))
    assert not TrailLine.objects.exists()


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"), ("\rx", "'\rx"),
        ("\uff1d1", "'\uff1d1"), ("plain", "plain"), (-1, -1), (-0.5, -0.5), (None, ""), (True, "true"),
        (Money(-1050, "EUR"), Money(-1050, "EUR").major), (["=a", "b"], "'=a, b"),
        (datetime(2026, 11, 23, 9, 11, tzinfo=UTC), "2026-11-23T09:11:00Z"),
    ],
)  # fmt: skip
def test_nothing_in_a_file_can_run_as_a_formula(value, cell) -> None:
    assert csv_cell(value) == cell


def test_a_sheet_holds_numbers_as_numbers_and_formulas_as_text(reader) -> None:
    make(2, name="=HYPERLINK({})", size=lambda i: 10**16 if i else 7)
    response = reader.post("/listed/?sort=size", {"export": "xlsx"})
    book = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<t>'=HYPERLINK(0)</t>" in sheet
    assert re.search(r'<c r="B2"><v>7</v>', sheet)
    assert f"<t>{10**16}</t>" in sheet


def test_a_sheet_takes_no_more_than_excel_reads(reader, monkeypatch) -> None:
    monkeypatch.setattr(exports, "SHEET_ROWS", 3)
    make(3)
    response = reader.post("/listed/", {"export": "xlsx"})
    assert response.status_code == 422
    assert "CSV" in text(response)


def test_a_long_list_is_dressed_piece_by_piece(reader, monkeypatch) -> None:
    monkeypatch.setattr(exports, "PIECE", 10)
    make(35)
    assert len(lines_of(reader.post("/listed/", {"export": "csv"}))) == 36


# One record


def test_a_record_shows_facts_links_and_its_history(reader) -> None:
    make(1, size=lambda i: 1234)
    row = StoredFile.objects.get()
    with writing():
        audit(System("scan"), "rename", subject=row.subject, before={"name": "old"}, after={"name": "f000"})
        audit(
            System("scan"), "weigh", subject=row.subject, after={"size_bytes": 7, "since": "2026-11-23T09:11:00+00:00"}
        )
    TrailValue.objects.filter(field="name", side="before").delete()
    page = text(reader.get(f"/listed/{row.uid}/"))
    assert "<dt>Size</dt><dd>1,234</dd>" in page
    assert '<div class="open"><dt>Owner</dt><dd>not known</dd>' in page
    assert "<del>erased</del>" in page
    assert "<ins>f000</ins>" in page
    assert re.search(r"23 Nov( 2026)?, 10:11", page)
    assert page.index("weigh") < page.index("rename")


def test_a_record_that_a_rule_hides_is_not_there(reader) -> None:
    make(1, media_type="application/secret")
    assert reader.get(f"/listed/{StoredFile.objects.get().uid}/").status_code == 404


def test_a_column_may_be_drawn_by_a_template() -> None:
    assert Column("a", "A", piece="x.html").value_of({"a": 3}) == 3
