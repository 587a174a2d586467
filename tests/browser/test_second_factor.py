"""Second factors as people meet them: an app, a passkey, and a role that opens nothing without one."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

PASSWORD = "a sentence that nobody guesses"


def code_of(secret: str, *, periods: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods))


def with_password(page: Page) -> Page:
    page.goto("/account/password/")
    for name in ("new_password1", "new_password2"):
        page.fill(f"[name={name}]", PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda url: "/account/password" not in url)
    return page


def set_up_app(page: Page) -> str:
    page.goto("/account/factors/app/")
    secret = page.locator("code.finger").inner_text()
    page.fill("[name=code]", code_of(secret))
    page.get_by_role("button", name="Use this app").click()
    expect(page.locator("ol.codes li")).to_have_count(10)
    return secret


def sign_out(page: Page) -> None:
    page.goto("/account/sessions/")
    page.locator("details.whose summary").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(re.compile("/sign-in/"))


def type_password(page: Page, email: str) -> None:
    page.goto("/sign-in/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def key_of(page: Page) -> None:
    """Give the browser a passkey of its own, as a laptop with a finger reader has."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def auditors_need_a_factor(page: Page, *, is_on: bool) -> None:
    page.goto("/house/sign-ins/rules/")
    page.get_by_label("Auditor", exact=True).set_checked(is_on)
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()
    page.goto("/house/sign-ins/rules/")
    expect(page.get_by_label("Auditor", exact=True)).to_be_checked(checked=is_on)


def until_sent(page: Page, *, to: str) -> None:
    """Ask for a page until the house sends elsewhere: each process keeps the rules for some seconds."""
    for _ in range(40):
        page.goto("/decide/")
        if to in page.url:
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"Still at {page.url}.")


def test_a_password_and_a_code_let_in(sign_in, axe, shot):
    email = "pilar.bravo@almena.example"
    page = with_password(sign_in(email))
    secret = set_up_app(page)
    assert axe(page) == []
    shot(page, "recovery-codes")
    sign_out(page)
    type_password(page, email)
    expect(page.locator("h1")).to_contain_text("One more proof")
    assert axe(page) == []
    page.fill("[name=code]", "000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("main")).to_contain_text("set the clock of your phone")
    page.fill("[name=code]", code_of(secret, periods=1))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile(r"//[^/]+/$"))


def test_a_passkey_is_added_and_signs_in_alone(sign_in, axe, shot):
    page = with_password(sign_in("nadia.cano@almena.example"))
    key_of(page)
    page.goto("/account/factors/passkeys/new/")
    page.fill("[name=name]", "Finger of the laptop")
    page.check("[name=passwordless]")
    assert axe(page) == []
    page.get_by_role("button", name="Add the key").click()
    expect(page.locator("ol.codes li")).to_have_count(10)
    page.goto("/account/factors/passkeys/")
    expect(page.locator("tbody")).to_contain_text("Passkey: signs in alone")
    shot(page, "passkeys")
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(re.compile(r"//[^/]+/$"))
    page.goto("/account/sessions/")
    expect(page.locator("tbody").last).to_contain_text("passkey or key")


@pytest.mark.parametrize("path", ["/sign-in/", "/sign-in/password/", "/sign-in/break-glass/"])
def test_the_pages_of_the_door_stand_on_a_phone(new_page, axe, shot, path):
    page = new_page(viewport={"width": 320, "height": 640})
    page.goto(path)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shot(page, f"door{path.replace('/', '-')}")


def test_a_role_that_asks_for_a_factor_opens_nothing_before(sign_in, chief):
    auditors_need_a_factor(chief, is_on=True)
    try:
        page = sign_in("eva.gil@almena.example")
        until_sent(page, to="/account/factors/")
        expect(page.locator("main")).to_contain_text("Your role asks for a second factor")
        set_up_app(page)
        page.goto("/decide/")
        expect(page).to_have_url(re.compile("/decide/"))
    finally:
        auditors_need_a_factor(chief, is_on=False)
