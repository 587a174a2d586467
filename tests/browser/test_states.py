"""What a page does when its answer is late, refused or lost; what it prints; and the drawing that needs a script."""

import re

import pytest
from playwright.sync_api import Page, expect

HOSTS = "/assets/?view=hosts"


@pytest.fixture
def page(house, chromium, chief_cookies):
    """A page of the chief on which a test may answer in the house's place: a dead answer is an error to the browser."""
    context = chromium.new_context(
        base_url=house.address, storage_state=chief_cookies, service_workers="block",
        viewport={"width": 1440, "height": 900},
    )  # fmt: skip
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def answer_with(page: Page, deed) -> None:
    """Let a deed answer what the list asks for in the background; whole pages come as ever."""
    page.route(
        re.compile("/assets/"),
        lambda route: deed(route) if route.request.headers.get("hx-request") else route.continue_(),
    )


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        (lambda route: route.fulfill(status=500), "That did not work. The list stands as it was."),
        (lambda route: route.fulfill(status=403), "This is not open to you, or your sign-in has ended."),
        (lambda route: route.abort(), "The house does not answer. The list stands as it was."),
    ],
    ids=["failed", "refused", "gone"],
)
def test_a_list_without_an_answer_says_so_and_keeps_its_rows(page, deed, words):
    page.goto(HOSTS)
    rows = page.locator("tbody tr").count()
    answer_with(page, deed)
    page.locator("thead a").first.click()
    expect(page.locator("[data-list-words]")).to_contain_text(words)
    assert page.locator("tbody tr").count() == rows > 1
    page.unroute_all()
    page.get_by_role("link", name="Try again").click()
    expect(page.locator("[data-list-state]")).to_be_hidden()


def test_a_list_whose_answer_is_late_says_that_it_loads(page):
    held = []
    page.goto(HOSTS)
    answer_with(page, held.append)
    page.locator("thead a").first.click()
    expect(page.locator("[data-list-words]")).to_have_text("Loading…")
    held[0].continue_()
    expect(page.locator("[data-list-state]")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_prints_its_drawings_with_their_numbers_on_white(chief, theme):
    chief.goto("/risk/runs/")
    chief.locator("tbody th a").first.click()
    chief.wait_for_url(re.compile("/risk/runs/[0-9a-f-]{36}/"))
    chief.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
    numbers = chief.locator("details.numbers table").first
    assert not numbers.is_visible()
    chief.emulate_media(media="print")
    expect(numbers).to_be_visible()
    expect(chief.locator(".navbar-vertical")).to_be_hidden()
    expect(chief.locator("svg.chart[aria-label]").first).to_be_visible()
    ink = chief.evaluate("getComputedStyle(document.body).color.match(/[0-9]+/g).slice(0, 3).map(Number)")
    assert max(ink) < 80


def test_what_needs_what_is_drawn_and_the_list_beside_holds_the_same(chief):
    chief.goto("/assets/?text=customer+records")
    chief.locator("tbody th a").first.click()
    chief.get_by_role("link", name="Draw it").click()
    drawn = chief.locator("[data-needs]")
    expect(drawn).to_be_visible()
    expect(drawn.locator("canvas").first).to_be_visible()
    names = chief.evaluate("JSON.parse(document.querySelector('[data-needs]').dataset.needs).nodes.map(n => n.label)")
    listed = chief.locator("#h-listed").locator("xpath=../..").inner_text()
    assert len(names) > 2
    assert all(name in listed for name in names)
