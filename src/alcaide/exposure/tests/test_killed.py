"""An import that is killed at any moment goes on, and ends as an undisturbed one would have."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

SEED = 20261123
HOSTS, ITEMS = 150, 60

# Runs in a process of its own with a database of its own; prints what stands in the end.
IMPORT = """
import json, sys
from pathlib import Path
import django
django.setup()
from alcaide.common import files
from alcaide.exposure import services
from alcaide.exposure.models import Check, Finding, FindingAlias, FindingFlaw, Quarantined, Sighting, Verdict
from alcaide.exposure.services import reading
from alcaide.assets.models import Asset, Identifier
from alcaide.organization.models import Organization
from alcaide.organization.tests.factories import HOUSE, make_organization
reading.CHUNK = 1_500
unit = make_organization()
with Path(sys.argv[1]).open("rb") as stream:
    file = files.store(stream, "scan", actor=HOUSE, cap_bytes=1 << 30)
print("started", flush=True)
report = services.take_in(HOUSE, file=file, unit=unit)
print(json.dumps({
    "state": report.state, "counts": report.counts, "kinds": report.kinds, "notices": report.notices,
    "findings": sorted(Finding.objects.values_list(
        "asset__name", "check_id", "port", "location", "severity", "content", "state", "kind", "fixed")),
    "checks": sorted(Check.objects.values_list("check_id", "name")), "aliases": FindingAlias.objects.count(),
    "verdicts": sorted(Verdict.objects.values_list("check_id", "said", "why")),
    "complete": sorted(Sighting.objects.values_list("host_key", "complete", "matched_by")),
    "flaws": FindingFlaw.objects.count(), "sightings": Sighting.objects.count(),
    "quarantined": Quarantined.objects.count(), "assets": Asset.objects.count(),
    "identifiers": sorted(Identifier.objects.values_list("kind", "value", "asset__name")),
}))
"""
MIGRATE = """
import django
django.setup()
from django.core.management import call_command
from alcaide.project import home
home.current().prepare()
call_command("migrate", verbosity=0)
"""


def _process(code: str, home: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "ALCAIDE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "alcaide.project.settings"}
    if "DATABASE_URL" in os.environ:
        # A database of its own, beside the one that the suite runs on.
        environment["DATABASE_URL"] = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{home.name}"))
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], env=environment, stdout=subprocess.PIPE, text=True
    )  # fmt: skip


def _killed(home: Path, scan: Path, *, after_s: float) -> bool:
    """Start an import and kill it a moment after it began; False where it was faster."""
    running = _process(IMPORT, home, str(scan))
    assert running.stdout.readline().strip() == "started"
    time.sleep(after_s)
    is_running = running.poll() is None
    running.send_signal(signal.SIGKILL)
    running.communicate()
    return is_running


def _nessus(path: Path) -> None:
    from .samples import Host, Item, nessus  # noqa: PLC0415  after the test process has its settings

    rng = random.Random(SEED)  # noqa: S311  shapes of test data
    hosts = [
        Host(
            f"h{number}.almena.example",
            [
                Item(str(rng.randrange(1000, 1200)), severity=rng.randrange(5), cves=(f"CVE-2024-{1000 + each}",))
                for each in range(ITEMS)
            ],
        )
        for number in range(HOSTS)
    ]  # fmt: skip
    path.write_bytes(nessus(*hosts, Host("last.almena.example", [Item("broken")])))


def _trivy(path: Path) -> None:
    from .samples_packages import Flaw, trivy  # noqa: PLC0415  after the test process has its settings

    flaws = [Flaw(cve=f"CVE-2024-{1000 + number}", package=f"lib-{number % 99}") for number in range(HOSTS * ITEMS)]
    suppressed = [Flaw(cve=f"CVE-2023-{1000 + number}") for number in range(20)]
    path.write_bytes(trivy(*flaws[1:], suppressed=suppressed[1:], secrets=["app/.env", "app/key.pem"]))


@pytest.mark.slow
@pytest.mark.parametrize("write", [_nessus, _trivy], ids=["hosts", "packages"])
def test_an_import_under_kills_ends_as_an_undisturbed_one(tmp_path, write):
    scan = tmp_path / "scan"
    write(scan)
    homes = [tmp_path / f"{name}_{os.getpid()}" for name in ("calm", "killed")]
    with _databases([home.name for home in homes]):
        calm, disturbed, kills = _both(*homes, scan)
    assert kills >= 3
    assert disturbed == calm
    assert calm["counts"]["items"] >= HOSTS * ITEMS


def _both(calmly: Path, under_kills: Path, scan: Path) -> tuple[dict, dict, int]:
    for home in (calmly, under_kills):
        assert _process(MIGRATE, home).wait() == 0
    calm = json.loads(_process(IMPORT, calmly, str(scan)).communicate()[0].splitlines()[-1])
    rng = random.Random(SEED)  # noqa: S311  moments of test kills
    kills = sum(_killed(under_kills, scan, after_s=rng.uniform(0.02, 0.5)) for _ in range(8))
    disturbed = json.loads(_process(IMPORT, under_kills, str(scan)).communicate()[0].splitlines()[-1])
    return calm, disturbed, kills


@contextmanager
def _databases(names: list[str]) -> Iterator[None]:
    """On PostgreSQL, databases for the length of a block; SQLite makes its own in each home."""
    if "DATABASE_URL" not in os.environ:
        yield
        return
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        try:
            for name in names:
                server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            yield
        finally:
            for name in names:
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
