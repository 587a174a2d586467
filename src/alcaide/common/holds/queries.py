"""Reads of holds: who may see them, what they hold, who has not answered, and what a person under one is told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.counts import Count, capped
from alcaide.common.models import Hold, HoldCustodian, TrailValue, User, is_inside_only, is_wallable
from alcaide.common.permissions import ROLES, permit, scope_of
from alcaide.common.purging.declared import how, models_of_the_house
from alcaide.common.purging.held import NONE, Holding, caught, held_on, holding_of, holds_in_force
from alcaide.common.registries import kind_label
from alcaide.common.trail import WALLED, System

KEEPERS = tuple(role for role in ROLES.values() if role.key in {"chief", "counsel"})
SEE = permit("common.holds_see", "See legal holds", *KEEPERS)
PLACE = permit("common.holds", "Place and release legal holds", *KEEPERS)
ANSWER = permit("common.holds_answer", "Answer legal holds that concern oneself", *ROLES.values())
# The act that needs a second person.
HOLD_RELEASE = "common.hold_release"
DUE_DAYS = 7
ARTICLE = "Article 17(3)(e) of Regulation (EU) 2016/679 (GDPR)"
ARTICLE_18 = "Article 18(1)(c)"


@dataclass(frozen=True)
class HeldKind:
    """One kind of record and how many of it a hold catches."""

    label: str
    words: str
    count: Count


@dataclass(frozen=True)
class Answer:
    """What a person who asks for erasure is told; it names no matter."""

    is_held: bool
    ground: str
    words: str
    holds: tuple[int, ...] = ()


def holds(user: Any) -> QuerySet[Hold]:
    """Return the holds that a user may see: all, or none."""
    return Hold.objects.all() if may_see(user) else Hold.objects.none()


def may_see(user: Any) -> bool:
    """Tell whether a user may see holds and their matters."""
    return isinstance(user, System) or scope_of(user).allows(SEE)


def own(user: Any) -> QuerySet[HoldCustodian]:
    """Return what a user was told to keep, by holds in force, not yet answered first."""
    rows = HoldCustodian.objects.filter(user=user, told_at__isnull=False).select_related("hold")
    return rows.filter(hold__state__in=Hold.HOLDING).order_by("acknowledged_at", "id")


def unanswered(hold: Hold | None = None) -> QuerySet[HoldCustodian]:
    """Return the custodians of holds in force who neither acknowledged nor declined."""
    rows = HoldCustodian.objects.filter(
        hold__state__in=Hold.HOLDING, told_at__isnull=False, acknowledged_at=None, declined_at=None
    )
    return rows.filter(hold=hold) if hold else rows


def late(now: datetime | None = None) -> QuerySet[HoldCustodian]:
    """Return those who have not answered for longer than a week."""
    return unanswered().filter(told_at__lt=(now or timezone.now()) - timedelta(days=DUE_DAYS))


def kinds() -> list[tuple[str, str]]:
    """Return the kinds of record that a hold can be narrowed to: label and words."""
    models = [model for model in models_of_the_house() if how(model) is not None]
    return sorted(((model._meta.label, kind_words(model)) for model in models), key=lambda each: each[1])


def kind_words(model: type[Model]) -> str:
    """Return what a kind of record is called."""
    named = kind_label(getattr(model, "SUBJECT", "")) if getattr(model, "SUBJECT", "") else ""
    words = named if named and "." not in named else str(model._meta.verbose_name)
    return words[:1].upper() + words[1:]


def held_rows(hold: Hold) -> Iterator[tuple[type[Model], QuerySet[Any]]]:
    """Yield, kind by kind, the rows that a hold catches, those that are never deleted too.

    What stands behind a wall is kept by it like the rest, but neither counted nor handed out: its own counsel does.
    """
    holding = holding_of(hold)
    for model in models_of_the_house():
        condition = NONE if is_inside_only(model) else caught(model, holding)
        if condition is not NONE:
            yield model, _ordinary(model._base_manager.filter(condition))


def _ordinary(rows: QuerySet[Any]) -> QuerySet[Any]:
    if is_wallable(rows.model):
        return rows.filter(matter__isnull=True)
    return rows.exclude(line__subject__startswith=f"{WALLED}:") if rows.model is TrailValue else rows


def held_kinds(hold: Hold) -> list[HeldKind]:
    """Return how much a hold catches of each kind that could go; counts stop at 10,000."""
    found = [
        HeldKind(model._meta.label, kind_words(model), capped(rows))
        for model, rows in held_rows(hold)
        if how(model) is not None
    ]
    return sorted((each for each in found if each.count.shown), key=lambda each: each.words)


def holds_keeping(row: Model, user: Any) -> list[Holding]:
    """Return the holds in force that keep a row, for whoever may see holds; nothing for others."""
    return held_on(row) if may_see(user) and how(type(row)) is not None else []


def holds_on_person(person: User | str) -> list[Holding]:
    """Return the holds in force that concern what a person has or is: those that name them, or everything."""
    subject = person.subject if isinstance(person, User) else person
    user = person.pk if isinstance(person, User) else None
    return [
        hold for hold in holds_in_force()
        if not hold.is_narrowed or subject in hold.strings or (user is not None and user in hold.users)
    ]  # fmt: skip


def answer_to_erasure(person: User | str) -> Answer:
    """Return what a person who asks for erasure is told: whether a hold keeps their data, and on what ground.

    Two facts alone go out: that it is kept and why the law lets it be. No matter and no number.
    """
    found = holds_on_person(person)
    if not found:
        return Answer(False, "", _("No legal hold keeps this person's data."))
    grounds = set(Hold.objects.filter(pk__in=[hold.pk for hold in found]).values_list("ground", flat=True))
    named = ", ".join(sorted(str(Hold.Ground(each).label).lower() for each in grounds))
    words = _(
        "We cannot erase your data now. It is needed for the establishment, exercise or defence of legal claims "
        "(%(article)s): %(named)s. We keep it for that alone; you may ask us to restrict its use otherwise "
        "(%(restrict)s). It is erased when the ground ends, and you are told then. "
        "You may complain to a supervisory authority, or go to court."
    ) % {"article": ARTICLE, "named": named, "restrict": ARTICLE_18}
    return Answer(True, ARTICLE, words, tuple(hold.number for hold in found))


def concerns(subject: str) -> Q:
    """Return the condition of the holds that name a subject."""
    return Q(targets__subject=subject) | Q(custodians__person=subject)
