"""Whole lists of people: who stands here, and how those missing leave; many only with a second person's word."""

from collections.abc import Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.sheets import Context, Outcome, Standing
from alcaide.common.trail import Actor
from alcaide.organization.models import Person
from alcaide.organization.queries import unconfirmed, works_here

from .finding import may_change


def standing(by: str, actor: Actor, _context: Context) -> Iterator[Standing]:
    """Walk who works here and has what the list names people by, in units where the actor may change people.

    Who has none is spoken of by no list, and so by no list ended. Who leaves on a day that is known already is
    not ended again.
    """
    rows = Person.objects.filter(works_here(), left_on__isnull=True).exclude(**{by: ""})
    for pk, who, uid, name, unit_id in rows.values_list("pk", by, "uid", "name", "unit_id").order_by("pk"):
        if may_change(actor, unit_id):
            yield Standing((who,), f"{Person.SUBJECT}:{uid}", name, held=pk)


def end(actor: Actor, rows: Sequence[Standing], context: Context) -> list[Outcome]:
    """Write today as the last day of those missing; a number beyond the bound needs a second person's word."""
    refused = unconfirmed(actor, context.subject.partition(":")[2])
    if refused:
        return [Outcome(0, "refused", row.name, row.subject).refused(refused) for row in rows]
    today = timezone.localdate()
    found = {person.pk: person for person in Person.objects.filter(pk__in=[row.held for row in rows])}
    outcomes, ended = [], []
    for row in rows:
        person = found.get(row.held)
        outcome = Outcome(0, "ended", row.name, row.subject, before={"left_on": None}, after={"left_on": today})
        if person is None or not may_change(actor, person.unit_id):
            outcomes.append(outcome.refused(_("You may not change people of the unit in which this person stands.")))
            continue
        if person.joined_on and person.joined_on > today:
            outcomes.append(outcome.refused(_("Joins only later; change the day of joining, or add them to the list.")))
            continue
        person.left_on, person.version, person.changed_at = today, person.version + 1, timezone.now()
        ended.append(person)
        outcomes.append(outcome.written(row.subject, person.version))
    Person.objects.bulk_update(ended, ["left_on", "version", "changed_at"], batch_size=500)
    return outcomes
