"""Scenarios beside what the last run said of them, so that a list can sort by money without reading a run."""

from django.db.models import OuterRef, QuerySet, Subquery

from alcaide.risk.models import Estimate, Scenario

LOSS = "loss_a_year"


def with_bases(rows: QuerySet[Scenario]) -> QuerySet[Scenario]:
    """Let rows be filtered by what their estimates in force rest on: `basis_of_frequency`, `basis_of_loss`."""
    return rows.alias(basis_of_frequency=_basis("frequency"), basis_of_loss=_basis("loss"))


def _basis(what: str) -> Subquery:
    newest = Estimate.objects.filter(scenario=OuterRef("pk"), what=what).order_by("-id")
    return Subquery(newest.values("basis")[:1])
