"""Matching what a scan saw to the assets we have, and adding what is new."""

from collections.abc import Sequence

from django.db import connection

from alcaide.assets.models import CHANGE
from alcaide.common.changes import note_change
from alcaide.common.permissions import require, scope_of
from alcaide.common.trail import Actor, System, audit, write
from alcaide.organization.models import Unit

from .estate import Estate, Match
from .names import ASSET_OF_TARGET, LOCAL, STAND_IN, HostHint, network_of

__all__ = ["ASSET_OF_TARGET", "LOCAL", "STAND_IN", "HostHint", "Match", "match_or_add", "network_of"]

# Any constant does; two imports that match at once would both add the same host.
MATCHING_LOCK = 0x6D617463


@write
def match_or_add(actor: Actor, hosts: Sequence[HostHint], *, unit: Unit, zone: str = "") -> dict[str, Match]:
    """Return the asset of each host by the host's key; hosts that nobody knows become assets of the unit.

    Needs the right to change assets in the unit; an asset of a unit where the actor lacks it is not touched, the
    host is kept apart. Two strong identifiers that lead to two assets merge nothing: the host is kept apart too, and
    a doubt waits for somebody's answer. An address decides only near to when it was seen.
    """
    require(actor, CHANGE, unit_id=unit.pk)
    one_at_a_time()
    estate = Estate(_allowed_units(actor), unit=unit, network=network_of(unit, zone))
    estate.load(hosts)
    matches = {host.key: estate.place(host) for host in hosts}
    added = estate.save()
    if matches:
        audit(
            actor, "match_hosts", subject=unit.subject,
            after={"hosts": len(hosts), "zone": zone, "added": [asset.subject for asset in added],
                   "kept_apart": sum(bool(match.notice) for match in matches.values())},
        )  # fmt: skip
    if added:
        note_change("assets", unit.subject)
    return matches


def one_at_a_time() -> None:
    """Hold off other matching until the transaction ends. SQLite's write lock is held already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MATCHING_LOCK])


def _allowed_units(actor: Actor) -> frozenset[int] | None:
    return None if isinstance(actor, System) else scope_of(actor).units_for(CHANGE)
