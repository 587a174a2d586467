"""What list pages cost over a house that already holds data: queries, and CPU of the process and of its database.

    ALCAIDE_HOME=… [DATABASE_URL=…] python bench/lists.py [--user EMAIL | --role ROLE] [--times 7] [ADDRESS …]

Signs in without a password inside this process (the chief by default), so give it a house made for measuring.
The pages are the lists of the rooms with each view, each sort, some choices of each filter, words (one of the first
row, the one that most rows of the page hold, its first letters, and one that none holds), and their second page, the
one before it and the third; ADDRESS (a path, or the name of one) asks for others. `--role all` reads as each role.
On SQLite the database is part of the process; on PostgreSQL its backend's CPU is read where it runs on this machine.
`--json` keeps the figures beside the counts of what the house holds, for bench/speed.py.
Each page is asked once to warm it, then the median of the rest counts; one that does not hold is asked as often
again, for others work on the machine too. Exits 1 where a line is not held.
"""

import argparse
import json
import os
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

MOST_QUERIES = 12
MOST_CPU_MS = 60.0
LISTS = (
    "assets", "actions", "findings", "ports", "exceptions", "reports", "flaw-facts-list", "scenarios", "measures",
    "people", "qualifications", "liaisons", "threats", "tolerances", "runs", "doubts", "trail", "notices", "tags",
    "imports",
)  # fmt: skip
TAB = re.compile(r'<a id="view-\d+" href="([^"]+)"')
NEXT = re.compile(r'id="page-next" rel="next" href="([^"]+)"')
BACK = re.compile(r'id="page-previous" rel="prev" href="([^"]+)"')
TICKED = re.compile(r'<input class="form-check-input" type="checkbox" name="([^"]+)" value="([^"]+)"')
TYPED = re.compile(r'<input type="search" id="ask-[^"]+" name="([^"]+)"')
LINES = re.compile(r'<input class="form-control" type="(text|date)"( inputmode="decimal")? name="([^"]+)"')
ROLES = ("chief", "head", "analyst", "executive", "auditor", "employee")
MOST_CHOICES = 4
LEAD = re.compile(r'<th scope="row" class="lead">(.*?)</th>', re.DOTALL)
WORD = re.compile(r"[A-Za-z]{3,}")
HEADS = re.compile(r'<a id="sort-[^"]+" href="([^"]+)"')
ROW = re.compile(r" data-row[ >]")
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Line:
    """What one page cost."""

    page: str
    status: int
    queries: int
    process_ms: float
    database_ms: float
    rows: int
    slowest: str
    least_ms: float
    """Of the process in the quickest round."""

    @property
    def cpu_ms(self) -> float:
        return self.process_ms + self.database_ms

    @property
    def is_held(self) -> bool:
        return self.status == 200 and self.queries <= MOST_QUERIES and self.cpu_ms <= MOST_CPU_MS


