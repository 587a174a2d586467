"""A form typed without a network waits on the device and is taken in once."""

import re

from playwright.sync_api import Page, expect

WORDS = "The lock of the north gate sticks."


STANDS = """async () => {
  const held = await navigator.serviceWorker.getRegistration();
  const state = (worker) => worker && worker.state;
  const shell = await caches.keys();
  if (!held) return {shell};
  return {installing: state(held.installing), waiting: state(held.waiting), active: state(held.active), shell};
}"""


def ready(page: Page) -> None:
    """Wait until the service worker looks after the page."""
    for _ in range(300):
        if page.evaluate("navigator.serviceWorker.controller !== null"):
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"No service worker looks after the page: {page.evaluate(STANDS)}")


def on_a_measure(page: Page) -> None:
    page.goto("/measures/")
    page.locator("tbody a[href^='/measures/']").first.click()
    page.wait_for_url(re.compile("/measures/[0-9a-f-]{36}/"))
    ready(page)


def say(page: Page, words: str) -> None:
    form = page.locator("form.say:has(textarea)").last
    form.locator("textarea").fill(words)
    form.get_by_role("button", name=re.compile("comment|say", re.IGNORECASE)).click()


def test_a_comment_typed_without_a_network_goes_out_by_itself_and_once(chief):
    on_a_measure(chief)
    measure = chief.url
    chief.context.set_offline(True)
    say(chief, WORDS)
    expect(chief.locator("h1")).to_contain_text("Kept on this device")
    expect(chief.locator("[data-sends] li")).to_have_count(1)
    expect(chief.locator("[data-sends]")).to_contain_text(WORDS)
    chief.context.set_offline(False)
    expect(chief.locator("[data-sends] li")).to_have_count(0, timeout=20_000)
    chief.goto(measure)
    expect(chief.locator(".words").filter(has_text=WORDS)).to_have_count(1)


def test_a_page_that_is_not_kept_says_so_without_a_network(chief, axe):
    on_a_measure(chief)
    chief.context.set_offline(True)
    chief.goto("/assets/", wait_until="domcontentloaded")
    expect(chief.locator("h1")).to_contain_text("cannot be reached")
    assert axe(chief) == []
    chief.context.set_offline(False)


def test_what_the_house_refuses_stays_with_what_was_typed(chief):
    on_a_measure(chief)
    measure = chief.url
    chief.context.set_offline(True)
    say(chief, "@nobody.of.that.name look at this")
    expect(chief.locator("[data-sends] li")).to_have_count(1)
    chief.context.set_offline(False)
    expect(chief.locator("[data-send-refused]")).to_be_visible(timeout=20_000)
    expect(chief.locator("[data-sends]")).to_contain_text("@nobody.of.that.name look at this")
    chief.on("dialog", lambda dialog: dialog.accept())
    chief.get_by_role("button", name="Throw away").click()
    expect(chief.locator("[data-sends] li")).to_have_count(0)
    chief.goto(measure)
    expect(chief.get_by_text("nobody.of.that.name")).to_have_count(0)
