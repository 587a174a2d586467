"""Reads of measures, and of what the last run said of them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, CharField, F, Func, OuterRef, Q, QuerySet, Subquery, UUIDField, Value
from django.db.models.functions import Coalesce, Left
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.models import Priced
from alcaide.common.money import Kind, Money
from alcaide.common.registries import Subject
from alcaide.common.words import day

from .models import Measure, MeasureLink, MeasureTask, MeasureTest

OPEN_STATES = ("proposed", "adopted")
AVOIDS = "avoids_a_year"
NO_PRICE = -1
# Where the dashes of an identifier stand, which SQLite leaves out: first place and length of each part.
UID_PARTS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))


class SubjectText(Func):
    """The subject string of a row, such as `controls.measure:<uid>`, made from its identifier inside a query."""

    output_field = CharField()
    arity = 1

    def __init__(self, kind: str, uid: Any) -> None:
        super().__init__(uid)
        self.kind = kind

    # Django's stubs name the further arguments, which an expression without a template has no use for.
    def as_sql(self, compiler: Any, connection: Any, **_more: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """Write the string; on SQLite with the dashes put back."""
        uid, given = compiler.compile(self.source_expressions[0])
        if connection.vendor != "sqlite":
            return f"(%s || {uid}::text)", [f"{self.kind}:", *given]
        parts = "||'-'||".join(f"substr({uid},{at},{size})" for at, size in UID_PARTS)
        return f"(%s || {parts})", [f"{self.kind}:", *(list(given) * len(UID_PARTS))]


class UidOf(Func):
    """The identifier in a subject string, as the database keeps identifiers."""

    output_field = UUIDField()
    arity = 1

    def __init__(self, kind: str, subject: Any) -> None:
        super().__init__(subject)
        self.kind = kind

    # As above.
    def as_sql(self, compiler: Any, connection: Any, **_more: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """Cut the kind away; SQLite keeps identifiers without their dashes."""
        subject, given = compiler.compile(self.source_expressions[0])
        tail = f"substr({subject}, {len(self.kind) + 2})"
        return (f"replace({tail}, '-', '')" if connection.vendor == "sqlite" else f"({tail})::uuid"), list(given)


@dataclass(frozen=True)
class Price:
    """What a subject is worth a year as the last run said, with its range and its date."""

    amount: Money
    low: Money
    high: Money
    at: datetime
    run: str
    """The run's subject, `risk.run:<uid>`."""


@dataclass(frozen=True)
class Holding:
    """How much of what a measure does still counts, a 90 % range of 0..1, and why."""

    low: float
    high: float
    reason: str
    since: date | None = None
    """Since when it no longer counts as wholly in place; None where it does."""

    @property
    def is_whole(self) -> bool:
        """Whether all of its effect counts."""
        return self.low == self.high == 1


def holding(measure: Measure, *, on: date | None = None) -> Holding:
    """Return the share of a measure's effect that is in force on a day, and why not all of it is.

    A test that found less leaves the share that was judged with it. While a test is overdue, at most what was judged
    with the cadence counts. Where both are so, the lesser counts. A measure that does not stand holds nothing.
    """
    today = on or timezone.localdate()
    if measure.state != "in_place":
        return Holding(0.0, 0.0, _("It does not stand."))
    low, high, why = 1.0, 1.0, []
    if measure.failing_since is not None and measure.tested_on is not None:
        low, high = measure.held_low, measure.held_high
        found = _("works in part") if measure.last_result == "partly" else _("does not work")
        why.append(
            _("the test of %(on)s says: %(found)s") % {"on": day(measure.tested_on, today=today), "found": found}
        )
    if measure.overdue_since(today) and measure.test_due_on is not None:
        low, high = min(low, measure.overdue_low), min(high, measure.overdue_high)
        why.append(_("a test was due by %(on)s") % {"on": day(measure.test_due_on, today=today)})
    if why:
        return Holding(low, high, "; ".join(why), measure.drifted_since(today))
    if measure.tested_on is None:
        return Holding(1.0, 1.0, _("It stands; nobody has tested it yet."))
    return Holding(1.0, 1.0, _("the test of %(on)s found it working") % {"on": day(measure.tested_on, today=today)})


def is_drifted(today: date) -> Q:
    """Return the condition for measures in place of which a test says less, or is overdue."""
    return Q(state="in_place") & (Q(failing_since__isnull=False) | Q(test_due_on__lt=today))


