"""From a scan to an exception, with the keyboard alone: bring it in, see what to fix first, ask, and see it wait."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

A_MINUTE_MS = 90_000
MOST_STEPS = 120
SCAN = """<?xml version="1.0"?>
<NessusClientData_v2><Report name="Almena night scan"><ReportHost name="198.51.100.211"><HostProperties>
<tag name="host-ip">198.51.100.211</tag><tag name="host-fqdn">mad-key-1.almena.example</tag>
<tag name="Credentialed_Scan">true</tag><tag name="HOST_END">{end}</tag></HostProperties>
<ReportItem port="8443" svc_name="www" protocol="tcp" severity="4" pluginID="900777" pluginName="Keyboard gateway is
 open" pluginFamily="Example"><cve>CVE-2021-44228</cve>
<cvss3_vector>CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H</cvss3_vector><solution>Update it.</solution></ReportItem>
</ReportHost></Report></NessusClientData_v2>"""


@pytest.fixture
def scan(tmp_path):
    end = datetime.now(tz=UTC) - timedelta(hours=1)
    path = tmp_path / "night.nessus"
    path.write_text(SCAN.format(end=end.strftime("%a %b %e %H:%M:%S %Y")))
    return path


def step_to(page, selector: str) -> None:
    """Press Tab until the focus stands on what is looked for, as somebody without a mouse does."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"the keyboard does not reach {selector} within {MOST_STEPS} steps")


def go(page, selector: str, url: str) -> None:
    """Step to a link and open it."""
    step_to(page, selector)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(url))


def bring_in(page, path) -> None:
    go(page, "nav a[href='/exposure/']", "/exposure/$")
    go(page, "header a[href='/exposure/reports/new/']", "/reports/new/")
    step_to(page, "input[type=file]")
    # What opens now is the machine's own window.
    page.locator("input[type=file]").set_input_files(path)
    step_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/exposure/reports/[0-9a-f-]{36}/"))
    expect(page.locator("h1")).to_contain_text("new finding", timeout=A_MINUTE_MS)


def test_a_scan_becomes_an_action_and_an_exception_by_keyboard_alone(chief, scan):
    chief.goto("/")
    bring_in(chief, scan)
    go(chief, "nav a[href='/exposure/']", "/exposure/$")
    step_to(chief, "input[name=text]")
    chief.keyboard.type("keyboard")
    chief.keyboard.press("Enter")
    expect(chief.locator("tbody th a")).to_have_count(1)
    step_to(chief, "[data-pick]")
    chief.keyboard.press("Space")
    expect(chief.locator("[data-bulk-sums]")).to_contain_text(" h")
    step_to(chief, "button[formaction$='/ask/']")
    chief.keyboard.press("Enter")
    expect(chief.locator("h1")).to_contain_text("Ask for an exception.")
    step_to(chief, "input[name=until]")
    # The order in which a date is typed is the browser's own.
    chief.locator("input[name=until]").fill((datetime.now(tz=UTC) + timedelta(days=30)).date().isoformat())
    step_to(chief, "input[name=owner]")
    chief.keyboard.type("Paula Gómez Barrios")
    step_to(chief, "textarea[name=reason]")
    chief.keyboard.type("The gateway is replaced next month.")
    step_to(chief, "main form button[type=submit]")
    chief.keyboard.press("Enter")
    expect(chief.locator(".messages")).to_contain_text("Nothing changes until somebody else decides")
    go(chief, "nav a[href='/exposure/exceptions/']", "/exceptions/$")
    expect(chief.locator("tbody")).to_contain_text("Keyboard gateway")
    # Who asked finds no button to approve it.
    chief.locator("tbody th a", has_text="Keyboard gateway").first.click()
    expect(chief.locator("main")).to_contain_text("somebody else answers")
    expect(chief.get_by_role("button", name="Approve")).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 390, 320])
@pytest.mark.parametrize(
    "path", ["/exposure/", "/exposure/exceptions/", "/exposure/limits/", "/exposure/limits/change/"]
)
def test_the_pages_are_open_to_all_and_fit(chief, axe, shot, path, width):
    chief.set_viewport_size({"width": width, "height": 900})
    chief.goto(path)
    assert axe(chief) == []
    assert chief.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    shot(chief, f"fix-first-{path.strip('/').replace('/', '-')}-{width}")
