"""What people meet where a hold keeps something: on a page, in the undo of an import, and on the terminal."""

import argparse
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from alcaide.common.models import Notice, PurgeRun, RetentionRule
from alcaide.common.purging.tests.factories import make_hold
from alcaide.common.retention import services as retention
from alcaide.common.sheets.declared import Undone, Written
from alcaide.common.sheets.undoing import _unheld
from alcaide.controls import services as controls
from alcaide.controls.models import MeasureLink
from alcaide.organization import services as organization
from alcaide.organization.tests.factories import HOUSE, make_organization, make_user
from alcaide.project.checks import BROKEN, OK, _purges
from alcaide.project.commands.retaining import RETAIN

pytestmark = pytest.mark.django_db


def typed(command, *words: str) -> int:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    return command.run(parser.parse_args(words))


def person(name: str = "Eva Gil"):
    return organization.add_person(HOUSE, name=name, unit=make_organization())


@pytest.mark.slow
@pytest.mark.parametrize(("role", "is_told"), [("chief", True), ("auditor", False)])
def test_a_held_records_page_says_so_to_who_may_see_holds_and_to_nobody_else(client, role, is_told):
    row = person()
    make_hold(8, subjects=(row.subject,))
    client.force_login(make_user(role))
    page = client.get(reverse("person", args=[row.uid])).content.decode()
    assert ("Kept by hold 8" in page) == is_told
    assert ("Meridian" in page) == is_told


def test_the_undo_of_an_import_leaves_what_a_hold_keeps_and_says_why():
    kept, goes = person("Eva Gil"), person("Ana Ruiz")
    make_hold(8, subjects=(kept.subject,))
    judged = [
        Undone(Written(number, "added", row.name, row.subject, {}, {}, 1), "undone", held=row)
        for number, row in enumerate((kept, goes))
    ]
    found = _unheld(judged)
    assert [each.kind for each in found] == ["left", "undone"]
    assert "Kept by hold 8" in found[0].why


@pytest.mark.slow
def test_a_refused_removal_says_the_holds_number_on_a_page(client):
    first, second = (
        controls.propose(HOUSE, name=name, area="digital", unit=make_organization(), cost_minor=1, currency="EUR",
                         cost_source="test")
        for name in ("Fence", "Gate")
    )  # fmt: skip
    link = controls.link(HOUSE, first, kind="excludes", other=second)
    make_hold(8, subjects=(first.subject,))
    client.force_login(make_user("chief"))
    answer = client.post(reverse("measure-unlink", args=[first.uid, link.uid]))
    assert answer.status_code == 403
    assert "Kept by hold 8" in answer.content.decode()
    assert "Meridian" not in answer.content.decode()
    assert MeasureLink.objects.exists()


def test_retain_says_what_would_go_and_then_lets_it_go(capsys, monkeypatch):
    monkeypatch.setattr("alcaide.project.commands.retaining.load", lambda: None)
    user, held = make_user(), make_user()
    at = timezone.now() - timedelta(days=900)
    Notice.objects.bulk_create(Notice(user=each, kind="due", words="old", at=at) for each in (user, user, held))
    make_hold(8, users=(held,))
    retention.register()
    RetentionRule.objects.filter(key="notices").update(state="adopted", days=365)

    assert typed(RETAIN, "--dry-run") == 0
    assert "in force: 3 past their days, hold 8 keeps 1" in capsys.readouterr().out
    assert Notice.objects.count() == 3

    assert typed(RETAIN) == 0
    assert "2 records went, 1 kept by holds" in capsys.readouterr().out
    assert Notice.objects.count() == 1
    assert _purges(most=None).state == OK
    PurgeRun.objects.filter(rule="notices").update(kept=0)
    assert _purges(most=None).state == BROKEN
