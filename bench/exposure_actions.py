"""Times limits, actions and the page that says what to fix first, on a million open findings.

    python bench/exposure_actions.py [--findings 1000000] [--hosts 100000]

Findings stand on hosts in 20 units, half of them in packages, with one public flaw each out of 5,000. SQLite in a
folder of its own (ALCAIDE_HOME keeps it for a second look), or the database that DATABASE_URL names, which must be
empty. Seconds and milliseconds are the processor's, this process's and its PostgreSQL backend's. Prints one object.
"""

import argparse
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

UNITS, CHECKS, PACKAGES, FLAWS = 20, 3_000, 800, 5_000
AT_ONCE = 10_000
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def main() -> None:
    """Fill, measure, print."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--findings", type=int, default=1_000_000)
    given.add_argument("--hosts", type=int, default=100_000)
    asked = given.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("ALCAIDE_HOME", home)
        os.environ["DJANGO_SETTINGS_MODULE"] = "alcaide.project.settings"
        import django  # noqa: PLC0415  the home is named above

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415  Django is set up only now

        from alcaide.exposure.models import Finding  # noqa: PLC0415  Django is set up only now

        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        found: dict[str, Any] = {"findings": asked.findings, "hosts": asked.hosts}
        if not Finding.objects.exists():
            found |= fill(asked.findings, asked.hosts)
        print(json.dumps(found | measure(), indent=1))


def fill(findings: int, hosts_: int) -> dict[str, float]:
    """Write units, hosts, findings and flaws in bulk."""
    from django.db import connection, transaction  # noqa: PLC0415  Django is set up only now

    from alcaide.assets.models import Asset  # noqa: PLC0415  Django is set up only now
    from alcaide.common.models import StoredFile  # noqa: PLC0415  Django is set up only now
    from alcaide.common.rows import Table  # noqa: PLC0415  Django is set up only now
    from alcaide.exposure.models import NO_LIMIT, Finding, FindingFlaw, Report  # noqa: PLC0415  as above
    from alcaide.organization.tests.factories import make_organization, make_unit  # noqa: PLC0415  as above
    from alcaide.threats.models import Exploitation, Feed  # noqa: PLC0415  Django is set up only now

    began = time.perf_counter()
    make_organization()
    units = [make_unit() for _ in range(UNITS)]
    Asset.objects.bulk_create(
        [Asset(name=f"host-{n}", kind="host", unit=units[n % UNITS], reached_from="internal") for n in range(hosts_)],
        batch_size=AT_ONCE,
    )
    hosts = list(Asset.objects.order_by("pk").values_list("pk", "unit_id"))
    file = StoredFile.objects.create(sha256="0" * 64, size_bytes=1, name="bench")
    report = Report.objects.create(file=file, format="nessus", unit=units[0], state="done")
    table = Table(
        Finding, "uid", "version", "created_at", "changed_at", "key", "asset_id", "unit_id", "source", "check_id",
        "port", "protocol", "service", "kind", "location", "where", "package", "purl", "installed", "fixed", "name",
        "severity", "cvss_vector", "solution", "output", "content", "state", "first_seen_at", "last_seen_at",
        "first_report_id", "last_report_id", "limit_on", "due_why",
    )  # fmt: skip
    flaws = Table(FindingFlaw, "finding_id", "cve")
    for start in range(0, findings, AT_ONCE):
        rows = []
        for n in range(start, min(start + AT_ONCE, findings)):
            host, unit = hosts[n % hosts_]
            package = f"lib{(n // hosts_ * 7 + n) % PACKAGES}" if n % 2 else ""
            purl = f"pkg:deb/debian/{package}@1.0" if package else ""
            rows.append((
                uuid4(), 1, NOW, NOW, f"{n:032x}", host, unit, "nessus", str(n * 13 % CHECKS), n // hosts_, "tcp", "",
                "package" if package else "service", "", "", package, purl, "1.0" if package else "",
                f"1.{n % 9}" if package else "", f"Check {n * 13 % CHECKS}", n % 4 + 1,
                "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "Update it.", "", f"{n:032x}", "open",
                NOW - timedelta(days=n % 300), NOW, report.pk, report.pk, NO_LIMIT, "",
            ))  # fmt: skip
        with transaction.atomic():
            table.insert(rows)
    feed = Feed.objects.create(file=file, kind="epss", dated_on=NOW.date(), state="done")
    Exploitation.objects.bulk_create(
        [Exploitation(cve=f"CVE-2020-{n + 1000}", probability=(n * 37 % 997) / 2_000, percentile=0.5, feed=feed)
         for n in range(FLAWS)], batch_size=AT_ONCE,
    )  # fmt: skip
    numbers = list(Finding.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(numbers), AT_ONCE):
        part = numbers[start : start + AT_ONCE]
        with transaction.atomic():
            flaws.insert((pk, f"CVE-2020-{pk % FLAWS + 1000}") for pk in part)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"filled_s": round(time.perf_counter() - began, 1)}


def measure() -> dict[str, Any]:
    """Time the first build, one that changes nothing, a new table, an import's part, prices, and the pages."""
    from alcaide.exposure import services  # noqa: PLC0415  Django is set up only now
    from alcaide.exposure.models import Action, LimitTable  # noqa: PLC0415  Django is set up only now
    from alcaide.exposure.queries import action_pressure  # noqa: PLC0415  Django is set up only now
    from alcaide.organization.tests.factories import HOUSE  # noqa: PLC0415  Django is set up only now

    found: dict[str, Any] = {}
    if not Action.objects.exists():
        found["first_limits_and_actions_s"] = _timed(lambda: services.renew_limits(HOUSE, force=True))
    found["actions"] = Action.objects.count()
    found["nothing_changed_s"] = _timed(lambda: services.renew_limits(HOUSE, force=True))
    days = 20 + LimitTable.objects.count()
    rows = [{"severity": "any", "exploited": "any", "exposed": "any", "days": days}]
    LimitTable.objects.create(kind="own", rows=rows, reason="bench")
    found["every_limit_moves_s"] = _timed(lambda: services.renew_limits(HOUSE, force=True))
    _import_10k()
    found["after_an_import_of_10k_s"] = _timed(lambda: services.renew_limits(HOUSE))
    found["pressure_s"] = _timed(lambda: sum(1 for _ in action_pressure()))
    found["prices_s"] = _timed(lambda: _price(HOUSE))
    found["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return found | _pages()


def _import_10k() -> None:
    """Leave the database as a report of 10,000 records leaves it: findings without action, a report that says so."""
    from alcaide.assets.models import Asset  # noqa: PLC0415  Django is set up only now
    from alcaide.common import purging  # noqa: PLC0415  Django is set up only now
    from alcaide.common.changes import note_change  # noqa: PLC0415  Django is set up only now
    from alcaide.common.models import Change  # noqa: PLC0415  Django is set up only now
    from alcaide.exposure.models import NO_LIMIT, Finding, Report, Sighting  # noqa: PLC0415  Django is set up only now

    first = Report.objects.order_by("pk")[0]
    numbers = list(Asset.objects.filter(unit=first.unit).order_by("pk").values_list("pk", flat=True)[:1_000])
    again = Report.objects.count()
    report = Report.objects.create(file=first.file, format="nessus", unit=first.unit, state="done", again=again)
    Sighting.objects.bulk_create(
        [Sighting(report=report, asset_id=pk, host_key=str(pk), scanned_at=NOW, complete=True) for pk in numbers]
    )
    Finding.objects.filter(asset__in=numbers).update(
        action=None, due_on=None, limit_on=NO_LIMIT, due_why="", changed_at=datetime.now(UTC)
    )
    # As after a look some minutes ago: nothing but the report is new.
    purging.renew(Change.objects.all())
    looked_at = datetime.now(UTC) - timedelta(minutes=9)
    Change.objects.create(room="exposure.limits", subject="exposure.limits", at=looked_at)
    note_change("exposure", report.subject)


def _price(actor: Any) -> None:
    from alcaide.common.models import Priced  # noqa: PLC0415  Django is set up only now
    from alcaide.exposure import services  # noqa: PLC0415  Django is set up only now
    from alcaide.exposure.models import Action  # noqa: PLC0415  Django is set up only now

    run = uuid4()
    Priced.objects.bulk_create(
        [
            Priced(subject=f"exposure.action:{uid}", figure="removed_a_year", amount_minor=pk * 7_919 % 9_000_000,
                   low_minor=1, high_minor=10_000_000, currency="EUR", run=run, at=NOW)
            for pk, uid in Action.objects.values_list("pk", "uid")
        ],
        batch_size=AT_ONCE,
    )  # fmt: skip
    services.take_prices(actor, run=run, at=NOW)


def _pages() -> dict[str, float]:
    """Return the processor's milliseconds of the page, for who sees all units and for who sees one."""
    from django.test import Client  # noqa: PLC0415  Django is set up only now

    from alcaide.organization.models import Unit  # noqa: PLC0415  Django is set up only now
    from alcaide.organization.tests.factories import make_user  # noqa: PLC0415  Django is set up only now

    found = {}
    users = {"chief": make_user("chief"), "analyst of one unit": make_user("analyst", unit=Unit.objects.last())}
    for name, user in users.items():
        client = Client(HTTP_HOST="localhost")
        client.force_login(user)
        for path in ("/exposure/", "/exposure/?view=late", "/exposure/findings/"):
            client.get(path)
            spent = []
            for _ in range(5):
                began = time.process_time()
                answer = client.get(path)
                spent.append((time.process_time() - began) * 1000)
            found[f"{name} {path} {answer.status_code} ms"] = round(statistics.median(spent), 1)
    return found


def _timed(work: Callable[[], Any]) -> float:
    """Return the seconds of processor that a work takes, of this process and of its database's."""
    began, theirs = time.process_time(), _database_s()
    work()
    return round(time.process_time() - began + _database_s() - theirs, 2)


def _database_s() -> float:
    """Return the processor's seconds of our PostgreSQL backend so far, 0 where the database is part of this process."""
    from django.db import connection  # noqa: PLC0415  Django is set up only now

    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        fields = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