class House:
    """A client of the house that counts what it asks."""

    def __init__(self, email: str) -> None:
        from django.test import Client  # noqa: PLC0415  Django is set up by now

        from alcaide.common.signing.middleware import HAS_FACTOR  # noqa: PLC0415  as above

        self.client = Client(SERVER_NAME="localhost", raise_request_exception=False)
        self.client.force_login(reader(email))
        session = self.client.session
        session[HAS_FACTOR] = True
        session.save()
        self.asked: list[tuple[float, str]] = []
        self.backend = _backend()

    def get(self, path: str) -> Any:
        """Ask for a page, counting its statements."""
        from django.db import connection  # noqa: PLC0415  Django is set up only now

        self.asked = []
        with connection.execute_wrapper(self._count):
            return self.client.get(path)

    def line(self, path: str, times: int) -> Line:
        """Time one page."""
        answer = self.get(path)
        spent, theirs = [], []
        for _ in range(times):
            began, base = time.process_time(), self._database_s()
            answer = self.get(path)
            spent.append(1000 * (time.process_time() - began))
            theirs.append(1000 * (self._database_s() - base))
        rows = len(ROW.findall(answer.content.decode().partition("<tbody>")[2])) if answer.status_code == 200 else 0
        worst_s, worst = max(self.asked, default=(0.0, ""))
        # The system counts CPU of other processes in whole ticks of 10 ms: their mean says more than their median.
        database_ms = statistics.fmean(theirs)
        slowest = f"{1000 * worst_s:.1f} ms {worst}"
        queries, process_ms = len(self.asked), statistics.median(spent)
        return Line(path, answer.status_code, queries, process_ms, database_ms, rows, slowest, min(spent))

    def _count(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.asked.append((time.perf_counter() - began, sql))

    def _database_s(self) -> float:
        if self.backend is None:
            return 0.0
        fields = self.backend.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK_S


def reader(email: str) -> Any:
    """Return who reads: the named user, else the first chief."""
    from alcaide.common.models import User  # noqa: PLC0415  Django is set up only now
    from alcaide.organization.queries import first_chief  # noqa: PLC0415  Django is set up only now

    found = User.objects.filter(email=email).first() if email else first_chief()
    return found or sys.exit("Nobody of that address signs in here; name one with --user.")


def user_of(role: str) -> str:
    """Return the address of the first who holds a role."""
    from alcaide.organization.models import Grant  # noqa: PLC0415  Django is set up by now

    found = Grant.objects.filter(role=role, withdrawn_at=None).select_related("user").order_by("pk").first()
    return found.user.email if found else sys.exit(f"Nobody holds the role {role} here.")


def _backend() -> Path | None:
    """Return where the system keeps the times of our database's backend, where it runs on this machine."""
    from django.db import connection  # noqa: PLC0415  Django is set up only now

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        path = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    return path if path.exists() else None


def held() -> dict[str, int]:
    """Count what the house holds, the tables that grow with it."""
    from alcaide.assets.models import Asset  # noqa: PLC0415  Django is set up by now
    from alcaide.exposure.models import Action, Finding  # noqa: PLC0415  Django is set up only now
    from alcaide.organization.models import Person  # noqa: PLC0415  Django is set up only now
    from alcaide.risk.models import Scenario  # noqa: PLC0415  Django is set up only now

    models = {"people": Person, "assets": Asset, "findings": Finding, "actions": Action, "scenarios": Scenario}
    return {name: model._base_manager.count() for name, model in models.items()}


def kept(lines: list[Line]) -> dict[str, Any]:
    """Return the figures as bench/speed.py reads them."""
    from django.db import connection  # noqa: PLC0415  Django is set up by now
    from django.utils import timezone  # noqa: PLC0415  Django is set up only now

    return {
        "database": connection.vendor, "on": timezone.now().date().isoformat(), "held": held(),
        "load": os.getloadavg()[0],
        "pages": [
            {"page": line.page, "status": line.status, "queries": line.queries, "process_ms": round(line.process_ms, 1),
             "database_ms": round(line.database_ms, 1), "least_ms": round(line.least_ms, 1), "rows": line.rows,
             "slowest": line.slowest}
            for line in lines
        ],
    }  # fmt: skip


def pages(house: House, start: str) -> Iterator[str]:
    """Walk a list's pages: as it opens, each view, each sort, each filter, the next two pages and the way back."""
    answer = house.get(start)
    if answer.status_code != 200:
        return
    body = answer.content.decode()
    found = [start, *TAB.findall(body)[1:], *HEADS.findall(body), *filtered(start, body)]
    for _ in range(2):
        following = NEXT.findall(body)
        found += following
        if following:
            body = house.get(unescape(following[0])).content.decode()
            found += BACK.findall(body)
    yield from dict.fromkeys(unescape(each) for each in found)


def filtered(start: str, body: str) -> Iterator[str]:
    """Yield some choices of each filter of a list, and words."""
    choices: dict[str, list[str]] = {}
    asked = body.partition('<div class="asked">')[2].partition("</details>")[0]
    for name, value in TICKED.findall(asked):
        choices.setdefault(name, []).append(value)
    for name, values in choices.items():
        last = len(values) - 1
        for place in sorted({round(last * part / (MOST_CHOICES - 1)) for part in range(MOST_CHOICES)}):
            yield f"{start}?{urlencode({name: unescape(values[place])})}"
    heads = [WORD.findall(unescape(re.sub("<[^>]+>", " ", each))) for each in LEAD.findall(body)]
    for kind, is_number, name in LINES.findall(asked):
        for typed in ["2026-06-01"] if kind == "date" else ["1000"] if is_number else words_of(heads):
            yield f"{start}?{urlencode({name: typed})}"
    for name in TYPED.findall(body):
        for word in words_of(heads):
            yield f"{start}?{urlencode({name: word})}"


def words_of(heads: list[list[str]]) -> list[str]:
    """Return the first row's first word, the word of most rows, its first three letters, and one that none holds."""
    held = Counter(word for words in heads for word in set(words))
    most = [word for word, _ in held.most_common(1)]
    first = [word for words in heads[:1] for word in words[:1]]
    return list(dict.fromkeys([*first, *most, *(word[:3] for word in most), "zzzz"]))


def measured(given: argparse.Namespace, role: str) -> list[Line]:
    """Time every page that is asked for, without the static files that `alcaide up` would have built."""
    from django.conf import settings  # noqa: PLC0415  Django is set up by now
    from django.test.utils import override_settings  # noqa: PLC0415  Django is set up only now
    from django.urls import reverse  # noqa: PLC0415  Django is set up only now

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}):
        house = House(user_of(role) if role else given.user)
        return [
            timed(house, path, given.times)
            for start in given.addresses
            for path in pages(house, start if start.startswith("/") else reverse(start))
            if given.only in path
        ]


