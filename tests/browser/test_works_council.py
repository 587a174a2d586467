"""The works council reads a change of the register, in words, and remarks on it."""

from playwright.sync_api import Page, expect

COUNCIL = "diana.pena@almena.example"


def test_the_works_council_reads_a_change(chief: Page, sign_in, axe, shot) -> None:
    chief.goto("/monitors/sign_ins/record/")
    assert axe(chief) == []
    chief.get_by_label("Unit").select_option(label="Valencia warehouse")
    chief.get_by_label("Purpose").fill("To clear up two thefts of passwords")
    chief.get_by_label("Or why none is needed").fill("The agreement of the head office covers it")
    chief.get_by_label("Days that may be read back").fill("14")
    chief.get_by_label("Chief security officer").check()
    chief.get_by_label("Informed or checked on").fill("2026-01-15")
    chief.get_by_label("Informed or checked by").fill("Inés Robledo")
    chief.get_by_role("button", name="Record it").click()
    expect(chief.get_by_role("heading", level=1)).to_contain_text("Recorded, not agreed")

    council = sign_in(COUNCIL)
    council.goto("/monitors/")
    council.get_by_role("link", name="Sign-in log", exact=True).click()
    changed = council.get_by_role("region", name="What changed in the register")
    expect(changed.get_by_text("To clear up two thefts of passwords")).to_be_visible()
    expect(changed.get_by_text("retention days: 14")).to_be_visible()
    council.get_by_label("In words").fill("Fourteen days are enough for us.")
    council.get_by_role("button", name="Remark").click()
    said = council.get_by_role("region", name="What the works council says")
    expect(said.get_by_text("Fourteen days are enough for us.")).to_be_visible()
    assert axe(council) == []
    shot(council, "works-council")
