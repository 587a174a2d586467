"""A matter of counsel: invisible to the chief, read by who is named on it, disclosed only as a copy."""

from playwright.sync_api import expect

MATTER = "Zorzal: the report on the gate"
# Whoever the example lets open its matter.
COUNSEL = "irene.gomez@almena.example"


def _fill(page, **words: str) -> None:
    for name, text in words.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("main form button[type=submit]").click()


def test_a_matter_is_invisible_to_the_chief_and_visible_to_counsel(house, chief, sign_in, axe, shot):
    counsel = sign_in(COUNSEL)
    counsel.goto(f"{house.address}/matters/new/")
    _fill(counsel, title=MATTER, ground_text="A claim is expected", apart_text="Counsel alone instructs it")
    expect(counsel.locator("h1")).to_contain_text(MATTER)
    address = counsel.url

    counsel.get_by_role("link", name="Write advice").click()
    _fill(counsel, text="Zorzal: settle before March.")
    counsel.get_by_role("link", name="Write a fact").first.click()
    _fill(counsel, text="The gate stood open at 05:52.", source="Gate log")
    expect(counsel.locator("#h-advice")).to_be_visible()
    shot(counsel, "matter")
    assert axe(counsel) == []

    assert chief.goto(address).status == 404
    chief.goto(f"{house.address}/search/?q=settle+before+March")
    expect(chief.locator("main")).not_to_contain_text("Zorzal")
    for page in ("matters/", "trail/", "holds/", "decide/"):
        chief.goto(f"{house.address}/{page}")
        expect(chief.locator("body")).not_to_contain_text("Zorzal")

    counsel.goto(f"{address}disclose/")
    counsel.locator("[name=notes]").first.check()
    _fill(counsel, title="The gate", to_whom="The insurer", left_out="All advice", why="The policy asks for it")
    chief.goto(f"{house.address}/disclosed/")
    chief.get_by_role("link", name="The gate").click()
    expect(chief.locator("main")).to_contain_text("The gate stood open at 05:52.")
    expect(chief.locator("main")).not_to_contain_text("Zorzal")
    shot(chief, "disclosed")
    assert axe(chief) == []


def test_a_word_that_reads_as_an_admission_is_hinted_at_and_not_held_back(house, chief):
    chief.goto(f"{house.address}/risk/scenarios/")
    address = chief.locator(".lead a").first.get_attribute("href")
    chief.goto(f"{house.address}{address}tolerate/")
    reason = chief.locator("[name=reason]")
    reason.press_sequentially("We knew of it")
    expect(chief.locator(".wording")).to_contain_text("Write facts")
    reason.fill("Weighed against the cost of a stop")
    expect(chief.locator(".wording")).to_have_text("")
