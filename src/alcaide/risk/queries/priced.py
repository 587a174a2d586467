"""Scenarios beside what the last run said of them, so that a list can sort by money without reading a run."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, CharField, Func, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from alcaide.common.models import Priced
from alcaide.common.money import Kind, Money
from alcaide.risk.models import Estimate, Run, Scenario

LOSS = "loss_a_year"
AVOIDS = "avoids_a_year"
NO_PRICE = -1


class SubjectText(Func):
    """The subject string of a row, `risk.scenario:<uid>`, from its identifier; SQLite keeps those without dashes."""

    output_field = CharField()
    arity = 1

    def __init__(self, kind: str, uid: Any) -> None:
        super().__init__(uid)
        self.kind = kind

    def as_sql(self, compiler: Any, connection: Any, **_more: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        uid, given = compiler.compile(self.source_expressions[0])
        if connection.vendor != "sqlite":
            return f"(%s || {uid}::text)", [f"{self.kind}:", *given]
        parts = "||'-'||".join(f"substr({uid},{at},{size})" for at, size in UID_PARTS)
        return f"(%s || {parts})", [f"{self.kind}:", *(list(given) * len(UID_PARTS))]


UID_PARTS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))


@dataclass(frozen=True)
class Price:
    """What a subject is worth a year as a run said, with its range, its date and its run."""

    amount: Money
    low: Money
    high: Money
    at: datetime
    run_uid: str
    run_number: int | None


def with_price(rows: QuerySet[Scenario]) -> QuerySet[Scenario]:
    """Hang on each scenario `loss_minor`, its expected loss a year as the last run said, -1 where it said nothing."""
    found = Priced.objects.filter(figure=LOSS, subject=SubjectText(Scenario.SUBJECT, OuterRef("uid")))
    price = Subquery(found.values("amount_minor")[:1], output_field=BigIntegerField())
    return rows.annotate(loss_minor=Coalesce(price, Value(NO_PRICE)))


def with_bases(rows: QuerySet[Scenario]) -> QuerySet[Scenario]:
    """Let rows be filtered by what their estimates in force rest on: `basis_of_frequency`, `basis_of_loss`."""
    return rows.alias(basis_of_frequency=_basis("frequency"), basis_of_loss=_basis("loss"))


def prices_of(subjects: Iterable[str], *, figure: str = LOSS) -> dict[str, Price]:
    """Return what the last run said of each subject, those left out that it said nothing of. Two queries."""
    rows = list(Priced.objects.filter(subject__in=list(subjects), figure=figure))
    numbers = dict(Run.objects.filter(uid__in={row.run for row in rows}).values_list("uid", "number"))
    return {row.subject: _price(row, numbers.get(row.run)) for row in rows}


def _price(row: Priced, run_number: int | None) -> Price:
    amount, low, high = (
        Money(minor, row.currency, Kind.EXPECTED) for minor in (row.amount_minor, row.low_minor, row.high_minor)
    )
    return Price(amount, low, high, row.at, str(row.run), run_number)


def _basis(what: str) -> Subquery:
    newest = Estimate.objects.filter(scenario=OuterRef("pk"), what=what).order_by("-id")
    return Subquery(newest.values("basis")[:1])
