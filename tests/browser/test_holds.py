"""A purge under a legal hold: what would go is seen, the hold keeps it, two people release it, and it goes."""

import os
import subprocess
import sys

from playwright.sync_api import expect

SECOND = """
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from alcaide.common.models import Notice, User
from alcaide.common.trail import System
from alcaide.organization import services
from alcaide.organization.queries import root_unit
user = User.objects.exclude(email="ines.robledo@almena.example").filter(grants__role="analyst").first()
services.grant(System("test"), user=user, role="chief", unit=root_unit())
at = timezone.now() - timedelta(days=900)
Notice.objects.bulk_create(Notice(user=user, kind="house", words="long ago", at=at) for _ in range(7))
print(user.email)
"""


def _run(house, script: str) -> str:
    environment = {**os.environ, "ALCAIDE_HOME": str(house.home), "DJANGO_SETTINGS_MODULE": "alcaide.project.settings"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_purge_waits_for_a_hold_and_goes_when_two_people_release_it(house, chief, sign_in, axe, shot):
    second = sign_in(_run(house, SECOND))

    chief.goto(f"{house.address}/holds/new/")
    for name, words in {"matter": "Berg against us", "ground_text": "A claim", "notice": "Keep all"}.items():
        chief.locator(f"[name={name}]").fill(words)
    chief.locator("[name=kinds]").select_option("common.Notice")
    chief.locator("main form button[type=submit]").click()
    chief.get_by_role("button", name="Put in force").click()
    chief.get_by_role("button", name="Go on").click()
    expect(chief.locator("h1")).to_contain_text("in force")
    shot(chief, "hold")
    assert axe(chief) == []

    chief.goto(f"{house.address}/retention/notices/")
    expect(chief.locator("main")).to_contain_text("Kept by hold 2")
    expect(chief.locator("main")).to_contain_text("Berg against us")
    shot(chief, "rule")
    assert axe(chief) == []
    assert "hold 2 keeps" in house.command("retain", "--dry-run")

    chief.goto(f"{house.address}/holds/")
    chief.get_by_role("link", name="2. Berg against us").first.click()
    chief.get_by_role("link", name="Ask for its release").click()
    chief.locator("[name=why]").fill("Settled")
    chief.locator("main form button[type=submit]").click()
    expect(chief.locator("main")).to_contain_text("another person must agree")

    second.goto(chief.url)
    second.get_by_role("button", name="Agree and release").click()
    second.get_by_role("button", name="Go on").click()
    expect(second.locator("h1")).to_contain_text("released")

    _run(house, "import django; django.setup()\n"
                "from alcaide.common.models import PurgeRun\n"
                "from alcaide.common.retention import services\n"
                "from django.utils import timezone\nfrom datetime import timedelta\n"
                "services.run_all(now=timezone.now() + timedelta(days=1))")  # fmt: skip
    chief.goto(f"{house.address}/retention/notices/")
    expect(chief.locator("main")).to_contain_text("7 gone")
    chief.goto(f"{house.address}/retention/ledger/")
    shot(chief, "ledger")
    assert axe(chief) == []
