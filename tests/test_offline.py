"""A form that a phone sends twice is taken in once; what it wrote and the note of it stand or fall together."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import RequestFactory, override_settings
from django.urls import path
from django.utils import timezone

from alcaide.common.models import Sent, TrailLine
from alcaide.common.offline import kept, typed_at
from alcaide.common.people import signed_in
from alcaide.common.trail import audit, write
from alcaide.organization.tests.factories import make_user
from alcaide.project.urls import urlpatterns as every_address


@write
def note_down(actor, words):
    audit(actor, "note_down", subject=actor.subject, after={"words": words})


def form(request: HttpRequest) -> HttpResponse:
    note_down(signed_in(request), request.POST["words"])
    if request.POST["words"] == "wrong":
        return HttpResponse("Mend this.")
    return HttpResponseRedirect("/trail/")


urlpatterns = [path("note/", form), *every_address]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


def noted():
    return TrailLine.objects.filter(verb="note_down").count()


@pytest.fixture
def guard(client):
    user = make_user("chief")
    client.force_login(user)
    return user


def test_a_form_sent_twice_does_its_work_once(client, guard):
    typed = {"words": "Door open", "send_once": str(uuid4())}
    first, second = client.post("/note/", typed), client.post("/note/", typed)
    assert noted() == 1
    assert first["Location"] == second["Location"] == "/trail/"


def test_two_forms_with_the_same_words_are_both_taken_in(client, guard):
    for _ in range(2):
        client.post("/note/", {"words": "Door open", "send_once": str(uuid4())})
    assert noted() == 2


def test_a_form_that_was_refused_wrote_nothing_and_may_come_again(client, guard):
    key = str(uuid4())
    assert client.post("/note/", {"words": "wrong", "send_once": key}).status_code == 200
    assert (noted(), Sent.objects.count()) == (0, 0)
    client.post("/note/", {"words": "right", "send_once": key})
    assert noted() == 1


def test_a_form_of_somebody_else_is_refused(client, guard):
    typed = {"words": "Door open", "send_once": str(uuid4())}
    client.post("/note/", typed)
    client.force_login(make_user("analyst"))
    assert client.post("/note/", typed).status_code == 409
    assert noted() == 1


def test_the_time_of_the_phone_is_kept_beside_ours(client, guard):
    at = timezone.now() - timedelta(hours=3)
    typed = {"words": "Door open", "send_once": str(uuid4())}
    client.post("/note/", typed, headers={"X-Alcaide-Typed-At": at.isoformat()})
    assert Sent.objects.get().typed_at == at


@pytest.mark.parametrize(
    "said", ["", "yesterday", "2026-11-23T10:00:00", "2031-01-01T00:00:00Z", "1970-01-01T00:00:00Z"]
)
def test_a_clock_that_cannot_be_right_is_not_believed(said):
    assert typed_at(RequestFactory().post("/", headers={"X-Alcaide-Typed-At": said})) is None


def test_a_form_without_a_key_goes_its_way(client, guard):
    client.post("/note/", {"words": "Door open"})
    assert (noted(), Sent.objects.count()) == (1, 0)


def test_a_kept_page_says_for_how_long_and_for_whom(guard):
    request = RequestFactory().get("/")
    request.user = guard
    answer = kept(hours=8)(lambda request: HttpResponse("Posts"))(request)
    assert answer["X-Alcaide-Keep"] == "28800"
    assert guard.name not in answer["X-Alcaide-Who"]


def test_a_refused_page_is_not_kept(guard):
    request = RequestFactory().get("/")
    request.user = guard
    assert "X-Alcaide-Keep" not in kept(hours=8)(lambda request: HttpResponse(status=403))(request)


def test_no_page_is_kept_for_longer_than_three_days():
    with pytest.raises(ValueError, match="1 to 72"):
        kept(hours=73)


@override_settings(
    STORAGES={"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
)
@pytest.mark.parametrize("address", ["/sw.js", "/offline/", "/offline/waiting/"])
def test_what_a_phone_keeps_for_good_holds_nothing_of_anybody(client, guard, address):
    told = client.get(address).content.decode()
    assert guard.name not in told
    assert 'csrfmiddlewaretoken" value' not in told


def test_a_stranger_gets_no_token_to_send_with(client):
    assert client.get("/account/sending/").status_code == 302
