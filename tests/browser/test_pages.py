"""Every page in both themes and three widths: clean for axe, and never wider than the screen."""

import pytest

PAGES = (
    "/", "/decide/", "/board/", "/risk/scenarios/", "/risk/runs/", "/risk/plan/", "/measures/", "/exposure/findings/",
    "/exposure/reports/", "/exposure/reports/new/", "/threats/", "/assets/", "/assets/places/", "/organization/",
    "/organization/people/", "/jobs/", "/trail/", "/search/?q=mur", "/account/password/", "/no/such/page/",
)  # fmt: skip
WIDTHS = (1440, 390, 320)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_clean_at_this_width(new_page, chief_cookies, house, axe, shot, theme, width):
    page = new_page(storage_state=chief_cookies, viewport={"width": width, "height": 900})
    page.context.add_cookies([{"name": "theme", "value": theme, "url": house.address}])
    faults = []
    for path in PAGES:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        faults += [f"{path}: {each}" for each in axe(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults.append(f"{path}: wider than the screen")
        shot(page, f"{path.strip('/').replace('/', '-').replace('?', '-') or 'home'}-{width}-{theme}")
    assert faults == []
