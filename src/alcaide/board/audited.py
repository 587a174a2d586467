"""What the board tells the auditor of a period: what was decided on which figures, and the runs with their kits."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.board.models import SEE, Decision
from alcaide.common.audited.telling import part
from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import AuditPart, AuditRow
from alcaide.risk.models import SEE as RISK_SEE
from alcaide.risk.queries import runs


def decisions(user: User, since: datetime, until: datetime) -> AuditPart | None:
    """Tell which plans were decided on, by whom, on which run."""
    if not scope_of(user).allows(SEE):
        return None
    rows = Decision.objects.filter(decided_at__gte=since, decided_at__lt=until)
    rows = rows.select_related("decided_by", "proposal__run").order_by("-decided_at", "-pk")
    return part(rows, _decisions, url=reverse("board"))


def _decisions(rows: Sequence[Any]) -> Iterator[AuditRow]:
    for row in rows:
        what = _("Decided on the plan of run %(n)s") % {"n": row.proposal.run.number}
        yield AuditRow(row.decided_at, what, row.decided_by.name, row.note, reverse("run", args=[row.proposal.run.uid]))


def figures(user: User, since: datetime, until: datetime) -> AuditPart | None:
    """Tell which runs were computed; each opens to its proof and its kit."""
    if not scope_of(user).allows(RISK_SEE):
        return None
    rows = runs().filter(at__gte=since, at__lt=until).order_by("-number")
    said = _("The page of each run hands out a kit from which the engine alone computes it again.")
    return part(rows, _figures, url=reverse("runs"), said=said)


def _figures(rows: Sequence[Any]) -> Iterator[AuditRow]:
    for row in rows:
        who = row.asked_by.name if row.asked_by else _("the house itself")
        more = _("%(cause)s · engine %(engine)s · inputs %(digest)s…") % {
            "cause": row.cause, "engine": row.engine, "digest": row.inputs_hash[:16],
        }  # fmt: skip
        yield AuditRow(row.at, _("Run %(n)s") % {"n": row.number}, who, more, reverse("run", args=[row.uid]))
