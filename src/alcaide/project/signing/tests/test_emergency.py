"""Emergency access: made, spent once, told at once, marked, ended, reviewed by somebody else, renewed."""

import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from alcaide.common.jobs import Progress
from alcaide.common.models import BreakGlass, Notice, SignInLine, TrailValue, User
from alcaide.common.registries import everything_due
from alcaide.common.signing.breaking import NotReviewed, seal_new
from alcaide.common.trail import System, audit, marked, writing
from alcaide.organization.models import Grant
from alcaide.organization.tests.factories import make_organization, make_user
from alcaide.project.signing import emergency

pytestmark = pytest.mark.django_db
WHY = "The identity provider is down and nobody else can come in."


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    cache.clear()


@pytest.fixture
def credential(db) -> str:
    make_organization()
    return seal_new(System("terminal"), hours=4)


def enter(client: Client, credential: str, **more):
    return client.post("/sign-in/break-glass/", {"credential": credential, "who": "Ana Gil", "why": WHY, **more})


def test_the_credential_is_kept_as_a_hash_alone(credential):
    row = BreakGlass.objects.get()
    assert credential not in row.credential_secret
    assert not TrailValue.objects.filter(value__contains=credential).exists()


def test_it_lets_in_once_however_it_is_typed(client, credential):
    assert enter(client, credential.lower().replace("-", " "))["Location"] == "/"
    assert client.get("/house/sign-ins/").status_code == 200
    assert enter(Client(), credential).status_code == 403
    assert SignInLine._base_manager.get(what="in").how == "break_glass"


def test_a_wrong_credential_is_refused_and_the_sixth_is_locked_out(client, credential):
    for _ in range(5):
        assert enter(client, "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA").status_code == 403
    assert enter(client, credential).status_code == 429
    assert BreakGlass.objects.get().used_at is None


def test_every_chief_and_auditor_is_told_at_once_whatever_they_chose(client, credential):
    chief, auditor, analyst = make_user("chief"), make_user("auditor"), make_user("analyst")
    enter(client, credential)
    told = set(Notice.objects.filter(kind="break_glass").values_list("user_id", flat=True))
    assert {chief.pk, auditor.pk} <= told
    assert analyst.pk not in told


def test_every_page_says_so_and_every_write_is_marked(client, credential):
    enter(client, credential)
    assert "Emergency access, until" in client.get("/house/sign-ins/").content.decode()
    client.post("/house/sign-ins/rules/", {"second_factor_roles": ["chief"], "version": 1})
    line = TrailValue.objects.filter(line__verb="set_sign_in_rules", field="emergency_access")
    assert line.count() == 1


def test_a_mark_stands_only_inside():
    with marked(emergency_access="x"), writing():
        audit(System("t"), "inside", subject="t:1")
    with writing():
        audit(System("t"), "outside", subject="t:1")
    assert [value.line.verb for value in TrailValue.objects.filter(field="emergency_access")] == ["inside"]


def test_it_ends_when_its_hours_are_over(client, credential, monkeypatch):
    enter(client, credential)
    now = time.time()
    monkeypatch.setattr("alcaide.common.signing.middleware.time.time", lambda: now + 4 * 3600 + 1)
    assert client.get("/house/sign-ins/")["Location"].startswith("/sign-in/")


def test_a_clock_set_back_ends_it_too(client, credential, monkeypatch):
    enter(client, credential)
    now = time.time()
    monkeypatch.setattr("alcaide.common.signing.middleware.time.time", lambda: now - 600)
    assert client.get("/house/sign-ins/")["Location"].startswith("/sign-in/")


def test_the_job_closes_the_account_and_takes_the_role(client, credential):
    enter(client, credential)
    BreakGlass.objects.update(until=timezone.now() - timedelta(minutes=1))
    emergency.end_over.call(_Quiet()) if hasattr(emergency.end_over, "call") else emergency.end_over(_Quiet())
    user = User.objects.get(email="break-glass@alcaide.invalid")
    assert not user.is_active
    assert not Grant.objects.filter(user=user, withdrawn_at__isnull=True).exists()
    assert client.get("/house/sign-ins/").status_code == 302


def test_it_waits_on_home_until_somebody_else_reviewed_it(client, credential):
    chief = make_user("chief")
    enter(client, credential, who=chief.email)
    row = BreakGlass.objects.get()
    other = make_user("auditor")
    assert any(each.subject == row.subject for each in everything_due(other))
    mine, theirs = Client(), Client()
    mine.force_login(chief)
    theirs.force_login(other)
    path = f"/house/break-glass/{row.uid}/review/"
    assert mine.post(path, {"review": "I looked at it myself."}).status_code == 403
    assert client.post(path, {"review": "All is well, I say."}).status_code == 403
    assert theirs.post(path, {"review": "Three writes, all about sign-in."}).status_code == 302
    assert not any(each.subject == row.subject for each in everything_due(other))


def test_another_is_sealed_only_after_the_review(client, credential):
    enter(client, credential)
    with pytest.raises(NotReviewed):
        seal_new(System("terminal"), hours=4)
    BreakGlass.objects.update(reviewed_at=timezone.now())
    assert seal_new(System("terminal"), hours=1) != credential


def test_a_newer_credential_ends_the_older_one(client, credential):
    newer = seal_new(System("terminal"), hours=2)
    assert enter(client, credential).status_code == 403
    assert enter(client, newer).status_code == 302


class _Quiet(Progress):
    def __init__(self) -> None:
        """Show nothing."""

    def check_cancel(self) -> None:
        """Go on."""
