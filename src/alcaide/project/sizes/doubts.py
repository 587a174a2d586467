"""Targets of scans that may be more than one asset: some wait for an answer, some were answered."""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import blake2b
from typing import Any

from alcaide.assets.models import MatchCandidate, MatchDoubt

from .estate import ZONE, Thing, pick
from .making import Making, next_id

WHYS = (("disagree", 5), ("stale", 4), ("foreign", 1))
ANSWERED_SHARE = 0.4


def make_doubts(making: Making, things: list[Thing], user: int) -> None:
    """Make doubts about hosts, each with two assets that it may be."""
    doubts = making.table(
        MatchDoubt, "id", "uid", "stand_in", "unit_id", "asset_id", "why", "name", "zone", "identifiers",
        "first_seen_at", "last_seen_at", "answer", "answered_at", "answered_by_id", "reason",
    )  # fmt: skip
    candidates = making.table(
        MatchCandidate, "doubt_id", "asset_id", "rank", "speaks_for", "speaks_against", "id"
    )  # fmt: skip
    numbers = iter(range(next_id(MatchCandidate), 10**12))

    def write(chunk: list[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]) -> None:
        doubts.insert(row for row, _ in chunk)
        candidates.insert((*each, next(numbers)) for _, rows in chunk for each in rows)

    making.write("doubts", _doubts(making, things, user), write, models=[MatchDoubt, MatchCandidate])


def _doubts(
    making: Making, things: list[Thing], user: int
) -> Iterator[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]:  # fmt: skip
    chance, uids, first = making.chance("doubts"), making.uids("doubts"), next_id(MatchDoubt)
    hosts = [each for each in things if each.kind == "host" and each.seen_days_ago == 2]
    for place in range(min(making.size.doubts, len(hosts) // 3)):
        stands, *others = chance.sample(hosts, 3)
        is_answered = chance.random() < ANSWERED_SHARE
        seen = making.moment - timedelta(days=2, minutes=place)
        fqdn, address = ["fqdn", f"host-{place}.almena.example"], ["ipv4", f"10.200.{place >> 8 & 255}.{place & 255}"]
        told = ("other", seen + timedelta(days=1), user, "Seen on site.") if is_answered else ("", None, None, "")
        row = (
            first + place, next(uids), blake2b(f"{making.seed}:{place}".encode(), digest_size=16).hexdigest(),
            stands.unit_id, stands.pk, pick(chance, WHYS), f"host-{place}", ZONE, [fqdn, address],
            seen - timedelta(days=chance.randrange(0, 90)), seen, *told,
        )  # fmt: skip
        yield row, [(row[0], each.pk, rank, [pair], []) for rank, (each, pair) in enumerate(
            zip(others, (fqdn, address), strict=True), start=1
        )]  # fmt: skip
