"""A record as it was, reached from its page."""

from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect


def test_a_renamed_measure_is_shown_as_it_was_with_nothing_to_press(house, chief: Page, axe) -> None:
    chief.goto(f"{house.address}/measures/")
    chief.get_by_role("link", name="Segment the two plant networks").first.click()
    before = datetime.now(ZoneInfo("Europe/Madrid")).replace(tzinfo=None)
    chief.get_by_role("link", name="Change", exact=True).first.click()
    chief.locator("main [name=name]").fill("Part the networks")
    chief.locator("main form button[type=submit]").first.click()
    expect(chief.get_by_role("heading", level=1)).to_contain_text("Part the networks")
    field = chief.get_by_label("As of", exact=True)
    field.fill("2020-03-03T14:00")
    field.press("Enter")
    expect(chief.get_by_role("heading", level=1)).to_contain_text("It did not exist on Tue 3 Mar 2020, 14:00.")
    chief.goto(f"{chief.url.partition('?')[0]}?at={before.isoformat()}")
    expect(chief.get_by_text("You are reading the past")).to_be_visible()
    expect(chief.locator("main dl")).to_contain_text(["Segment the two plant networks"])
    expect(chief.locator("main form[method=post]")).to_have_count(0)
    assert axe(chief) == []
    chief.get_by_role("link", name="Who could see it then").click()
    expect(chief.get_by_role("heading", level=1)).to_contain_text("people could see this.")
    assert axe(chief) == []
