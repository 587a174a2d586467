"""Setting how limits are found: the table in force, and what is known of flaws beyond their rating."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TextIO

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from alcaide.common.changes import note_change
from alcaide.common.ids import new_uid
from alcaide.common.jobs import enqueue
from alcaide.common.models import User
from alcaide.common.permissions import require, require_everywhere
from alcaide.common.rows import listed
from alcaide.common.trail import Actor, audit, write
from alcaide.exposure.limits import RowUnusable, own_rows
from alcaide.exposure.models import SET_LIMITS, STATE_FACTS, FlawFacts, LimitTable
from alcaide.exposure.queries.limits import newest_table

RENEW = "exposure.renew_limits"
AT_ONCE = 1_000
COLUMNS = ("cve", "automatable", "impact")
TRUTH: Mapping[str, bool | None] = {"yes": True, "no": False, "": None}
IMPACTS = frozenset({"total", "partial", ""})


class FactsUnusable(ValueError):
    """A statement about a flaw cannot be used; the message names the row and says what to do."""


@write
def set_table(actor: Actor, *, kind: str, rows: list[dict[str, Any]], reason: str, opened: int) -> LimitTable:
    """Put another edition of the table in force; older editions stay. Open findings follow by a job.

    Needs the right to set limits. opened: number of the edition that was in force when the page was opened, 0 for
    none. Raises RowUnusable, TableMoved.
    """
    require_everywhere(actor, SET_LIMITS)
    before = newest_table()
    if (before.pk if before else 0) != opened:
        raise TableMoved(_("Somebody set another table since you opened this page. Look at it, then change it again."))
    if kind not in dict(LimitTable.KINDS):
        raise RowUnusable(_("Choose the directive's table or your own."))
    kept = rows if kind == "own" else []
    if kind == "own":
        own_rows(kept)
    table = LimitTable.objects.create(
        kind=kind, rows=kept, reason=reason.strip()[:300], made_by=actor if isinstance(actor, User) else None
    )
    audit(
        actor, "set_limits", subject=table.subject,
        before={"kind": before.kind if before else "bod", "rows": before.rows if before else []},
        after={"kind": kind, "rows": kept, "reason": table.reason},
    )  # fmt: skip
    note_change("exposure", table.subject)
    _follow(actor)
    return table


class TableMoved(ValueError):
    """Another edition came into force meanwhile; nothing was written."""


@write
def state_facts(actor: Actor, *, cve: str, automatable: bool | None, impact: str, source: str) -> FlawFacts:
    """State what is known of one flaw, with where it comes from; it outlives imports. Needs that right."""
    require(actor, STATE_FACTS)
    if not source.strip():
        raise FactsUnusable(_("Say where this comes from: a page, a test, a person."))
    if impact not in IMPACTS:
        raise FactsUnusable(_("The impact is total, partial, or not known."))
    before = FlawFacts.objects.filter(cve=cve).first()
    facts, _is_new = FlawFacts.objects.update_or_create(
        cve=cve.strip().upper(),
        defaults={
            "automatable": automatable, "impact": impact, "basis": "person", "source": source.strip()[:300],
            "stated_by": actor if isinstance(actor, User) else None, "stated_on": timezone.localdate(),
        },
    )  # fmt: skip
    audit(actor, "state_facts", subject=facts.subject, before=_told(before), after=_told(facts))
    note_change("exposure", facts.subject)
    _follow(actor)
    return facts


@write
def take_facts(actor: Actor, stream: TextIO, *, source: str, on: date) -> Counter[str]:
    """Take published facts of flaws from a CSV with the columns cve, automatable (yes, no), impact (total, partial).

    What a person stated stays. Needs the right to state facts. Raises FactsUnusable, naming the line; then nothing is
    taken. Returns how many were taken, and kept because a person stated otherwise.
    """
    require(actor, STATE_FACTS)
    rows = list(_read(stream))
    stated = set(FlawFacts.objects.filter(basis="person", cve__in=listed({row[0] for row in rows}))
                 .values_list("cve", flat=True))  # fmt: skip
    fresh = {cve: (automatable, impact) for cve, automatable, impact in rows if cve not in stated}
    FlawFacts.objects.bulk_create(
        [
            FlawFacts(cve=cve, automatable=automatable, impact=impact, basis="published", source=source, stated_on=on)
            for cve, (automatable, impact) in fresh.items()
        ],
        update_conflicts=True, unique_fields=["cve"], batch_size=AT_ONCE,
        update_fields=["automatable", "impact", "basis", "source", "stated_on", "changed_at"],
    )  # fmt: skip
    counts = Counter(taken=len(fresh), kept=len({row[0] for row in rows}) - len(fresh))
    audit(actor, "take_facts", subject=f"{FlawFacts.SUBJECT}:all", after={**counts, "source": source})
    note_change("exposure", f"{FlawFacts.SUBJECT}:all")
    _follow(actor)
    return counts


def _follow(actor: Actor) -> None:
    """Let open findings follow at once, not at the job's next turn."""
    enqueue(
        RENEW, key=f"{RENEW}:{new_uid()}", about=gettext("Time limits of findings"),
        asked_by=actor if isinstance(actor, User) else None, url=reverse("limits"),
    )  # fmt: skip


def _read(stream: TextIO) -> Iterable[tuple[str, bool | None, str]]:
    reader = csv.DictReader(stream)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
    if missing:
        raise FactsUnusable(
            _("The first line lacks %(named)s. It must name cve, automatable and impact.")
            % {"named": ", ".join(missing)}
        )
    for number, row in enumerate(reader, start=2):
        cve = (row["cve"] or "").strip().upper()
        automatable, impact = (row["automatable"] or "").strip().lower(), (row["impact"] or "").strip().lower()
        if not cve or len(cve) > 24:
            raise FactsUnusable(
                _("Line %(number)s: “%(cve)s” is no flaw's number.") % {"number": number, "cve": cve[:40]}
            )
        if automatable not in TRUTH:
            raise FactsUnusable(
                _("Line %(number)s: automatable is yes, no or empty, not “%(automatable)s”.")
                % {"number": number, "automatable": automatable[:40]}
            )
        if impact not in IMPACTS:
            raise FactsUnusable(
                _("Line %(number)s: impact is total, partial or empty, not “%(impact)s”.")
                % {"number": number, "impact": impact[:40]}
            )
        yield cve, TRUTH[automatable], impact


def _told(facts: FlawFacts | None) -> dict[str, Any]:
    if facts is None:
        return {}
    return {"cve": facts.cve, "automatable": facts.automatable, "impact": facts.impact, "source": facts.source}
