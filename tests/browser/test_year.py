"""The year with the keyboard alone."""

from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect


def test_a_day_that_a_law_sets_says_by_keyboard_why_it_stays(house, chief: Page, axe) -> None:
    chief.goto(f"{house.address}/year/")
    assert axe(chief) == []
    chief.get_by_role("link", name="Move Locked lids on open vessels").press("Enter")
    expect(chief.get_by_role("heading", level=1)).to_contain_text("This day stays.")
    expect(chief.get_by_text("Mandatory:")).to_be_visible()
    assert axe(chief) == []


def test_a_bar_dragged_to_another_week_takes_its_day_along(house, chief: Page) -> None:
    chief.goto(f"{house.address}/year/")
    bar = chief.locator(".quarter [data-move]").filter(has_text="Test: Dual approval of payments")
    weeks = chief.locator(".quarter .weeks span")
    box, aim = bar.bounding_box(), weeks.nth(8).bounding_box()
    chief.mouse.move(box["x"] + box["width"] - 12, box["y"] + box["height"] / 2)
    chief.mouse.down()
    # A browser begins to drag only after some movement.
    chief.mouse.move(box["x"] + box["width"] - 40, box["y"] + box["height"] / 2, steps=4)
    chief.mouse.move(aim["x"] + aim["width"] / 2, box["y"] + box["height"] / 2, steps=6)
    chief.mouse.up()
    chief.wait_for_url("**/year/move/**")
    to = date.fromisoformat(parse_qs(urlsplit(chief.url).query)["to"][0])
    this_week = date.today() - timedelta(days=date.today().weekday())  # noqa: DTZ011  the house's own day, as the page
    assert (to - this_week).days // 7 == 8
    # How often it is tested sets this one: what is dragged is not moved behind the reader's back.
    expect(chief.get_by_role("heading", level=1)).to_contain_text("This day stays.")
