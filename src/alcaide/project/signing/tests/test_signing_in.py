"""Signing in: password, authenticator app, recovery codes, throttling, sessions."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from sesame.utils import get_token

from alcaide.common.models import SignedIn, SignInLine, User
from alcaide.common.signing.queries import open_doors
from alcaide.organization.tests.factories import make_organization, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough sentence"
What = SignInLine.What


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    cache.clear()


@pytest.fixture
def ana() -> User:
    make_organization()
    user = make_user("chief")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, user: User, password: str = PASSWORD, **more):
    return client.post("/sign-in/", {"login": user.email, "password": password, **more})


def code_of(secret: str, *, periods: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods))


@pytest.fixture
def secret(ana) -> str:
    made = generate_totp_secret()
    TOTP.activate(ana, made)
    return made


def lines(user: User) -> list[str]:
    return list(SignInLine._base_manager.filter(user=user).order_by("id").values_list("what", flat=True))


def test_a_password_lets_its_owner_in_and_the_log_says_how(client, ana):
    answer = sign_in(client, ana)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    line = SignInLine._base_manager.get()
    assert (line.what, line.how, line.address, line.user) == ("in", "password", "127.0.0.1", ana)


def test_an_unknown_address_gets_the_same_words_as_a_wrong_password(client, ana):
    wrong = sign_in(client, ana, "wrong wrong wrong")
    unknown = client.post("/sign-in/", {"login": "nobody@example.org", "password": "wrong wrong wrong"})
    words = "The e-mail address or the password is wrong."
    assert words in wrong.content.decode()
    assert words in unknown.content.decode()
    assert [line.email for line in SignInLine._base_manager.order_by("id")] == [ana.email, "nobody@example.org"]


def test_the_sixth_try_is_locked_out_even_with_the_right_password(client, ana):
    for _ in range(5):
        sign_in(client, ana, "wrong wrong wrong")
    answer = sign_in(Client(), ana)
    assert "Wait five minutes" in answer.content.decode()
    assert lines(ana)[:5] == ["refused"] * 5
    assert SignInLine._base_manager.latest("id").what == What.LOCKED


def test_one_address_that_tries_many_accounts_is_locked_out(client, ana):
    for n in range(30):
        client.post("/sign-in/", {"login": f"n{n}@example.org", "password": "wrong wrong wrong"})
    assert "Wait five minutes" in sign_in(client, ana).content.decode()
    assert sign_in(Client(REMOTE_ADDR="10.0.0.9"), ana).status_code == 302


def test_an_app_is_asked_for_after_the_password(client, ana, secret):
    assert sign_in(client, ana)["Location"] == "/sign-in/factor/"
    assert client.get("/decide/").status_code == 302
    answer = client.post("/sign-in/factor/", {"code": code_of(secret)})
    assert answer["Location"] == "/"
    assert SignInLine._base_manager.latest("id").how == "password, totp"


@pytest.mark.parametrize(("periods", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_half_a_minute_off_does_not_shut_anybody_out(client, ana, secret, periods, is_good):
    sign_in(client, ana)
    answer = client.post("/sign-in/factor/", {"code": code_of(secret, periods=periods)})
    assert (answer.status_code == 302) is is_good
    assert is_good or "set the clock of your phone" in answer.content.decode()


def test_a_code_counts_once_for_as_long_as_it_is_good(client, ana, secret, monkeypatch):
    now, code = time.time(), code_of(secret, periods=1)
    sign_in(client, ana)
    assert client.post("/sign-in/factor/", {"code": code}).status_code == 302
    again = Client()
    sign_in(again, ana)
    monkeypatch.setattr(time, "time", lambda: now + 45)
    assert again.post("/sign-in/factor/", {"code": code}).status_code == 200


def test_a_recovery_code_lets_in_once(client, ana, secret):
    code = RecoveryCodes.activate(ana).get_unused_codes()[0]
    sign_in(client, ana)
    assert client.post("/sign-in/factor/", {"code": code}).status_code == 302
    again = Client()
    sign_in(again, ana)
    assert again.post("/sign-in/factor/", {"code": code}).status_code == 200


def test_a_wrong_code_is_noted_and_the_sixth_is_locked_out(client, ana, secret):
    sign_in(client, ana)
    for _ in range(6):
        answer = client.post("/sign-in/factor/", {"code": "000000"})
    assert "Wait five minutes" in answer.content.decode()
    assert lines(ana) == [What.FACTOR_REFUSED] * 5 + [What.LOCKED]


def test_a_link_replaces_the_password_but_not_the_second_factor(client, ana, secret):
    answer = client.post("/sign-in/link/", {"key": get_token(ana)})
    assert answer["Location"] == "/sign-in/factor/"
    client.post("/sign-in/factor/", {"code": code_of(secret)})
    assert SignInLine._base_manager.latest("id").how == "link, totp"


def test_the_app_is_set_up_with_a_code_and_gives_ten_recovery_codes(client, ana):
    sign_in(client, ana)
    page = client.get("/account/factors/app/")
    before = client.session.session_key
    answer = client.post("/account/factors/app/", {"code": code_of(page.context["form"].secret)})
    assert answer["Location"] == "/account/factors/codes/"
    assert client.session.session_key != before
    assert client.get("/account/factors/codes/").content.decode().count("<li><code>") == 10
    assert What.FACTOR_ADDED in lines(ana)


def test_secrets_of_factors_are_sealed_in_the_database(ana, secret):
    row = Authenticator.objects.get(user=ana)
    assert secret not in str(row.data)
    assert row.wrap().validate_code(code_of(secret))


def test_the_session_gets_another_key_when_somebody_comes_in(client, ana):
    client.get("/sign-in/")
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    sign_in(client, ana)
    assert client.cookies["sessionid"].value != before


def test_somebody_sees_where_they_are_signed_in_and_ends_the_others_at_once(ana):
    here, there = Client(), Client(HTTP_USER_AGENT="Mozilla/5.0 (iPhone) Safari/604")
    sign_in(here, ana)
    sign_in(there, ana)
    assert "Safari on iPhone" in here.get("/account/sessions/").content.decode()
    here.post("/account/sessions/end/")
    assert there.get("/account/sessions/")["Location"].startswith("/sign-in/")
    assert [door.session_secret for door in open_doors(ana)] == [here.session.session_key]
    assert What.ENDED in lines(ana)


def test_nobody_ends_the_session_of_another(client, ana):
    other = make_user("analyst")
    theirs = Client()
    theirs.force_login(other)
    door = SignedIn.objects.create(
        user=other, session_secret=theirs.session.session_key, since=other.joined_at, seen_at=other.joined_at
    )
    sign_in(client, ana)
    client.post("/account/sessions/end/", {"which": door.pk})
    assert Session.objects.filter(session_key=door.session_secret).exists()


def test_a_new_password_ends_every_other_session(ana):
    here, there = Client(), Client()
    sign_in(here, ana)
    sign_in(there, ana)
    typed = {
        "old_password": PASSWORD,
        "new_password1": "another long sentence",
        "new_password2": "another long sentence",
    }
    assert here.post("/account/password/", typed).status_code == 302
    assert here.get("/account/sessions/").status_code == 200
    assert there.get("/account/sessions/").status_code == 302


def test_signing_out_is_noted_and_takes_the_place_off_the_list(client, ana):
    sign_in(client, ana)
    client.post("/sign-out/")
    assert lines(ana) == [What.IN, What.OUT]
    assert open_doors(ana) == []


def test_a_role_that_asks_for_a_second_factor_opens_nothing_before(client, ana, settings):
    settings.SECOND_FACTOR_ROLES = ("chief",)
    sign_in(client, ana)
    assert client.get("/decide/")["Location"] == "/account/factors/"
    page = client.get("/account/factors/app/")
    client.post("/account/factors/app/", {"code": code_of(page.context["form"].secret)})
    assert client.get("/decide/").status_code == 200


def test_a_role_that_asks_for_none_is_not_stopped(client, settings):
    settings.SECOND_FACTOR_ROLES = ("chief",)
    make_organization()
    client.force_login(make_user("analyst"))
    assert client.get("/decide/").status_code == 200


def test_nobody_signs_themselves_up(client, ana):
    typed = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    assert "Nobody signs themselves up" in client.post("/sign-in/new/", typed).content.decode()
    assert not User.objects.filter(email="new@example.org").exists()


def test_a_closed_sign_in_stays_closed(client, ana):
    ana.is_active = False
    ana.save()
    assert sign_in(client, ana).status_code == 302
    assert client.get("/decide/")["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("path", ["/sign-in/", "/sign-in/password/", "/sign-in/closed/", "/sign-in/new/"])
def test_pages_of_the_door_hold_no_inline_script_or_style(client, ana, path):
    text = client.get(path).content.decode()
    assert "style=" not in text
    assert text.count("<script") == text.count("<script src=")