def timed(house: House, path: str, times: int) -> Line:
    """Time a page, once more where it does not hold, and return the better of the two."""
    line = house.line(path, times)
    return line if line.is_held else min(line, house.line(path, times), key=lambda each: (each.queries, each.cpu_ms))


def main() -> int:
    """Print the table; return 1 where a page asks or costs too much."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("addresses", nargs="*", default=LISTS)
    asked.add_argument("--user", default="")
    asked.add_argument("--role", default="", help="read as the first who holds this role; all: as each")
    asked.add_argument("--times", type=int, default=7)
    asked.add_argument("--only", default="", help="pages whose address holds this")
    asked.add_argument("--json", type=Path, help="keep the figures here")
    asked.add_argument("--slowest", action="store_true", help="print each page's slowest statement")
    given = asked.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alcaide.project.settings")
    import django  # noqa: PLC0415  the house is named by now

    django.setup()
    is_held = True
    for role in ROLES if given.role == "all" else [given.role]:
        lines = measured(given, role)
        is_held &= bool(lines) and all(line.is_held for line in lines)
        told(lines, role or "chief", given)
    return 0 if is_held else 1


def told(lines: list[Line], role: str, given: argparse.Namespace) -> None:
    """Print the table of a role, and keep its figures where that is asked."""
    if given.json:
        path = given.json.with_stem(f"{given.json.stem}-{role}") if given.role == "all" else given.json
        path.write_text(json.dumps({"role": role, **kept(lines)}, indent=1))
    held = sum(line.is_held for line in lines)
    print(f"\n{role}: {held} of {len(lines)} pages hold, load {os.getloadavg()[0]:.1f}")
    print(f"{'page':58} {'queries':>7} {'process':>9} {'database':>9} {'CPU ms':>7} {'rows':>5}")
    for line in lines:
        page = line.page if len(line.page) <= 58 else f"{line.page[:57]}…"
        print(
            f"{page:58} {line.queries:7} {line.process_ms:9.1f} {line.database_ms:9.1f} {line.cpu_ms:7.1f}"
            f" {line.rows:5}  {'held' if line.is_held else f'NOT HELD ({line.status})'}"
        )
        if given.slowest:
            print(f"    {line.slowest[:1500]}")


if __name__ == "__main__":
    raise SystemExit(main())
