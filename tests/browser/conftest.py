"""A whole installation with the example organization, served by `alcaide up`, and Chromium to look at it with.

`house`     the running installation: its address, its home, `command(…)` to run one of alcaide's commands on it
`stranger`  a page of somebody who has not signed in
`chief`     a page of the first chief, signed in
`sign_in`   call it with an e-mail address to get a page of that user
`axe`       call it with a page to get what breaks WCAG 2.2 AA there, one line each
`shot`      call it with a page and a name to keep a picture in the folder named by ALCAIDE_SHOTS; nothing without it

Every page is watched: a script's error, a breach of the content policy, or a request to another host fails its test.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

HERE = Path(__file__).resolve().parent
START_WITHIN_S = 300
FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Style sheets and media are fetched again for rules that no page here meets, at half of the time.
RUN_AXE = """tags => axe.run(document, {
    runOnly: {type: "tag", values: tags}, preload: false, resultTypes: ["violations"]})"""
# The browser itself says this of a page that answers 403 or 409, which a test may want.
EXPECTED_WORDS = ("Failed to load resource",)

# Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # A module is one worker's, but for what says that its parts may be anybody's.
            if item.get_closest_marker("xdist_group") is None:
                item.add_marker(pytest.mark.xdist_group(item.path.stem))


@dataclass(frozen=True)
class House:
    """A running installation."""

    address: str
    home: Path
    first_link: str

    def command(self, *arguments: str) -> str:
        """Run one of alcaide's commands on this installation and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "alcaide.project.cli", *arguments],
            env=_environment(self.home), capture_output=True, text=True, check=False, timeout=START_WITHIN_S,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "ALCAIDE_HOME": str(home)}


@pytest.fixture(scope="session")
def house(example, tmp_path_factory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("house") / "home"
    shutil.copytree(example, home)
    told = home / "told"
    with told.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "alcaide.project.cli", "up", "--port", "0"],
            env=_environment(home), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        words = _wait(process, told)
        address = next(line.split()[-1] for line in words if "Alcaide is at" in line)
        link = next(line.strip() for line in words if "/sign-in/link/" in line)
        yield House(address, home, link)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait(process: subprocess.Popen, told: Path) -> list[str]:
    ends_at = time.monotonic() + START_WITHIN_S
    while time.monotonic() < ends_at and process.poll() is None:
        words = told.read_text()
        if "stops it." in words:
            return words.splitlines()
        time.sleep(0.1)
    pytest.fail(f"`alcaide up` did not come up:\n{told.read_text()}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium on this machine; install it or name one in CHROMIUM")
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@dataclass
class _Watch:
    """What went wrong on the pages of one test."""

    host: str
    faults: list[str]

    def over(self, context: BrowserContext) -> None:
        context.on("request", self._request)
        context.on("console", lambda message: self._say(message.text) if message.type == "error" else None)
        context.on("weberror", lambda error: self._say(str(error.error)))

    def _request(self, request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != self.host:
            self._say(f"asked another host: {request.url}")

    def _say(self, words: str) -> None:
        if not words.startswith(EXPECTED_WORDS):
            self.faults.append(words)


@pytest.fixture
def new_page(house, chromium) -> Iterator[Callable[..., Page]]:
    """Open a page in a context of its own; takes Playwright's context options."""
    watch, contexts = _Watch(urlsplit(house.address).netloc, []), []

    def open_page(**options) -> Page:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        context = chromium.new_context(base_url=house.address, **options)
        context.set_default_timeout(30_000)
        contexts.append(context)
        watch.over(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert not watch.faults, "\n".join(watch.faults)


def _enter(page: Page, link: str) -> Page:
    page.goto(link)
    page.locator("form:has(input[name=key]) button").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


@pytest.fixture
def stranger(new_page) -> Page:
    return new_page()


@pytest.fixture(scope="session")
def chief_cookies(house, chromium) -> dict:
    """The first chief's session: the printed link works once, so its cookies are kept for every test."""
    context = chromium.new_context(base_url=house.address)
    _enter(context.new_page(), house.first_link)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def chief(new_page, chief_cookies) -> Page:
    return new_page(storage_state=chief_cookies)


@pytest.fixture
def sign_in(house, new_page) -> Callable[..., Page]:
    def enter(email: str, **options) -> Page:
        return _enter(new_page(**options), house.command("link", email, "--address", house.address))

    return enter


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    source = (HERE / "vendor" / "axe.min.js").read_text(encoding="utf-8")

    def look(page: Page) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)
        found = page.evaluate(RUN_AXE, WCAG)
        return [
            f"{each['id']}: {each['help']} at {node['target']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]  # fmt: skip

    return look


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    folder = os.environ.get("ALCAIDE_SHOTS")

    def keep(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return keep
