"""People who left long ago: their names go, what they did stays under a number."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from alcaide.common import purging
from alcaide.common.clock import house_zone
from alcaide.common.models import SearchDoc, SearchWord, User
from alcaide.common.search import fold
from alcaide.common.trail import Actor
from alcaide.organization.models import Grant, Person
from alcaide.organization.queries.structure import in_force

from .people import tell_search

RULE = "people_left"
FORMER = "Former person "
NAMED = ("name", "email", "title", "place", "hr_number")


def former(cut: datetime) -> QuerySet[Person]:
    """Return the people who left before the day of a moment and still stand with their names.

    Who still holds a role stays: it is the last chief or administrator, whom the night does not close out either.
    """
    day = timezone.localdate(cut, house_zone())
    holds = Grant.objects.filter(in_force(), user=OuterRef("user"))
    return Person.objects.filter(~Exists(holds), left_on__lt=day).exclude(Q(name__startswith=FORMER))


def nameless() -> Mapping[str, Any]:
    """Return what stands in place of what named a person."""
    number = Concat(Value(FORMER), Cast(F("pk"), CharField()))
    return {"name": number, "email": "", "title": "", "place": "", "hr_number": ""}


def forget_people(actor: Actor, keys: list[Any]) -> None:
    """Take the names of people from their sign-ins, the search and the trail's values, once they have none."""
    people = list(Person.objects.filter(pk__in=keys).select_related("user"))
    titles = SearchDoc.objects.filter(subject__in=[row.subject for row in people]).values_list("title", flat=True)
    words = {word for title in titles for word in fold(title)}
    users = [row.user_id for row in people if row.user_id]
    number = Concat(Value("former-"), Cast(F("pk"), CharField()))
    User.objects.filter(pk__in=users).update(
        name=Concat(Value("Former user "), Cast(F("pk"), CharField())), email=Concat(number, Value("@erased.invalid")),
        is_active=False, password="!",  # noqa: S106  Django's sign for one that nobody knows
    )  # fmt: skip
    tell_search(*people)
    gone = [word for word in words if not SearchDoc.objects.filter(title__icontains=word).exists()]
    purging.renew(SearchWord.objects.filter(word__in=gone))
    subjects = [row.subject for row in people] + [row.user.subject for row in people if row.user]
    purging.erase_trail(actor, subjects, rule=RULE, why="The names of people who left", fields=NAMED)
