"""The year with the keyboard alone."""

from playwright.sync_api import Page, expect


def test_a_day_that_a_law_sets_says_by_keyboard_why_it_stays(house, chief: Page, axe) -> None:
    chief.goto(f"{house.address}/year/")
    assert axe(chief) == []
    chief.get_by_role("link", name="Move Locked lids on open vessels").press("Enter")
    expect(chief.get_by_role("heading", level=1)).to_contain_text("This day stays.")
    expect(chief.get_by_text("Mandatory:")).to_be_visible()
    assert axe(chief) == []
