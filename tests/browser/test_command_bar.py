"""The command bar by keyboard alone: it finds, goes and begins, and forgives a slip."""

import re

from playwright.sync_api import expect


def test_letters_arrows_and_enter_open_a_page(chief, axe):
    chief.goto("/")
    chief.keyboard.press("Control+k")
    chief.keyboard.type("measu")
    option = chief.locator("[data-command] [role=option]").first
    expect(option).to_be_visible()
    chief.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    assert axe(chief) == []
    chief.keyboard.press("Enter")
    expect(chief).to_have_url(re.compile("/measures/"))


def test_keys_faster_than_the_answer_open_what_was_asked_for(chief):
    def late(route):
        chief.wait_for_timeout(600)
        route.continue_()

    chief.goto("/")
    chief.route(re.compile(r"/search/bar/\?q=measu"), late)
    chief.keyboard.press("Control+k")
    expect(chief.locator("[data-command] [role=option]").first).to_be_visible()
    chief.keyboard.type("measu")
    chief.keyboard.press("ArrowDown")
    chief.keyboard.press("Enter")
    expect(chief).to_have_url(re.compile("/measures/"))


def test_enter_without_an_arrow_asks_the_whole_page(chief):
    chief.goto("/")
    chief.keyboard.press("Control+k")
    chief.keyboard.type("measu")
    chief.keyboard.press("Enter")
    expect(chief).to_have_url(re.compile(r"/search/\?q=measu"))


def test_a_slash_and_a_slip_find_what_was_meant(chief):
    chief.goto("/assets/")
    chief.keyboard.press("/")
    chief.keyboard.type("murica")
    expect(chief.locator("[data-command]")).to_contain_text("these hold “murcia”")


def test_escape_closes_and_leaves_what_was_typed(chief):
    chief.goto("/")
    chief.keyboard.press("Control+k")
    chief.keyboard.type("meas")
    expect(chief.locator("[data-command] [role=option]").first).to_be_visible()
    chief.keyboard.press("Escape")
    expect(chief.locator("[data-command]")).to_be_hidden()
    expect(chief.locator("[data-find]")).to_have_value("meas")


def test_what_was_opened_lately_is_offered(chief):
    chief.goto("/measures/")
    chief.locator("tbody a[href^='/measures/']").first.click()
    chief.wait_for_url(re.compile("/measures/[0-9a-f-]{36}/"))
    name = chief.title().removesuffix(" · Alcaide")
    chief.goto("/")
    chief.keyboard.press("/")
    expect(chief.locator("[data-command]")).to_contain_text(name)
