"""The auditor's page, and a run computed again by the engine alone from its kit."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

ENGINE_ALONE = """
import sys
from alcaide.project.cli import main
code = main(["solve", "cases.json", "--check"])
assert "django" not in sys.modules
sys.exit(code)
"""


def test_the_auditor_reads_the_page_and_computes_a_run_elsewhere(
    house, chief: Page, sign_in, axe, tmp_path: Path
) -> None:
    assert chief.goto(f"{house.address}/audit/").status == 403
    auditor = sign_in("eva.gil@almena.example")
    auditor.goto(f"{house.address}/audit/")
    expect(auditor.get_by_role("heading", level=1)).to_contain_text("looked at")
    expect(auditor.get_by_role("heading", name="Taken out of the house")).to_be_visible()
    assert axe(auditor) == []
    auditor.locator("#figures").get_by_role("link", name="Run 2").click()
    with auditor.expect_download() as taken:
        auditor.get_by_role("link", name="Kit to compute it elsewhere").click()
    kit = tmp_path / "kit.zip"
    taken.value.save_as(kit)
    with zipfile.ZipFile(kit) as packed:
        packed.extractall(tmp_path)
    kept = {name: value for name, value in os.environ.items() if name not in {"ALCAIDE_HOME", "DATABASE_URL"}}
    done = subprocess.run(
        [sys.executable, "-c", ENGINE_ALONE], cwd=tmp_path, env=kept, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert (done.returncode, "5 of 5 cases within tolerance" in done.stdout) == (0, True), done.stdout + done.stderr
    auditor.goto(f"{house.address}/audit/")
    expect(auditor.locator("#exports")).to_contain_text("Export run")
