"""Reads of how limits are set, and of what is known of public flaws for them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from alcaide.common.permissions import scope_of
from alcaide.common.rows import listed
from alcaide.exposure.limits import FlawState, Table, directive, judged, own_rows
from alcaide.exposure.models import SEE, FlawFacts, LimitTable

JUDGED = "judged from its CVSS vector"


@dataclass(frozen=True, slots=True)
class Facts:
    """What somebody says of one flaw, and how it is named in a sentence."""

    automatable: bool | None
    total: bool | None
    by: str


def newest_table() -> LimitTable | None:
    """Return the edition of the table that is in force; None where nobody set one, so the directive's holds."""
    return LimitTable.objects.order_by("-pk").first()


def table_in_force() -> Table:
    """Return how limits are set now."""
    row = newest_table()
    return directive() if row is None or row.kind == "bod" else Table("own", own=own_rows(row.rows))


def limit_tables(user: Any) -> QuerySet[LimitTable]:
    """Return every edition, the newest first."""
    rows = LimitTable.objects.select_related("made_by").order_by("-pk")
    return rows if scope_of(user).allows(SEE) else rows.none()


def facts_of(cves: Collection[str]) -> dict[str, Facts]:
    """Return what is stated of these flaws. One query."""
    rows = FlawFacts.objects.filter(cve__in=listed(cves)).values_list("cve", "automatable", "impact", "basis", "source")
    return {
        cve: Facts(automatable, None if not impact else impact == "total", _by(basis, source))
        for cve, automatable, impact, basis, source in rows
    }


def state_of(cve: str, *, vector: str, since: Mapping[str, date], facts: Mapping[str, Facts]) -> FlawState:
    """Join what the list, a statement and, where these are silent, the rating say of one flaw."""
    stated = facts.get(cve)
    automatable, total = (stated.automatable, stated.total) if stated else (None, None)
    by = stated.by if stated else ""
    proposed = judged(vector)
    return FlawState(
        exploited_since=since.get(cve),
        automatable=proposed[0] if automatable is None else automatable,
        total=proposed[1] if total is None else total,
        automatable_by=by if automatable is not None else JUDGED if proposed[0] is not None else "",
        total_by=by if total is not None else JUDGED if proposed[1] is not None else "",
    )


def _by(basis: str, source: str) -> str:
    return source[:60] if basis == "published" else f"stated here, {source[:60]}"
