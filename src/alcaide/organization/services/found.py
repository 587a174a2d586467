"""What the search knows of qualifications, liaisons and rates."""

from collections.abc import Iterable

from alcaide.common.search import Doc, forget, index_many
from alcaide.organization.models import Liaison, Person, Qualification, Rate


def tell_of_qualifications(rows: Iterable[Qualification]) -> None:
    """Make qualifications findable by their kind and by whose they are; one taken off the list is found no more."""
    kept = list(rows)
    index_many(
        Doc(
            each.subject, Qualification.SUBJECT, f"{each.kind}, {each.person.name}", each.number or each.issuer,
            f"{each.number} {each.issuer}".strip(), each.person.unit_id,
        )
        for each in kept
        if each.withdrawn_at is None
    )  # fmt: skip
    for each in kept:
        if each.withdrawn_at is not None:
            forget(each.subject)


def tell_of_liaisons(rows: Iterable[Liaison]) -> None:
    """Make liaisons findable by their topic and by who speaks for the unit."""
    index_many(
        Doc(
            each.subject, Liaison.SUBJECT, f"{each.topic}, {each.unit.name}", each.person.name,
            f"{each.person.name} {each.deputy.name if each.deputy else ''}".strip(), each.unit_id,
        )
        for each in rows
    )  # fmt: skip


def tell_of_people(people: Iterable[Person]) -> None:
    """Let what hangs on people follow their names and units. Two queries, and no more where nothing hangs on them."""
    keys = [person.pk for person in people]
    tell_of_qualifications(
        Qualification.objects.filter(person__in=keys, withdrawn_at__isnull=True).select_related("person")
    )
    tell_of_liaisons(Liaison.objects.filter(person__in=keys).select_related("unit", "person", "deputy"))


def tell_of_rate(rate: Rate) -> None:
    """Make a currency findable by its newest rate; the page of that one leads to the others."""
    same = Rate.objects.filter(ours=rate.ours, currency=rate.currency).order_by("-on")[:2]
    newest, *older = list(same)
    if newest.pk != rate.pk:
        return
    for each in older:
        forget(each.subject)
    title = f"{newest.currency}, rate to {newest.ours}"
    index_many([Doc(newest.subject, Rate.SUBJECT, title, newest.said, newest.source)])
