"""Every page in both themes and three widths: clean for axe, and never wider than the screen."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

WIDTHS = (1440, 390, 320)
THEMES = ("light", "dark")
# Colours move to the other theme; half-way they are no colours of either. What turns for ever is not waited for.
SETTLED = """() => document.getAnimations().every(
    each => each.playState !== "running" || each.effect.getComputedTiming().endTime === Infinity)"""
# Not pages: scripts, files, answers to a press, and what signs the reader out.
NOT_PAGES = (
    "/sign-out/", "/sw.js", "/health", "/account/sending/", "/search/bar/", "/exposure/actions/sums/",
    "/authority/alcaide-authority.crt",
)  # fmt: skip
# Addresses whose answer depends on what is asked.
ASKED = ("/search/?q=mur", "/search/?q=murica", "/no/such/page/", "/assets/?view=ownerless")
# From these lists the first record's page is looked at too.
LISTS = (
    "/assets/", "/assets/places/", "/assets/doubts/", "/exposure/", "/exposure/findings/", "/exposure/reports/",
    "/exposure/exceptions/", "/measures/", "/risk/scenarios/", "/risk/runs/", "/organization/", "/organization/people/",
    "/threats/", "/imports/", "/tags/", "/organization/qualifications/?view=all", "/organization/liaisons/",
    "/organization/rates/",
)  # fmt: skip


def addresses() -> Iterator[str]:
    """Yield every address that needs nothing to be known."""

    def walk(patterns: list[URLPattern | URLResolver], front: str) -> Iterator[str]:
        for each in patterns:
            path = front + str(each.pattern)
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns, path)
            elif "<" not in path:
                yield "/" + path

    found = walk(get_resolver().url_patterns, "")
    yield from (path for path in dict.fromkeys(found) if path not in NOT_PAGES)


@pytest.fixture(scope="module")
def paths(house, chromium, chief_cookies) -> list[str]:
    context = chromium.new_context(base_url=house.address, storage_state=chief_cookies)
    found = [*addresses(), *ASKED, *dict.fromkeys(detail_pages(context.new_page()))]
    context.close()
    return found


def detail_pages(page) -> Iterator[str]:
    """Yield the page of the first record of each list."""
    for path in LISTS:
        page.goto(path)
        links = page.eval_on_selector_all("main a[href]", "found => found.map(each => each.getAttribute('href'))")
        detail = next((link for link in links if len(link.split("?")[0].strip("/").rsplit("/", 1)[-1]) == 36), None)
        if detail:
            yield detail.split("?")[0]


def looked_at(page, axe, path: str) -> list[str]:
    """Return what is wrong with a page in any theme at any width."""
    faults = []
    for theme in THEMES:
        page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
        page.wait_for_function(SETTLED)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            faults += [f"{path} {theme} {width}: {each}" for each in axe(page)]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                faults.append(f"{path} {theme} {width}: wider than the screen")
    return faults


PARTS = range(4)


@pytest.mark.parametrize("part", [pytest.param(part, marks=pytest.mark.xdist_group(f"part {part}")) for part in PARTS])
def test_every_page_is_clean_in_both_themes_at_three_widths(new_page, chief_cookies, paths, axe, shot, part):
    page = new_page(storage_state=chief_cookies, reduced_motion="reduce")
    assert len(paths) > 40
    faults: list[str] = []
    for path in paths[part :: len(PARTS)]:
        page.set_viewport_size({"width": 1440, "height": 900})
        answer = page.request.get(path)
        if answer.status in {403, 405} or "html" not in answer.headers.get("content-type", ""):
            continue
        page.goto(path)
        shot(page, f"{path.strip('/').replace('/', '-').replace('?', '-') or 'home'}")
        faults += looked_at(page, axe, path)
    assert not faults, "\n".join(faults)
