"""The auditor's page: every mechanism tells its part, to who may read it, and each file that leaves is told."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alcaide.board import services
from alcaide.board.queries.audit import Period, audit_of
from alcaide.common.audited import anchor
from alcaide.common.models import EyesAttempt, EyesOverride, Hold, JobTrack, SignInLine, TrailLine, TrailValue
from alcaide.common.permissions import Refused
from alcaide.common.registries import audit_parts
from alcaide.organization import services as organization
from alcaide.organization.tests.factories import HOUSE, make_organization, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root():
    return make_organization()


@pytest.fixture
def auditor():
    return make_user("auditor")


def period(days=30):
    today = timezone.localdate()
    return Period(today - timedelta(days=days), today)


def part(user, key, when=None):
    return {each.key: each for each in audit_of(user, when or period()).parts}[key]


def page(user, **asked):
    client = Client()
    client.force_login(user)
    return client.get(reverse("audit"), asked)


def test_the_page_is_the_auditors(auditor):
    assert page(auditor).status_code == 200
    for role in ("chief", "analyst", "administrator", "executive"):
        assert page(make_user(role)).status_code == 403


def test_every_part_that_is_offered_is_told_or_named_as_hidden(auditor):
    told = audit_of(auditor, period())
    assert len(told.parts) + len(told.hidden) == len(audit_parts())
    wanted = {"trail", "overrides", "attempts", "together", "exports", "holds", "purges", "roles", "sign_ins",
              "settings", "lists", "reports", "decisions", "figures"}  # fmt: skip
    assert wanted <= {each.key for each in told.parts}


def test_an_act_applied_alone_asks_for_a_review_whatever_the_period(auditor):
    chief = make_user("chief")
    EyesOverride.objects.create(
        act="board.decide", about="risk.proposal:x", title="A plan decided on", why="The plant stood still", by=chief,
        at=timezone.now() - timedelta(days=400),
    )  # fmt: skip
    told = part(auditor, "overrides")
    assert [(row.what, row.who, row.asks) for row in told.told.rows] == [
        ("A plan decided on", chief.name, "Not reviewed")
    ]
    assert "1 waits for a review." in page(auditor).content.decode()


def test_who_tried_to_answer_their_own_question_is_named(auditor):
    chief = make_user("chief")
    EyesAttempt.objects.create(act="risk.tolerate", about="risk.tolerance:x", by=chief, how="own", at=timezone.now())
    [row] = part(auditor, "attempts").told.rows
    assert (row.who, row.more) == (chief.name, "Asked it themself")


def test_a_hold_is_told_by_its_number_and_never_by_its_matter(auditor):
    Hold.objects.create(number=7, matter="Dismissal of Mr Kay", ground_text="x", notice="x", state="active",
                        placed_at=timezone.now(), placed_by=make_user("counsel"))  # fmt: skip
    [row] = part(auditor, "holds").told.rows
    assert row.what == "Hold 7"
    assert "Kay" not in page(auditor).content.decode()


def test_refused_sign_ins_are_counted_without_names(auditor):
    for what in ("refused", "refused", "locked", "in"):
        SignInLine._base_manager.create(at=timezone.now(), email="someone@almena.example", what=what)
    told = part(auditor, "sign_ins").told
    assert (told.total, told.rows) == (3, ())
    assert "someone@almena.example" not in page(auditor).content.decode()


def test_a_granted_role_names_its_role_and_unit(auditor, root):
    user = make_user()
    organization.grant(HOUSE, user=user, role="analyst", unit=root)
    row = part(auditor, "roles").told.rows[0]
    assert row.what == f"Grant: {user.name}"
    assert "role: analyst" in row.more
    assert f"unit: {root.name}" in row.more


def test_what_lies_outside_the_period_is_not_told(auditor):
    today = timezone.localdate()
    before = Period(today - timedelta(days=60), today - timedelta(days=30))
    assert part(auditor, "roles", before).told.total == 0
    assert part(auditor, "roles").told.total > 0


def test_the_file_holds_every_row_and_is_told_in_the_trail(auditor, root):
    for _ in range(60):
        organization.grant(HOUSE, user=make_user(), role="employee", unit=root)
    told = audit_of(auditor, period())
    made = services.take_out(auditor, told)
    rows = [
        row
        for row in csv.reader(io.StringIO(made.content.decode("utf-8-sig")))
        if row[0] == "Roles granted and changed"
    ]
    shown = next(each for each in told.parts if each.key == "roles")
    assert shown.told.total > len(shown.told.rows)
    assert len([row for row in rows if row[1]]) == shown.told.total
    line = TrailLine.objects.get(verb="export_audit")
    kept = {each.field: json.loads(each.value) for each in TrailValue.objects.filter(line=line)}
    assert (kept["rows"], len(kept["sha256"])) == (made.rows, 64)


def test_a_file_is_refused_to_who_may_not_read_the_page(auditor):
    with pytest.raises(Refused):
        services.take_out(make_user("chief"), audit_of(auditor, period()))


def test_reading_the_trail_whole_is_kept_as_its_next_line(auditor):
    check = anchor.verify(auditor)
    assert check.is_sound
    told = part(auditor, "trail").told
    assert "It was read whole just now: sound" in told.said
    assert (told.rows[0].who, "sound: yes" in told.rows[0].more) == (auditor.name, True)


def test_a_broken_trail_is_said(auditor, monkeypatch):
    real = anchor.check_trail

    def broken(**more):
        check = real(**more)
        check.say("Line 2: its hash is not that of its content.")
        return check

    monkeypatch.setattr(anchor, "check_trail", broken)
    anchor.verify(auditor)
    assert part(auditor, "trail").told.asks == "The trail does not hold. Compare it with the last export."


def test_the_button_asks_for_the_job_once(auditor):
    client = Client()
    client.force_login(auditor)
    for _ in range(2):
        assert client.post(reverse("audit-verify")).status_code == 302
    assert JobTrack.objects.filter(name=anchor.JOB).count() == 1


@pytest.mark.parametrize(
    "asked",
    [{"since": "2026-03-01", "until": "2026-02-01"}, {"since": "nonsense"}, {"since": "0001-01-01"},
     {"until": "9999-12-31"}, {"since": "2001-01-01"}],
)  # fmt: skip
def test_a_period_without_sense_is_said_and_the_usual_shown(auditor, asked):
    answer = page(auditor, **asked)
    assert answer.status_code == 422
    assert b"invalid-feedback" in answer.content
