"""How qualifications, liaisons and rates are named to who may see them, one or many at once."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from alcaide.common.permissions import scope_of
from alcaide.common.registries import Subject
from alcaide.organization.models import SEE, SEE_FACTS, Appetite, Fact, Organization, Person, Rate, Unit

from .facts import fact_kind
from .staff import kept_qualifications, liaisons
from .structure import _one, people

USER = "common.user"


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


def people_subjects(uids: Collection[str], user: Any) -> Mapping[str, Subject]:
    """Name many people with one query."""
    return {str(row.uid): _person(row) for row in people(user).filter(uid__in=uids)}


def unit_subjects(uids: Collection[str], user: Any) -> Mapping[str, Subject]:
    """Name many units with one query."""
    return _subjects(Unit.objects.visible_to(user).filter(uid__in=uids), "unit")


def user_subject(uid: str, user: Any) -> Subject | None:
    """Name who signs in by their page among the people, None where the user may not see it."""
    return user_subjects([uid], user).get(uid) if _is_known(uid) else None


def user_subjects(uids: Collection[str], user: Any) -> Mapping[str, Subject]:
    """Name many who sign in with one query."""
    rows = people(user).filter(user__uid__in=uids)
    return {str(row.user.uid): _person(row) for row in rows if row.user is not None}


def organization_subject(uid: str, user: Any) -> Subject | None:
    """Name the organization itself."""
    found = _one(Organization.objects.all(), uid) if scope_of(user).allows(SEE) else None
    return Subject(found.name, reverse("organization")) if found else None


def fact_subject(uid: str, user: Any) -> Subject | None:
    """Name a fact by what it is about and the unit it is said of."""
    return fact_subjects([uid], user).get(uid) if _is_known(uid) else None


def fact_subjects(uids: Collection[str], user: Any) -> Mapping[str, Subject]:
    """Name many facts with one query."""
    rows = Fact.objects.filter(uid__in=uids, unit__in=scope_of(user).units_for(SEE_FACTS)).select_related("unit")
    return {
        str(row.uid): Subject(
            f"{fact_kind(row.key).question}, {row.unit.name}", reverse("unit-facts", args=[row.unit.uid])
        )
        for row in rows
    }


def appetite_subject(uid: str, user: Any) -> Subject | None:
    """Name an appetite by its unit."""
    found = _one(Appetite.objects.visible_to(user).select_related("unit"), uid)
    return Subject(found.unit.name, reverse("unit", args=[found.unit.uid])) if found else None


def _person(row: Person) -> Subject:
    return Subject(row.name, reverse("person", args=[row.uid]))


def _is_known(uid: str) -> bool:
    try:
        return str(UUID(uid)) == uid
    except ValueError:
        return False


def _rates(user: Any) -> QuerySet[Rate]:
    return Rate.objects.all() if scope_of(user).allows(SEE_FACTS) else Rate.objects.none()


def _subject(row: Any, page: str) -> Subject | None:
    return Subject(str(row), reverse(page, args=[row.uid])) if row is not None else None


def _subjects(rows: QuerySet[Any], page: str) -> dict[str, Subject]:
    return {str(row.uid): Subject(str(row), reverse(page, args=[row.uid])) for row in rows}
