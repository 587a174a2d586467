"""Rows of a unit where somebody has no role, asked for by their identifiers: nothing is shown, nothing is written."""

import io
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alcaide.assets.tests.factories import make_asset
from alcaide.common.files import store
from alcaide.common.models import Attachment, Comment, JobTrack, SavedView, User
from alcaide.common.talk import services as talk
from alcaide.organization.tests.factories import make_organization, make_unit, make_user

pytestmark = pytest.mark.django_db
HIDDEN = {403, 404}


@pytest.fixture
def chief() -> User:
    make_organization()
    return make_user("chief")


@pytest.fixture
def ana(client: Client, chief: User) -> User:
    user = make_user("analyst", unit=make_unit("Hers"))
    client.force_login(user)
    return user


@pytest.fixture
def asset(chief: User):
    return make_asset("their-gate", unit=make_unit("Theirs"))


def test_a_record_of_another_unit(client, ana, asset):
    for name in ("asset", "asset-edit"):
        assert client.get(reverse(name, args=[asset.uid])).status_code in HIDDEN
    assert client.post(reverse("asset-edit", args=[asset.uid]), {"name": "mine", "version": 1}).status_code in HIDDEN
    asset.refresh_from_db()
    assert asset.name == "their-gate"


def test_a_comment_on_a_record_of_another_unit(client, ana, asset, chief):
    said = talk.comment(chief, asset.subject, text="The gate stays open at night.")
    for name in ("comment-edit", "comment-remove"):
        assert client.get(reverse(name, args=[said.uid])).status_code in HIDDEN | {405}
        assert client.post(reverse(name, args=[said.uid]), {"text": "x", "version": 1}).status_code in HIDDEN
    assert client.post(reverse("talk", args=[asset.subject]), {"text": "x"}).status_code in HIDDEN
    assert Comment.objects.get().text == "The gate stays open at night."


def test_a_file_of_a_record_of_another_unit(client, ana, asset, chief):
    kept = store(io.BytesIO(b"plan of the gate"), "plan.txt", actor=chief, cap_bytes=1000)
    mine = Client()
    mine.force_login(chief)
    mine.post(reverse("talk-attach", args=[asset.subject]), {"file": io.BytesIO(b"another plan")})
    held = Attachment.objects.get()
    assert client.get(reverse("attachment", args=[held.uid])).status_code in HIDDEN
    assert client.post(reverse("attachment-remove", args=[held.uid])).status_code in HIDDEN
    for uid in (kept.uid, held.file.uid):
        assert client.get(reverse("file", args=[uid])).status_code in HIDDEN


def test_a_list_and_its_export_leave_out_what_is_not_theirs(client, ana, asset):
    mine = make_asset("her-gate", unit=ana.grants.get().unit)
    assert asset.name not in client.get("/assets/").content.decode()
    answer = client.get("/assets/", {"export": "csv"})
    told = b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()
    assert asset.name not in told
    assert answer.status_code == 403 or mine.name in told


def test_a_search_finds_nothing_of_another_unit(client, ana, asset):
    for path in ("/search/", "/search/bar/"):
        assert asset.name not in client.get(path, {"q": "their"}).content.decode()


def test_a_job_that_somebody_else_asked_for(client, ana, chief):
    job = JobTrack.objects.create(
        result_id=uuid4(), name="risk.refresh", key="x", about="Their report", asked_by=chief, asked_at=timezone.now(),
        state=JobTrack.State.RUNNING, started_at=timezone.now(),
    )  # fmt: skip
    client.force_login(make_user("head", unit=make_unit("A department")))
    assert "Their report" not in client.get(reverse("jobs")).content.decode()
    for name in ("job-cancel", "job-retry"):
        assert client.post(reverse(name, args=[job.result_id])).status_code in HIDDEN
    job.refresh_from_db()
    assert job.cancel_asked_at is None


def test_a_saved_view_that_somebody_else_keeps(client, ana, chief):
    view = SavedView.objects.create(name="Their view", list_name="assets", path="/assets/", owner=chief, query="q=x")
    assert "Their view" not in client.get("/assets/").content.decode()
    for choose in ("change-view", "remove-view"):
        typed = {"choose": choose, "saved": view.uid, "name": "Mine", "version": view.version}
        client.post(f"/assets/?saved={view.uid}", typed)
    view.refresh_from_db()
    assert view.name == "Their view"


def test_another_persons_session_and_key(client, ana, chief):
    for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        assert client.post(reverse(name, args=[1]), {"name": "mine"}).status_code in HIDDEN | {302}
