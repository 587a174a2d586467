"""Reads of two pairs of eyes: what waits, what was asked, what was applied alone, who tried to answer themself."""

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from alcaide.common import registries
from alcaide.common.models import EyesAttempt, EyesOverride, EyesRequest, EyesStandIn, User
from alcaide.common.permissions import scope_of

from .acts import acts
from .rights import SEE_ALL, reaches

OPEN = ("open", "referred")


def requests(user: Any) -> QuerySet[EyesRequest]:
    """Return the questions that a user may see: their own, those they may ask or answer, all for the auditor."""
    rows = EyesRequest.objects.select_related("asked_by", "answered_by")
    if not isinstance(user, User):
        return rows.none()
    standing = Q(pk__in=[])
    for reach in reaches(user, [act for act in acts() if act.apply]):
        standing |= reach.whole()
    return rows.filter(Q(asked_by=user) | _may_see(user) | standing)


def to_answer(user: User) -> QuerySet[EyesRequest]:
    """Return the questions in the house's table that wait for a user's answer, the first clock first."""
    within = Q(pk__in=[])
    for reach in reaches(user, [act for act in acts() if act.apply]):
        within |= reach.whole()
    rows = EyesRequest.objects.filter(within, state="waiting").exclude(asked_by=user)
    return rows.select_related("asked_by").order_by("answer_by", "pk")


def overrides(user: Any) -> QuerySet[EyesOverride]:
    """Return what was applied alone, as far as a user may see it."""
    rows = EyesOverride.objects.select_related("by", "reviewed_by")
    return rows.filter(Q(by=user) | _may_see(user)) if isinstance(user, User) else rows.none()


def unreviewed_overrides() -> QuerySet[EyesOverride]:
    """Return everything applied alone that nobody else has reviewed, the oldest first."""
    return EyesOverride.objects.filter(state__in=OPEN).select_related("by").order_by("at", "pk")


def overrides_to_review(user: User) -> QuerySet[EyesOverride]:
    """Return what others applied alone and a user may review."""
    within = Q(pk__in=[])
    for reach in reaches(user, acts()):
        within |= reach.own()
    return unreviewed_overrides().filter(within).exclude(by=user)


def attempts(user: Any) -> QuerySet[EyesAttempt]:
    """Return the tries of people to answer what they asked, for who sees all of it in the unit."""
    rows = EyesAttempt.objects.select_related("by")
    return rows.filter(_all(user)) if isinstance(user, User) else rows.none()


def stand_ins(user: User) -> QuerySet[EyesStandIn]:
    """Return who stands in for whom, as far as it concerns a user or they see all of it."""
    rows = EyesStandIn.objects.select_related("giver", "taker")
    return rows if scope_of(user).covers_all(SEE_ALL) else rows.filter(Q(giver=user) | Q(taker=user))


def request_subject(uid: str, user: Any) -> registries.Subject | None:
    """Name a question to who may see it."""
    row = requests(user).filter(uid=uid).first() if registries.is_uid(uid) else None
    return registries.Subject(row.title, reverse("eyes-request", args=[row.uid])) if row else None


def override_subject(uid: str, user: Any) -> registries.Subject | None:
    """Name what was applied alone to who may see it."""
    row = overrides(user).filter(uid=uid).first() if registries.is_uid(uid) else None
    return registries.Subject(row.title, reverse("eyes-override", args=[row.uid])) if row else None


def stand_in_subject(uid: str, user: Any) -> registries.Subject | None:
    """Name a stand-in to the two whom it concerns."""
    if not registries.is_uid(uid) or not isinstance(user, User):
        return None
    row = stand_ins(user).filter(uid=uid).first()
    return registries.Subject(f"{row.taker.name} – {row.giver.name}", reverse("eyes-stand-ins")) if row else None


def _may_see(user: User) -> Q:
    """Return the condition for what belongs to acts that a user may ask or answer by their own role."""
    scope, seen = scope_of(user), _all(user)
    for reach in reaches(user, acts()):
        asked = Q(act=reach.act.key)
        asked &= Q() if scope.covers_all(reach.act.ask) else Q(unit_id__in=scope.units_for(reach.act.ask))
        seen |= reach.own() | asked
    return seen


def _all(user: User) -> Q:
    scope = scope_of(user)
    if scope.covers_all(SEE_ALL):
        return Q(pk__isnull=False)
    return Q(unit_id__in=scope.units_for(SEE_ALL))
