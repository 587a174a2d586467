"""What every answer carries and what none of them tells: headers, cookies, faults, hosts."""

import logging

import pytest
from django.test import Client
from django.urls import path

from alcaide.common.models import User
from alcaide.organization.tests.factories import make_organization, make_user
from alcaide.project import urls as house_urls

pytestmark = pytest.mark.django_db
PAGES = ["/", "/decide/", "/assets/", "/account/sessions/", "/house/sign-ins/", "/sign-in/", "/no/such/page/"]
SECRET = "hidden-in-the-code-27"


def fail(request):
    raise RuntimeError(f"{SECRET} at {__file__}")


urlpatterns = [path("fails/", fail), *house_urls.urlpatterns]
handler500, handler404 = house_urls.handler500, house_urls.handler404
handler403, handler400 = house_urls.handler403, house_urls.handler400


@pytest.fixture
def chief(client) -> Client:
    make_organization()
    client.force_login(make_user("chief"))
    return client


@pytest.mark.parametrize("path", PAGES)
def test_every_page_carries_the_headers_that_keep_others_out(chief, path):
    headers = chief.get(path).headers
    policy = headers["Content-Security-Policy"]
    for part in ("default-src 'self'", "frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'", "form-action"):
        assert part in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("path", [each for each in PAGES if each != "/sign-in/"])
def test_nobody_between_keeps_a_copy_of_a_page_of_the_house(chief, path):
    # A list may be kept by the reader's own browser, which asks again before it shows it.
    assert chief.get(path).headers["Cache-Control"] in {"private, no-store", "private, no-cache"}


def test_https_is_remembered_but_never_for_this_machine(chief, settings):
    settings.ALLOWED_HOSTS = ["gate.example", "localhost"]
    assert "max-age=31536000" in chief.get("/", secure=True, HTTP_HOST="gate.example")["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in chief.get("/", HTTP_HOST="gate.example").headers
    assert "Strict-Transport-Security" not in chief.get("/", secure=True, HTTP_HOST="localhost:8000").headers


def test_cookies_are_out_of_reach_of_script_and_of_other_sites(client):
    make_organization()
    user = make_user("chief")
    client.get("/sign-in/")
    client.post("/sign-in/", {"login": user.email, "password": "correct horse battery"})
    for name in ("sessionid", "csrftoken"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"


def test_cookies_stay_on_https_where_the_house_is_served_by_it(client, settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    make_organization()
    user = make_user("chief")
    client.get("/sign-in/", secure=True)
    client.post("/sign-in/", {"login": user.email, "password": "correct horse battery"}, secure=True)
    assert client.cookies["sessionid"]["secure"]
    assert client.cookies["csrftoken"]["secure"]


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:80@evil.example", "[::1]evil"])
def test_the_house_answers_under_its_own_names_only(client, settings, host):
    settings.ALLOWED_HOSTS = ["localhost"]
    answer = client.get("/sign-in/", HTTP_HOST=host)
    assert answer.status_code == 400
    assert "evil" not in answer.content.decode()


def test_a_forwarded_host_counts_for_nothing(client):
    page = client.get("/sign-in/", HTTP_X_FORWARDED_HOST="evil.example", HTTP_FORWARDED="host=evil.example")
    assert "evil.example" not in page.content.decode()


@pytest.mark.urls("test_answers")
def test_a_fault_tells_nothing_of_the_code(chief, caplog):
    caplog.set_level(logging.CRITICAL)
    chief.raise_request_exception = False
    answer = chief.get("/fails/")
    text = answer.content.decode()
    assert answer.status_code == 500
    for told in (SECRET, "Traceback", "RuntimeError", "django", "/src/", "python"):
        assert told not in text.lower()


@pytest.mark.parametrize("path", ["/no/such/page/", "/assets/00000000-0000-0000-0000-000000000000/", "/%ff%fe"])
def test_a_page_that_is_not_there_tells_no_addresses(chief, path):
    text = chief.get(path).content.decode()
    assert "urlconf" not in text.lower()
    assert "Traceback" not in text


def test_no_page_tells_which_server_it_is(chief):
    headers = {name.lower() for name in chief.get("/").headers}
    assert not headers & {"server", "x-powered-by"}


def test_links_in_letters_begin_with_the_configured_address(client, settings, monkeypatch):
    sent = []
    monkeypatch.setenv("ALCAIDE_SMTP_URL", "smtp://127.0.0.1:1?tls=none")
    monkeypatch.setenv("ALCAIDE_MAIL_FROM", "house@almena.example")
    monkeypatch.setenv("ALCAIDE_PUBLIC_URL", "https://house.almena.example")
    monkeypatch.setattr("alcaide.project.signing.adapters.EmailMessage.send", lambda self, **how: sent.append(self))
    monkeypatch.setattr("alcaide.project.signing.adapters.Thread", _AtOnce)
    settings.ALLOWED_HOSTS = ["*"]
    make_organization()
    user = make_user("chief")
    client.post("/sign-in/password/", {"email": user.email}, HTTP_HOST="evil.example")
    assert "https://house.almena.example/sign-in/password/" in sent[0].body
    assert "evil.example" not in sent[0].body + sent[0].subject


def test_an_unknown_address_gets_the_same_answer_and_no_letter(client, monkeypatch):
    known = make_user("chief")
    answers = [client.post("/sign-in/password/", {"email": each}) for each in (known.email, "nobody@example.org")]
    assert len({(each.status_code, each["Location"]) for each in answers}) == 1
    assert User.objects.filter(email="nobody@example.org").count() == 0


class _AtOnce:
    def __init__(self, target, daemon=True) -> None:
        self.target = target

    def start(self) -> None:
        self.target()
