"""Signing in: by the first link, and what a stranger sees."""

import re

import pytest
from playwright.sync_api import expect


def test_a_stranger_is_asked_to_sign_in(stranger):
    stranger.goto("/")
    expect(stranger).to_have_url(re.compile("/sign-in/"))
    expect(stranger.locator("h1")).to_have_count(1)


def test_the_first_link_lets_the_chief_in(chief):
    chief.goto("/account/password/")
    expect(chief).to_have_url(re.compile("/account/password/"))


def test_a_link_works_once(house, chief_cookies, stranger):
    stranger.goto(house.first_link)
    stranger.locator("form:has(input[name=key]) button").click()
    expect(stranger.locator("h1")).to_contain_text("no longer works")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in_page_is_open_to_all(new_page, axe, shot, scheme):
    page = new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page.goto("/sign-in/")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shot(page, f"sign-in-phone-{scheme}")
