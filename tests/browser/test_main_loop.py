"""From a scan to the board: one file comes in, the figure moves and says why, a plan is decided, a pack is printed."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

A_MINUTE_MS = 90_000
SCAN = """<?xml version="1.0"?>
<NessusClientData_v2><Report name="Almena evening scan">
{hosts}
</Report></NessusClientData_v2>"""
HOST = """<ReportHost name="198.51.100.{n}"><HostProperties>
<tag name="host-ip">198.51.100.{n}</tag><tag name="host-fqdn">mad-edge-{n}.almena.example</tag>
<tag name="Credentialed_Scan">true</tag><tag name="HOST_START">{start}</tag><tag name="HOST_END">{end}</tag>
</HostProperties>
<ReportItem port="443" svc_name="www" protocol="tcp" severity="4" pluginID="900201" pluginName="Edge gateway runs
 a stranger's code" pluginFamily="Example"><cve>CVE-2021-44228</cve>
<cvss3_vector>CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H</cvss3_vector><solution>Update.</solution></ReportItem>
</ReportHost>"""


@pytest.fixture
def scan(tmp_path):
    end = datetime.now(tz=UTC) - timedelta(hours=2)
    moments = {"start": end.strftime("%a %b %e %H:%M:%S %Y"), "end": end.strftime("%a %b %e %H:%M:%S %Y")}
    hosts = "\n".join(HOST.format(n=n, **moments) for n in range(100, 106))
    path = tmp_path / "evening.nessus"
    path.write_text(SCAN.format(hosts=hosts))
    return path


def expected_loss(page) -> str:
    page.goto("/")
    return page.locator(".sums .figure").first.inner_text()


def run_number(page) -> int:
    page.goto("/")
    return int(re.search(r"run (\d+)", page.locator(".asof").inner_text()).group(1))


def bring_in(page, path) -> None:
    page.goto("/exposure/reports/new/")
    page.locator("input[type=file]").set_input_files(path)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/exposure/reports/[0-9a-f-]{36}/"))
    expect(page.locator("h1")).to_contain_text("new finding", timeout=A_MINUTE_MS)


def wait_for_a_run_after(page, number: int, *, why: str = "") -> None:
    """Wait for a run that moved the figure for a reason; one that an earlier change asked for may come before it."""
    for _ in range(60):
        if run_number(page) > number and why in " ".join(page.locator(".why").all_inner_texts()):
            return
        page.wait_for_timeout(1500)
    pytest.fail(f"no run after {number} within {A_MINUTE_MS / 1000:.0f} s")


def test_a_scan_moves_the_home_figure_and_says_why(chief, scan):
    before, number = expected_loss(chief), run_number(chief)
    bring_in(chief, scan)
    expect(chief.locator("main")).to_contain_text("6")
    wait_for_a_run_after(chief, number, why="mad-edge-100")
    assert expected_loss(chief) != before


def test_the_same_file_again_answers_with_the_same_report(chief, scan):
    bring_in(chief, scan)
    first = chief.url
    bring_in(chief, scan)
    assert chief.url == first


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.nessus", b"", "empty"),
        ("letter.nessus", b"Dear all, the scan is attached.", "Alcaide reads"),
        ("bomb.nessus", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>', ""),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_on_the_form(chief, tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    chief.goto("/exposure/reports/new/")
    chief.locator("input[type=file]").set_input_files(path)
    chief.locator("main form button[type=submit]").first.click()
    expect(chief.locator("main [role=alert], main .errorlist").first).to_be_visible()
    expect(chief.locator("main")).to_contain_text(words)
    expect(chief).to_have_url(re.compile("/reports/new/"))


def test_a_run_computed_again_gives_the_same_bits(chief):
    chief.goto("/")
    chief.locator(".asof a").click()
    chief.get_by_role("button", name=re.compile("again", re.IGNORECASE)).first.click()
    expect(chief.locator("body")).to_contain_text("same bits", timeout=A_MINUTE_MS)


def test_a_plan_is_decided_on_and_a_pack_is_printed(chief):
    chief.goto("/risk/plan/")
    chief.get_by_role("link", name=re.compile("Decide on this plan")).first.click()
    chief.locator("textarea[name=note]").fill("Agreed with the board on the budget of this year.")
    chief.get_by_role("button", name="Adopt these measures").click()
    expect(chief).to_have_url(re.compile(r"/board/$"))
    expect(chief.locator("main")).to_contain_text("Agreed with the board")
    chief.get_by_role("button", name="Print a pack").click()
    expect(chief.locator("main")).to_contain_text("What a year may cost us")
    with chief.expect_download() as download:
        chief.locator("main table a").first.click()
    assert download.value.path().read_bytes().startswith(b"%PDF")


def test_two_people_editing_one_record_lose_nothing(chief, sign_in, house):
    chief.goto("/organization/")
    chief.get_by_role("link", name="Zamora plant").first.click()
    chief.get_by_role("link", name=re.compile("Change|Edit")).first.click() if not chief.locator(
        "main input[name=name]"
    ).count() else None
    other = chief.context.new_page()
    other.goto(chief.url)
    other.locator("main input[name=name]").fill("Zamora works")
    other.get_by_role("button", name="Save").click()
    chief.locator("main input[name=name]").fill("Planta de Zamora")
    chief.get_by_role("button", name="Save").click()
    expect(chief.locator("main")).to_contain_text("Zamora works")
    expect(chief.locator("main")).to_contain_text("Planta de Zamora")