def tests_of(measure: Measure, user: Any) -> QuerySet[MeasureTest]:
    """Return the tests of a measure, newest first, as far as the user sees them."""
    rows: QuerySet[MeasureTest] = MeasureTest.objects.filter(measure=measure).visible_to(user)
    return rows.select_related("entered_by", "measure")


def test_subject(uid: str, user: Any) -> Subject | None:
    """Name a test and its page, None where the user may not see it."""
    try:
        found = MeasureTest.objects.visible_to(user).filter(uid=UUID(uid)).only("uid", "what").first()
    except ValueError:
        return None
    return Subject(found.what, reverse("measure-test", args=[found.uid])) if found else None


def task_subject(uid: str, user: Any) -> Subject | None:
    """Name a task and the page of its measure, None where the user may not see it."""
    try:
        found = MeasureTask.objects.visible_to(user).filter(uid=UUID(uid)).select_related("measure").first()
    except ValueError:
        return None
    return Subject(found.what, f"{reverse('measure', args=[found.measure.uid])}#h-tasks") if found else None


def measures(user: Any) -> QuerySet[Measure]:
    """Return the measures that the user sees."""
    return Measure.objects.visible_to(user).select_related("unit", "owner")


def subject(uid: str, user: Any) -> Subject | None:
    """Name a measure and its page, None where the user may not see it."""
    try:
        found = Measure.objects.visible_to(user).filter(uid=UUID(uid)).only("uid", "name").first()
    except ValueError:
        return None
    return Subject(found.name, reverse("measure", args=[found.uid])) if found else None


def subjects(uids: Collection[str], user: Any) -> dict[str, Subject]:
    """Name many measures with one query."""
    rows = Measure.objects.visible_to(user).filter(uid__in=uids).only("uid", "name")
    return {str(row.uid): Subject(row.name, reverse("measure", args=[row.uid])) for row in rows}


def choosable() -> QuerySet[Measure]:
    """Return the measures a plan may choose: proposed or adopted, not yet in place."""
    return Measure.objects.filter(state__in=OPEN_STATES)


def links_among(measure_ids: list[int]) -> list[MeasureLink]:
    """Return the rules between measures of a set."""
    rows = MeasureLink.objects.filter(measure_id__in=measure_ids, other_id__in=measure_ids)
    return list(rows.select_related("measure", "other").order_by("id"))


def links_of(measure: Measure, user: Any) -> list[MeasureLink]:
    """Return the rules that bind a measure, both ways, as far as the user sees the other end."""
    seen = Measure.objects.visible_to(user).values("pk")
    rows = measure.links.filter(other__in=seen) | measure.linked_from.filter(measure__in=seen)
    return list(rows.select_related("measure", "other").order_by("id").distinct())


def with_price(rows: QuerySet[Any], *, figure: str, name: str) -> QuerySet[Any]:
    """Let rows be sorted and filtered by what the last run said of them, -1 where it said nothing.

    It is not read with the rows: a database would look every price up before it sorts by something else.
    """
    found = Priced.objects.filter(figure=figure, subject=SubjectText(rows.model.SUBJECT, OuterRef("uid")))
    price = Subquery(found.values("amount_minor")[:1], output_field=BigIntegerField())
    priced: QuerySet[Any] = rows.alias(**{name: Coalesce(price, Value(NO_PRICE))})
    return priced


def is_priced(kind: str, *, figure: str) -> Q:
    """Return the condition for rows of a kind of which the last run said something."""
    front = f"{kind}:"
    rows = Priced.objects.alias(front=Left("subject", len(front))).filter(figure=figure, front=front)
    return Q(uid__in=rows.values_list(UidOf(kind, F("subject")), flat=True))


def prices_of(subjects: Iterable[str], *, figure: str) -> dict[str, Price]:
    """Return what the last run said of each subject; those of which it said nothing are left out."""
    rows = Priced.objects.filter(subject__in=list(subjects), figure=figure)
    return {row.subject: _price(row) for row in rows}


def _price(row: Priced) -> Price:
    amount, low, high = (
        Money(minor, row.currency, Kind.EXPECTED) for minor in (row.amount_minor, row.low_minor, row.high_minor)
    )
    return Price(amount, low, high, row.at, f"risk.run:{row.run}")
