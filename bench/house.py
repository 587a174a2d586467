"""What the rest of a large house costs: home for each role, search, the command bar, an export, an import into it.

    ALCAIDE_HOME=… [DATABASE_URL=…] python bench/house.py [--times 3] [--json FILE] [--write] [PART …]

PART is home, search, command, export or import; import writes into the house and so needs --write. Give it a house
made for measuring, by `alcaide demo --size L`. Times are CPU of this process and of its database, as in bench/lists.py.
A page of the search, the command bar and home are held to 60 ms, the first look at home after a write to 150, an export
to memory that stands still. `--json` keeps the figures for bench/speed.py, which draws them over several houses.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lists import House, Line, held

PARTS = ("home", "search", "command", "export")
ROLES = ("chief", "analyst", "head", "executive", "auditor", "employee")
WORDS = ("srv", "truck 4", "maría garcía", "ransomware murcia", "10.1.4.7", "zzz nothing", "openssl upgrade", "garsia")
ITEMS = 10_000
SEARCH_MS, BAR_MS, HOME_MS, FIRST_MS = 60.0, 60.0, 60.0, 150.0
GROWS_MB = 64


def user_of(role: str) -> str:
    """Return the address of somebody who holds a role, and none above it."""
    from alcaide.organization.models import Grant  # noqa: PLC0415  Django is set up by now

    found = Grant.objects.filter(role=role, withdrawn_at=None).select_related("user").order_by("pk").first()
    return found.user.email if found else ""


def home(times: int) -> list[dict[str, Any]]:
    """Ask for the first page as each role lands on it, and as each looks first after something was written."""
    from alcaide.common import recall  # noqa: PLC0415  Django is set up by now

    class Forgetful(House):
        def get(self, path: str) -> Any:
            recall._kept.clear()
            return super().get(path)

    lines = []
    for role in ROLES:
        email = user_of(role)
        if email:
            lines.append(told(f"home of {role}", House(email).line("/", times), most_ms=HOME_MS))
            lines.append(told(f"first look of {role}", Forgetful(email).line("/", times), most_ms=FIRST_MS))
    return lines


def search(times: int) -> list[dict[str, Any]]:
    """Look for words that are frequent, rare, wrongly typed, and not there."""
    house = House("")
    return [
        told(f"search {words!r}", house.line(f"/search/?q={words.replace(' ', '+')}", times), most_ms=SEARCH_MS)
        for words in WORDS
    ]


def command(times: int) -> list[dict[str, Any]]:
    """Type the same into the command bar."""
    house = House("")
    return [
        told(f"bar {words!r}", house.line(f"/search/bar/?q={words.replace(' ', '+')}", times), most_ms=BAR_MS)
        for words in WORDS
    ]


def export(times: int) -> list[dict[str, Any]]:
    """Write every finding out as CSV, reading the answer piece by piece."""
    house = House("")
    before_mb, began, base_s = peak_mb(), time.process_time(), house._database_s()
    answer = house.client.post("/exposure/findings/?view=all", {"export": "csv"})
    size = lines = 0
    for piece in answer.streaming_content if answer.streaming else [answer.content]:
        size, lines = size + len(piece), lines + piece.count(b"\n")
    cpu_s = time.process_time() - began + house._database_s() - base_s
    return [
        {"what": "export of findings", "status": answer.status_code, "cpu_ms": round(1000 * cpu_s), "lines": lines,
         "megabytes": round(size / 1e6), "memory_grew_mb": round(peak_mb() - before_mb),
         "held": answer.status_code == 200 and peak_mb() - before_mb <= GROWS_MB}
    ]  # fmt: skip


def taken_in(times: int) -> list[dict[str, Any]]:
    """Bring reports of 10,000 items into the full house."""
    from exposure_reports import write_nessus, write_trivy  # noqa: PLC0415  Django is set up only now

    from alcaide.common import files  # noqa: PLC0415  Django is set up by now
    from alcaide.common.trail import System  # noqa: PLC0415  Django is set up only now
    from alcaide.exposure import services  # noqa: PLC0415  Django is set up only now
    from alcaide.organization.queries import root_unit  # noqa: PLC0415  Django is set up only now

    house, found = House(""), []
    for name, write in (("trivy", write_trivy), ("nessus", write_nessus)):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"bench.{name}"
            write(path, ITEMS)
            with path.open("rb") as stream:
                file = files.store(stream, path.name, actor=System("bench"), cap_bytes=1 << 34)
        began, wall, base_s = time.process_time(), time.perf_counter(), house._database_s()
        report = services.take_in(System("bench"), file=file, unit=root_unit(), zone="bench")
        process_s, database_s = time.process_time() - began, house._database_s() - base_s
        cpu_s = process_s + database_s
        found.append(
            {"what": f"import of {name}, {ITEMS:,} items", "status": 200 if report.state == "done" else 500,
             "cpu_ms": round(1000 * cpu_s), "process_ms": round(1000 * process_s),
             "database_ms": round(1000 * database_s), "wall_ms": round(1000 * (time.perf_counter() - wall)),
             "new": report.counts.get("new", 0)}
        )  # fmt: skip
    return found


def told(what: str, line: Line, *, most_ms: float) -> dict[str, Any]:
    """Return a page's cost as it is kept."""
    return {
        "what": what, "status": line.status, "queries": line.queries, "cpu_ms": round(line.cpu_ms, 1),
        "process_ms": round(line.process_ms, 1), "database_ms": round(line.database_ms, 1),
        "held": line.status == 200 and line.cpu_ms <= most_ms, "slowest": line.slowest,
    }  # fmt: skip


def peak_mb() -> float:
    """Return the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Print a line for each; return 1 where one is not held."""
    work: dict[str, Callable[[int], list[dict[str, Any]]]] = {
        "home": home, "search": search, "command": command, "export": export, "import": taken_in,
    }  # fmt: skip
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("parts", nargs="*", default=PARTS)
    asked.add_argument("--times", type=int, default=3)
    asked.add_argument("--json", type=Path)
    asked.add_argument("--write", action="store_true", help="let the import write into this house")
    given = asked.parse_args()
    if "import" in given.parts and not given.write:
        sys.exit("The import writes into the house. Add --write where it was made for measuring.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alcaide.project.settings")
    import django  # noqa: PLC0415  the house is named by now

    django.setup()
    from django.conf import settings  # noqa: PLC0415  Django is set up only now
    from django.db import connection  # noqa: PLC0415  Django is set up only now
    from django.test.utils import override_settings  # noqa: PLC0415  Django is set up only now

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    lines: list[dict[str, Any]] = []
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}):
        for part in given.parts:
            for line in work[part](given.times):
                lines.append(line)
                more = {name: value for name, value in line.items() if name not in {"what", "slowest", "cpu_ms"}}
                print(f"{line['what']:34} {line['cpu_ms']:9} ms CPU  {more}", flush=True)
    if given.json:
        pages = [{**line, "page": line["what"]} for line in lines if "process_ms" in line]
        about = {"database": connection.vendor, "load": os.getloadavg()[0], "held": held()}
        given.json.write_text(json.dumps({"picture": "house", **about, "lines": lines, "pages": pages}, indent=1))
    return 0 if all(line.get("held", line["status"] == 200) for line in lines) else 1


if __name__ == "__main__":
    raise SystemExit(main())
