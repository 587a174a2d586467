"""The pages of an import, walked with measures."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from alcaide.common.models import SheetImport
from alcaide.controls.models import Measure
from alcaide.intake.sheets.table import Rows, look
from alcaide.organization.tests.factories import make_organization, make_unit, make_user

pytestmark = pytest.mark.django_db

TEXT = "Measure;Unit;Area;Costs a year;By\nLocks;Almena Foods;Physical;1,5;03/04/2027\nDoors;Nowhere;Physical;2;\n"


@pytest.fixture
def signed(client: Client) -> Client:
    make_organization()
    client.force_login(make_user("chief"))
    return client


def send(client: Client, text: str, name: str = "m.csv") -> SheetImport:
    file = SimpleUploadedFile(name, text.encode())
    answer = client.post("/imports/new/", {"kind": "controls.measures", "file": file})
    assert answer.status_code == 302, answer.content.decode()
    return SheetImport.objects.get(uid=answer["Location"].split("/")[2])


def match(client: Client, found: SheetImport, **styles: str) -> Any:
    columns = {f"col-{key}": at for key, at in found.columns.items()}
    return client.post(f"/imports/{found.uid}/columns/", columns | {f"style-{k}": v for k, v in styles.items()})


def test_a_date_that_may_mean_two_days_is_asked_about_with_both_readings(signed: Client) -> None:
    found = send(signed, TEXT)
    page = signed.get(f"/imports/{found.uid}/columns/").content.decode()
    assert "“03/04/2027” is 2027-04-03" in page
    assert "“03/04/2027” is 2027-03-04" in page
    assert match(signed, found).status_code == 422


def test_a_settled_file_is_tried_imported_and_undone(signed: Client) -> None:
    found = send(signed, TEXT)
    assert match(signed, found, due="day_first").status_code == 302
    page = signed.get(f"/imports/{found.uid}/").content.decode()
    assert "1 would be added" in page
    assert "1.50 EUR" in page
    signed.post(f"/imports/{found.uid}/do/")
    assert str(Measure.objects.get().due_on) == "2027-04-03"
    assert "Undo 1 row" in signed.get(f"/imports/{found.uid}/undo/").content.decode()
    signed.post(f"/imports/{found.uid}/undo/")
    assert not Measure.objects.exists()
    assert "This import was undone" in signed.get(f"/imports/{found.uid}/").content.decode()
    assert "m.csv" in signed.get("/imports/").content.decode()


def test_the_rows_to_correct_come_back_corrected(signed: Client) -> None:
    found = send(signed, TEXT)
    match(signed, found, due="day_first")
    answer = signed.get(f"/imports/{found.uid}/to-correct.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0][-1] == "What is wrong"
    assert rows[1][0] == "Doors"
    again = send(signed, text.replace("Nowhere", "Almena Foods"), "m2.csv")
    assert again.corrects_id == found.pk
    match(signed, again, due="day_first")
    again.refresh_from_db()
    assert again.counts["added"] == 1


def test_the_rows_to_correct_come_as_a_workbook_too(signed: Client) -> None:
    found = send(signed, TEXT)
    match(signed, found, due="day_first")
    answer = signed.get(f"/imports/{found.uid}/to-correct.xlsx")
    book = io.BytesIO(b"".join(answer.streaming_content))
    rows = list(Rows(book, look(book)))
    assert rows[0].cells[0] == "Doors"
    assert "Nowhere" in str(rows[0].cells[-1])


def test_a_match_is_remembered_for_the_next_file_with_these_headings(signed: Client) -> None:
    odd = "A;B;C;D\nLocks;Almena Foods;Physical;15\n"
    found = send(signed, odd)
    assert found.columns == {}
    found.columns = {"name": 0, "unit": 1, "area": 2, "cost": 3}
    match(signed, found)
    assert send(signed, odd.replace("Locks", "Keys")).columns == found.columns


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_empty_sheet_has_every_heading(signed: Client, form: str) -> None:
    answer = signed.get(f"/imports/template/controls.measures.{form}")
    content = b"".join(answer) if form == "csv" else b"".join(answer.streaming_content)
    assert {"Measure", "Unit", "Costs a year"} <= set(look(io.BytesIO(content)).headings)


def test_an_import_of_wider_reach_is_hidden_and_counted(signed: Client) -> None:
    found = send(signed, TEXT)
    other = Client()
    other.force_login(make_user("analyst", unit=make_unit()))
    assert other.get(f"/imports/{found.uid}/").status_code == 404
    assert "imports of others" in other.get("/imports/").content.decode()


def test_who_may_import_nothing_is_refused(client: Client) -> None:
    make_organization()
    client.force_login(make_user("employee"))
    assert client.get("/imports/").status_code == client.get("/imports/new/").status_code == 403


def test_a_file_that_is_no_sheet_is_refused_in_words(signed: Client) -> None:
    file = SimpleUploadedFile("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100)
    answer = signed.post("/imports/new/", {"kind": "controls.measures", "file": file})
    assert answer.status_code == 422
    assert "save it as XLSX" in answer.content.decode()
