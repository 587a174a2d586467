"""Pages of monitors: recording with a file, asking, stopping, the council's remark, and what is held about oneself."""

import csv
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from alcaide.common.clock import today
from alcaide.common.models import EyesRequest, MonitorRemark, MonitorSetting, Notice, TrailLine, Unmasking
from alcaide.common.monitors import names
from alcaide.common.signing.services import Place, note
from alcaide.organization.tests.factories import make_organization, make_person, make_unit, make_user
from alcaide.organization.tests.monitored import agree_to

pytestmark = pytest.mark.django_db


def as_user(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def typed(unit, **more):
    return {
        "unit": unit.pk, "purpose": "To clear up thefts", "basis": "interest", "retention_days": 30,
        "viewers": ["chief"], "since": today(), "council": "informed", "council_on": today(), "council_by": "HR",
        **more,
    }  # fmt: skip


def test_a_monitor_is_recorded_with_its_agreement_asked_for_and_stopped():
    root, chief = make_organization(), make_user("chief")
    client = as_user(chief)
    file = SimpleUploadedFile("agreement.txt", b"We agree.")
    assert client.post("/monitors/sign_ins/record/", typed(root, agreement=file)).status_code == 302
    row = MonitorSetting.objects.get()
    assert row.agreement.name == "agreement.txt"
    assert client.get(f"/files/{row.agreement.uid}/").status_code == 200
    assert client.post(f"/monitors/recorded/{row.uid}/ask/", {"words": "Two thefts"}).status_code == 302
    assert EyesRequest.objects.get().about == row.subject
    assert b"waits for an answer" in client.post(f"/monitors/recorded/{row.uid}/off/", {"words": "No"}).content


def test_what_is_left_out_is_said_at_its_field():
    root, chief = make_organization(), make_user("chief")
    page = as_user(chief).post("/monitors/sign_ins/record/", typed(root, purpose="", viewers=[]))
    assert page.status_code == 422
    assert b"or say why none is needed" in page.content
    assert not MonitorSetting.objects.exists()


def test_nobody_records_for_a_unit_outside_their_own():
    make_organization()
    plant, other = make_unit("Murcia"), make_unit("Zamora")
    client = as_user(make_user("chief", unit=plant))
    page = client.post("/monitors/sign_ins/record/", typed(other, no_agreement_why="None"))
    assert page.status_code == 422
    assert not MonitorSetting.objects.exists()


def test_terms_are_read_by_those_whom_they_concern_alone():
    make_organization()
    plant, other = make_unit("Murcia"), make_unit("Zamora")
    row = agree_to("sign_ins", unit=plant)
    assert as_user(make_user("employee", unit=plant)).get(f"/monitors/recorded/{row.uid}/").status_code == 200
    assert as_user(make_user("employee", unit=other)).get(f"/monitors/recorded/{row.uid}/").status_code == 404


def test_the_council_remarks_and_who_recorded_is_told():
    row = agree_to("sign_ins")
    council = as_user(make_user("works_council"))
    council.post("/monitors/sign_ins/remark/", {"words": "Ninety days and not more"})
    assert MonitorRemark.objects.get().words == "Ninety days and not more"
    assert Notice.objects.filter(user=row.recorded_by, kind="monitors").exists()
    assert b"Ninety days and not more" in council.get("/monitors/sign_ins/").content
    assert as_user(make_user("analyst")).post("/monitors/sign_ins/remark/", {"words": "I too"}).status_code == 403


def test_a_name_is_asked_for_by_its_page_and_shown_to_nobody_else():
    agree_to("sign_ins")
    person, chief = make_user("employee"), make_user("chief")
    asked = {"name": names.pseudonym("sign_ins", person.uid), "first": today(), "last": today(), "hours": 24}
    client = as_user(chief)
    assert client.post("/monitors/sign_ins/name/", asked).status_code == 422
    assert client.post("/monitors/sign_ins/name/", {**asked, "why": "A laptop"}).status_code == 302
    row = Unmasking.objects.get()
    council = as_user(make_user("works_council"))
    page = council.get(f"/monitors/names/{row.uid}/")
    assert page.status_code == 200
    assert person.name.encode() not in page.content
    assert client.post(f"/monitors/names/{row.uid}/show/").status_code == 403
    assert as_user(make_user("analyst")).get(f"/monitors/names/{row.uid}/").status_code == 403


def test_everybody_reads_and_takes_what_is_held_about_them_and_nobody_else():
    make_organization()
    make_person("Somebody Else")
    user = make_user(None)
    note("in", Place("10.1.2.3", "=cmd|'/C calc'!A0"), user=user, how="password")
    client = as_user(user)
    page = client.get("/account/held/").content
    assert user.email.encode() in page
    assert b"10.1.2.3" in page
    assert b"Somebody Else" not in page
    rows = json.loads(client.post("/account/held/json/").content)
    assert any(user.email in row["what"] for row in rows)
    cells = [
        cell for row in csv.reader(io.StringIO(client.post("/account/held/csv/").content.decode())) for cell in row
    ]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    assert TrailLine.objects.filter(actor=user.subject, verb="export").count() == 2


def test_a_correction_is_asked_of_data_protection_or_says_that_there_is_none():
    make_organization()
    client = as_user(make_user("employee"))
    assert b"Nobody holds the role" in client.post("/account/held/correct/", {"words": "My name"}).content
    officer = make_user("dpo")
    assert client.post("/account/held/correct/", {"words": "My name is Ana"}).status_code == 302
    assert "My name is Ana" in Notice.objects.get(user=officer).words
