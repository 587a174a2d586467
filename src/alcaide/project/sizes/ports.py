"""What answers on hosts, as two rounds of port scans saw it, and what reports of packages decided themselves."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from alcaide.common.files import store
from alcaide.common.rows import listed
from alcaide.exposure.models import Finding, OpenPort, Quarantined, Report, Sighting, Verdict
from alcaide.exposure.services.reading import BESIDE, PARTS
from alcaide.exposure.services.rows import PORT_SCAN
from alcaide.exposure.services.writing import finding_key
from alcaide.organization.queries import root_unit

from .catalogue import CAP_BYTES, PORTS, SERVICES, Catalogue, Flaw
from .estate import ZONE, Thing, pick
from .making import HOUSE, Making, next_id

# Days ago of the two scans of ports.
ROUNDS = (40, 5)
ANSWERS_SHARE, CLOSED_SHARE, OLD_SHARE = 0.6, 0.06, 0.7
SAID = (("not-affected", 6), ("fixed", 2), ("false-positive", 1), ("suppressed", 1))
WHY = {
    "not-affected": "The part with the flaw is not called.", "fixed": "Mended by the distributor.",
    "false-positive": "The version was read wrongly.", "suppressed": "Looked at; left for the next release.",
}  # fmt: skip
FLAWS_NAMED = ("no target", "a rating that is no number", "an end before its start")


def make_ports(making: Making, things: list[Thing]) -> None:
    """Make two reports of ports and the ports that stand by them."""
    reports = [_report(making, days) for days in ROUNDS]
    table = making.table(
        OpenPort, "id", "asset_id", "port", "protocol", "service", "first_seen_at", "last_seen_at", "first_report_id",
        "last_report_id", "closed_at",
    )  # fmt: skip
    counts = [dict.fromkeys(("hosts", "assets_matched", "ports", "ports_new"), 0) for _ in reports]
    answering: list[dict[int, None]] = [{} for _ in reports]
    making.write("open ports", _ports(making, things, reports, counts, answering), table.insert, models=[OpenPort])
    _make_sightings(making, reports, answering)
    for (report, at), counted, hosts in zip(reports, counts, answering, strict=True):
        counted["hosts"] = counted["assets_matched"] = len(hosts)
        _finish(report, at, counted)


def _report(making: Making, days: int) -> tuple[Report, datetime]:
    at = making.moment - timedelta(days=days)
    words = f"Made for the example: ports, {days} days ago.\n"
    file = store(BytesIO(words.encode()), f"ports-{at:%Y-%m-%d}.txt", actor=HOUSE, cap_bytes=CAP_BYTES)
    return Report.objects.create(file=file, format=PORT_SCAN, unit=root_unit(), zone=ZONE, state="running"), at


def _ports(
    making: Making,
    things: list[Thing],
    reports: list[tuple[Report, datetime]],
    counts: list[dict[str, int]],
    answering: list[dict[int, None]],
) -> Iterator[tuple[Any, ...]]:
    chance, pk = making.chance("ports"), next_id(OpenPort)
    open_ones = [each for each in PORTS if each[0]]
    for thing in things:
        if thing.kind != "host" or chance.random() > ANSWERS_SHARE:
            continue
        for port in sorted({pick(chance, open_ones) for _ in range(chance.randint(1, 4))}):
            first = 0 if chance.random() < OLD_SHARE else 1
            is_closed = first == 0 and chance.random() < CLOSED_SHARE
            last = 0 if is_closed else 1
            counts[first]["ports_new"] += 1
            for place in range(first, last + 1):
                counts[place]["ports"] += 1
                answering[place][thing.pk] = None
            began, seen = reports[first], reports[last]
            closed_at = reports[1][1] if is_closed else None
            yield (
                pk, thing.pk, port, "tcp", SERVICES[port], began[1], seen[1], began[0].pk, seen[0].pk, closed_at
            )  # fmt: skip
            pk += 1


def _make_sightings(making: Making, reports: list[tuple[Report, datetime]], answering: list[dict[int, None]]) -> None:
    table = making.table(
        Sighting, "id", "report_id", "asset_id", "host_key", "matched_by", "source", "scanned_at", "complete"
    )
    first = next_id(Sighting)
    pairs = ((report, at, pk) for (report, at), hosts in zip(reports, answering, strict=True) for pk in hosts)
    rows = (
        (first + place, report.pk, pk, f"target-{pk}", "ipv4", PORT_SCAN, at, True)
        for place, (report, at, pk) in enumerate(pairs)
    )
    making.write("sightings of port scans", rows, table.insert, models=[Sighting])


def _finish(report: Report, at: datetime, counted: dict[str, int]) -> None:
    report.kinds = {"port": {"ports": counted["ports"]}}
    report.counts = {
        "items": counted["ports"], **dict.fromkeys(PARTS, 0), "closed": 0, "waiting": 0, "ports_closed": 0,
        "proposed": 0, **dict.fromkeys(BESIDE, 0), **counted,
    }  # fmt: skip
    report.state, report.scanned_from, report.scanned_till = "done", at, at
    report.finished_at = at + timedelta(hours=1)
    report.notices = ["Made for the example: the ports were written without a file of a scanner."]
    report.save()


def make_verdicts(making: Making, catalogue: Catalogue, things: list[Thing]) -> None:
    """Make what reports of packages decided themselves, of flaws that stand open nowhere; and records set aside."""
    reports = list(Report.objects.filter(format="trivy").order_by("pk"))
    table = making.table(
        Verdict, "id", "key", "asset_id", "source", "check_id", "names", "where", "package", "purl", "said", "why",
        "said_at", "first_report_id", "last_report_id",
    )  # fmt: skip
    drawn = _verdicts(making, catalogue, things)
    taken = set(Finding.objects.filter(key__in=listed(drawn)).values_list("key", flat=True))
    chance, first = making.chance("words of verdicts"), next_id(Verdict)
    rows = []
    for place, (key, (thing, flaw)) in enumerate(each for each in drawn.items() if each[0] not in taken):
        report, said = reports[-1 - thing.pk % making.size.batches], pick(chance, SAID)
        where = f"usr/lib/{flaw.package}@{flaw.installed}"
        rows.append((
            first + place, key, thing.pk, flaw.source, flaw.check, list(flaw.cves), where, flaw.package, flaw.purl,
            said, WHY[said], report.scanned_till or making.moment, report.pk, report.pk,
        ))  # fmt: skip
    making.write("verdicts of reports", rows, table.insert, models=[Verdict])
    _count_verdicts(rows)
    _set_aside(making)


def _verdicts(making: Making, catalogue: Catalogue, things: list[Thing]) -> dict[str, tuple[Thing, Flaw]]:
    """Draw a flaw at a place of an application, by the key that its finding would have."""
    chance = making.chance("verdicts")
    images = [each for each in things if each.kind == "application" and each.seen_days_ago == 2]
    found: dict[str, tuple[Thing, Flaw]] = {}
    for _ in range(making.size.verdicts if images else 0):
        thing, flaw = chance.choice(images), chance.choice(catalogue.packages)
        location = f"usr/lib/{flaw.package}@{flaw.installed}"
        key = finding_key(
            source=flaw.source, asset_uid=thing.uid, port=0, protocol="", check=flaw.check, location=location
        )
        found[key] = (thing, flaw)
    return found


def _count_verdicts(rows: list[tuple[Any, ...]]) -> None:
    """Add the verdicts to what their reports say that they held."""
    counted: dict[int, int] = {}
    for row in rows:
        counted[row[-1]] = counted.get(row[-1], 0) + 1
    for report in Report.objects.filter(pk__in=counted):
        _add(report, "verdicts", counted[report.pk], kind="package")


def _set_aside(making: Making) -> None:
    """Let every fifth report have a few records that could not be read."""
    chance, first = making.chance("set aside"), next_id(Quarantined)
    table = making.table(Quarantined, "id", "report_id", "place", "reason", "excerpt")
    rows: list[tuple[Any, ...]] = []
    for report in list(Report.objects.order_by("pk"))[::5]:
        number = chance.randint(1, 6)
        for place in range(number):
            reason = f"The record has {chance.choice(FLAWS_NAMED)}."
            rows.append((first + len(rows), report.pk, f"record {place * 977 + 12}", reason, ""))
        _add(report, "quarantined", number, kind="unread")
    making.write("records set aside", rows, table.insert, models=[Quarantined])


def _add(report: Report, part: str, number: int, *, kind: str) -> None:
    report.counts[part] += number
    report.counts["items"] += number
    report.kinds.setdefault(kind, {})[part] = report.kinds.get(kind, {}).get(part, 0) + number
    report.save(update_fields=["counts", "kinds"])
