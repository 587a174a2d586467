"""How qualifications, liaisons and rates are named to who may see them, one or many at once."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from alcaide.common.permissions import scope_of
from alcaide.common.registries import Subject
from alcaide.organization.models import SEE_FACTS, Rate

from .staff import kept_qualifications, liaisons
from .structure import _one


def qualification_subject(uid: str, user: Any) -> Subject | None:
    """Return a qualification's words and page, None where the user may not see it."""
    return _subject(_one(kept_qualifications(user).select_related("person"), uid), "qualification")


def qualification_subjects(uids: Collection[str], user: Any) -> Mapping[str, Subject]:
    """Name many qualifications with one query."""
    return _subjects(kept_qualifications(user).select_related("person").filter(uid__in=uids), "qualification")


def liaison_subject(uid: str, user: Any) -> Subject | None:
    """Return a liaison's words and page, None where the user may not see it."""
    return _subject(_one(liaisons(user), uid), "liaison")


def liaison_subjects(uids: Collection[str], user: Any) -> Mapping[str, Subject]:
    """Name many liaisons with one query."""
    return _subjects(liaisons(user).filter(uid__in=uids), "liaison")


def rate_subject(uid: str, user: Any) -> Subject | None:
    """Return a rate's words and page; rates are the whole organization's."""
    return _subject(_one(_rates(user), uid), "rate")


def rate_subjects(uids: Collection[str], user: Any) -> Mapping[str, Subject]:
    """Name many rates with one query."""
    return _subjects(_rates(user).filter(uid__in=uids), "rate")


def _rates(user: Any) -> QuerySet[Rate]:
    return Rate.objects.all() if scope_of(user).allows(SEE_FACTS) else Rate.objects.none()


def _subject(row: Any, page: str) -> Subject | None:
    return Subject(str(row), reverse(page, args=[row.uid])) if row is not None else None


def _subjects(rows: QuerySet[Any], page: str) -> dict[str, Subject]:
    return {str(row.uid): Subject(str(row), reverse(page, args=[row.uid])) for row in rows}
