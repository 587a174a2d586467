"""Somebody asks for another appetite, cannot approve it, reads who may, and that person approves it."""

from playwright.sync_api import Page, expect

ANOTHER = "sara.alonso@almena.example"


def test_a_blocked_self_approval_and_then_another_person(chief: Page, sign_in, axe) -> None:
    chief.goto("/organization/appetite/")
    chief.get_by_label("Unit").select_option(label="Valencia warehouse")
    chief.get_by_label("A year may cost more than").fill("1.1M")
    chief.get_by_label("Who decided it, and when").fill("The board, after the new hall")
    chief.get_by_role("button", name="Ask for it").click()
    expect(chief.get_by_role("heading", level=1)).to_contain_text("Waits for an answer")
    expect(chief.get_by_text("You asked for this, so somebody else answers.")).to_be_visible()
    expect(chief.get_by_text("may answer.")).to_be_visible()
    expect(chief.get_by_role("button", name="Approve")).to_have_count(0)
    assert axe(chief) == []
    # The form that another person would send, sent by who asked.
    chief.evaluate("""() => {
        const form = document.querySelector('form[action$="/withdraw/"]')
        form.action = form.action.replace('/withdraw/', '/approve/')
        form.requestSubmit()
    }""")
    expect(chief.get_by_role("alert").or_(chief.locator(".message, .alert")).first).to_contain_text(
        "You asked for this"
    )
    chief.goto("/second/tries/")
    expect(chief.get_by_text("Asked it themself").first).to_be_visible()

    other = sign_in(ANOTHER)
    other.goto("/second/")
    other.get_by_role("link", name="Change the appetite of Valencia warehouse").click()
    expect(other.get_by_text("€1.1M")).to_be_visible()
    assert axe(other) == []
    other.get_by_role("button", name="Approve").click()
    expect(other.get_by_role("heading", level=1)).to_contain_text("Approved")
