"""Takes reports in, once calmly and once under kills, each in a database of its own. `test_killed` starts it.

It sets Django up once; every taking in is a fork of it, killed where and when the plan says, by SIGKILL and nothing
milder. Prints what stands in either database in the end.
"""

import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from threading import Timer
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402  Django is set up only now
from django.db import connection  # noqa: E402  as above

from alcaide.assets.models import Asset, Identifier  # noqa: E402  as above
from alcaide.common import files  # noqa: E402  as above
from alcaide.common.models import BulkChunk, TrailLine  # noqa: E402  as above
from alcaide.exposure import services  # noqa: E402  as above
from alcaide.exposure.models import (  # noqa: E402  as above
    Check,
    Finding,
    FindingAlias,
    FindingFlaw,
    OpenPort,
    Quarantined,
    Report,
    Sighting,
    Verdict,
)
from alcaide.exposure.services import reading, rows  # noqa: E402  as above
from alcaide.organization.tests.factories import HOUSE, make_organization  # noqa: E402  as above

# A statement of the taking in, and how many seconds after its beginning the kill comes.
Moment = tuple[int, float]


def main() -> None:
    asked = json.loads(sys.argv[1])
    settings.HOME.prepare()
    reading.CHUNK, rows.MOST_HELD = asked["chunk"], asked["most_held"]
    scans = [Path(scan) for scan in asked["scans"]]
    calm = _forked(asked["calm"], scans)
    kills = sum(_forked(asked["killed"], scans, (number, after_s)) is None for number, after_s in asked["moments"])
    sys.stdout.write(json.dumps({"calm": calm, "disturbed": _forked(asked["killed"], scans), "kills": kills}))


def _forked(database: str, scans: list[Path], moment: Moment | None = None) -> dict[str, Any] | None:
    """Take the scans in, in a fork; returns what stands afterwards, None where the kill came first."""
    ours, theirs = os.pipe()
    number = os.fork()
    if not number:
        connection.settings_dict["NAME"] = database
        told = json.dumps(_take_in(scans, moment))
        with os.fdopen(theirs, "w") as pipe:
            pipe.write(told)
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        told = pipe.read()
    _, status = os.waitpid(number, 0)
    if os.WIFSIGNALED(status):
        return None
    assert status == 0, f"the fork ended with {status}"
    return json.loads(told)


def _take_in(scans: list[Path], moment: Moment | None) -> dict[str, Any]:
    unit = make_organization()
    kept = []
    for scan in scans:
        with scan.open("rb") as stream:
            kept.append(files.store(stream, scan.name, actor=HOUSE, cap_bytes=1 << 30))
    if moment:
        connection.execute_wrappers.append(_killer(*moment))
    for file in kept:
        services.take_in(HOUSE, file=file, unit=unit)
    connection.execute_wrappers.clear()
    return _standing()


def _killer(number: int, after_s: float) -> Any:
    left = number

    def count(execute: Any, *given: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            Timer(after_s, os.kill, (os.getpid(), signal.SIGKILL)).start()
        return execute(*given)

    return count


def _standing() -> dict[str, Any]:
    findings = Finding.objects.values_list(
        "asset__name", "check_id", "port", "location", "severity", "content", "state", "kind", "fixed", "due_why"
    )
    return {
        "reports": list(Report.objects.order_by("pk").values_list("state", "counts", "kinds", "notices")),
        "findings": sorted(findings), "checks": sorted(Check.objects.values_list("check_id", "name")),
        "aliases": sorted(FindingAlias.objects.values_list("finding__key", "name").distinct().values_list("name")),
        "flaws": sorted(FindingFlaw.objects.values_list("finding__check_id", "cve")),
        "verdicts": sorted(Verdict.objects.values_list("check_id", "said", "why")),
        "sightings": sorted(Sighting.objects.values_list("host_key", "complete", "matched_by")),
        "ports": sorted(OpenPort.objects.values_list("asset__name", "port", "service")),
        "quarantined": Quarantined.objects.count(), "assets": sorted(Asset.objects.values_list("name", "kind")),
        "identifiers": sorted(Identifier.objects.values_list("kind", "value", "asset__name")),
        "chunks": sorted(BulkChunk.objects.values_list("number", "rows", "digest")),
        "trail": dict(Counter(TrailLine.objects.values_list("verb", flat=True))),
    }  # fmt: skip


if __name__ == "__main__":
    main()
