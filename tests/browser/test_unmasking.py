"""The chief asks for a name with a reason; the works council agrees; the chief alone sees it."""

import re

from playwright.sync_api import Page, expect

COUNCIL = "diana.pena@almena.example"
SEEN = "Pilar Bravo"
PSEUDONYM = re.compile(r"^[0-9A-Z]{5}-[0-9A-Z]{5}$")


def test_a_name_is_shown_by_two_people_of_two_roles(chief: Page, sign_in, axe, shot) -> None:
    chief.goto("/house/sign-ins/")
    expect(chief.get_by_role("heading", level=1)).to_contain_text("Names are masked")
    expect(chief.get_by_text(SEEN)).to_have_count(0)
    chief.goto("/monitors/names/")
    asked = chief.get_by_role("link", name=PSEUDONYM)
    name = asked.inner_text().strip()
    asked.click()
    expect(chief.get_by_role("heading", level=1)).to_contain_text("The name behind")
    expect(chief.get_by_text("It waits for somebody of another role.")).to_be_visible()
    expect(chief.get_by_role("button", name="Show the name")).to_have_count(0)
    assert axe(chief) == []

    council = sign_in(COUNCIL)
    council.goto("/second/")
    council.get_by_role("link", name=f"The name behind {name}").click()
    expect(council.get_by_text("nobody knows")).to_be_visible()
    assert axe(council) == []
    council.get_by_role("button", name="Approve").click()
    expect(council.get_by_role("heading", level=1)).to_contain_text("Approved")
    council.goto("/monitors/names/")
    council.get_by_role("link", name=name).click()
    expect(council.get_by_role("button", name="Show the name")).to_have_count(0)
    expect(council.get_by_text(SEEN)).to_have_count(0)

    chief.reload()
    shot(chief, "unmasking")
    chief.get_by_role("button", name="Show the name").click()
    expect(chief.get_by_role("heading", level=1)).to_contain_text(f"{name} is {SEEN}")
    expect(chief.get_by_role("cell", name="203.0.113.24")).to_be_visible()
    assert axe(chief) == []
