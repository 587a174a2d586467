"""Writing a chunk of people at once, and taking it back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import purging, search, sheets
from alcaide.common.changes import note_change
from alcaide.common.models import LostUpdate
from alcaide.common.permissions import Refused, require
from alcaide.common.sheets import Context, Outcome, Undone, Written
from alcaide.common.sheets.declared import same
from alcaide.common.trail import Actor, audit, writing
from alcaide.organization.models import CHANGE, Person, Unit
from alcaide.organization.services.following import FOLLOWED, follow, must_not_serve_oneself
from alcaide.organization.services.people import change_person, circle_of, reporting, tell_search

from .finding import may_change

ROOM = "organization"
NowOf = Callable[[Person], Mapping[str, Any]]
FIELDS = ("hr_number", "name", "email", "title", "kind", "place", "unit", "manager", "joined_on", "left_on")
# What says who may sign in as whom goes through the service, one by one, which asks for more.
WITH_SIGN_IN = {"name", "email"}


def write(by: str, actor: Actor, outcomes: Sequence[Outcome], _context: Context) -> list[Outcome]:
    """Add and change people in bulk; the trail has the chunk's line, the import each row's before and after."""
    versions = _held(outcomes)
    kept = {each.number: _allowed(actor, each, versions=versions) for each in outcomes}
    singly = {n: kept.pop(n) for n, each in list(kept.items()) if _touches_sign_in(each)}
    managers = _managers(by, kept)
    moved = {each.held[0].pk: each.held[0].unit for each in kept.values() if "unit" in each.after and each.held[0]}
    people = {each.number: _new(each) for each in kept.values() if each.kind == "added"}
    Person.objects.bulk_create(people.values(), batch_size=500)
    fresh = {same(getattr(person, by)): person for person in people.values()}
    for number, each in kept.items():
        if each.kind == "changed":
            people[number] = _set(each)
        if number in managers and each.kind != "refused":
            wanted = managers[number]
            people[number].manager = fresh[wanted] if isinstance(wanted, str) else wanted
    changed = [people[each.number] for each in kept.values() if each.kind == "changed"]
    # Only what some row changes is written: all fields of 20,000 movers took three times as long.
    touched = {name for each in kept.values() if each.kind == "changed" for name in each.after}
    Person.objects.bulk_update(changed, [*sorted(touched), "version", "changed_at"], batch_size=300)
    managed = [people[n] for n, each in kept.items() if each.kind == "added" and people[n].manager_id]
    Person.objects.bulk_update(managed, ["manager"], batch_size=500)
    tell_search(*people.values())
    if touched & FOLLOWED:
        follow(actor, [person for person in changed if person.user_id], moved=moved)
    note_change(ROOM, "organization.people")
    for n, each in singly.items():
        kept[n] = _written_singly(by, actor, each)
    return [
        kept[each.number]
        if kept[each.number].kind == "refused" or each.number in singly
        else kept[each.number].written(people[each.number].subject, people[each.number].version)
        for each in outcomes
    ]


def judge(
    now_of: Callable[[Person], Mapping[str, Any]], actor: Actor, written: Sequence[Written], _context: Context
) -> list[Undone]:
    """Say what an undo would do: an added person goes where nothing hangs on them, others get back what they had."""
    rows = Person.objects.filter(uid__in=[each.subject.partition(":")[2] for each in written])
    held = {row.subject: row for row in rows.select_related("unit", "manager", "user")}
    used = _in_use([row.pk for row in held.values()])
    return [_judged(now_of, actor, each, found=held.get(each.subject), used=used) for each in written]


def take_back(actor: Actor, undone: Sequence[Undone], _context: Context) -> None:
    """Remove who was added, and put back what was changed or ended."""
    gone = [each.held for each in undone if each.row.kind == "added"]
    for person in gone:
        require(actor, CHANGE, unit_id=person.unit_id)
        search.forget(person.subject)
    if gone:
        audit(actor, "remove_people", subject="organization.people:import", after={"people": len(gone)})
    purging.remove(actor, gone, why="The import that added them was undone")
    back = [each for each in undone if each.row.kind != "added"]
    for each in back:
        require(actor, CHANGE, unit_id=each.held.unit_id)
        for name, value in each.restore.items():
            _put(each.held, name, value)
        each.held.version += 1
        each.held.changed_at = timezone.now()
    Person.objects.bulk_update([each.held for each in back], [*FIELDS, "version", "changed_at"], batch_size=300)
    tell_search(*(each.held for each in back))


def _held(outcomes: Sequence[Outcome]) -> dict[int, int]:
    """Hold the rows that change until the chunk's write ends, and return their versions."""
    keys = [each.held[0].pk for each in outcomes if each.kind == "changed"]
    return dict(Person.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk", "version"))


def _allowed(actor: Actor, outcome: Outcome, *, versions: Mapping[int, int]) -> Outcome:
    """Ask the permission again, and whether the row still stands as it was compared."""
    found, values = outcome.held
    units = {found.unit_id} if found else set()
    if "unit" in values:
        units.add(values["unit"].pk)
    if not all(may_change(actor, unit) for unit in units):
        return outcome.refused(_("You may not change people of this unit."), "unit")
    if found is not None:
        try:
            must_not_serve_oneself(actor, found, fields=outcome.after)
        except Refused as fault:
            return outcome.refused(str(fault))
    if found is not None and versions.get(found.pk) != outcome.version:
        return outcome.refused(_("Somebody changed this person just now. Bring the row in again."))
    return outcome


def _touches_sign_in(outcome: Outcome) -> bool:
    found = outcome.held[0] if outcome.held else None
    has_user = found is not None and found.user_id is not None
    return outcome.kind == "changed" and has_user and bool(WITH_SIGN_IN & set(outcome.after))


def _written_singly(by: str, actor: Actor, outcome: Outcome) -> Outcome:
    """Write a row through the service, which carries name and address to the sign-in and asks for more."""
    found, values = outcome.held
    changed = {name: values[name] for name in outcome.after}
    if changed.get("manager"):
        changed["manager"] = Person.objects.filter(**{by: _shape(by, changed["manager"])}).first()
    try:
        with writing():
            person = change_person(actor, found, opened_version=outcome.version, **changed)
    except (ValidationError, LostUpdate, Refused) as fault:
        return outcome.refused(" ".join(fault.messages) if isinstance(fault, ValidationError) else str(fault))
    return outcome.written(person.subject, person.version)


def _new(outcome: Outcome) -> Person:
    values = outcome.held[1]
    return Person(**{name: value for name, value in values.items() if name != "manager" and value is not None})


def _set(outcome: Outcome) -> Person:
    person, values = outcome.held
    for name in outcome.after:
        if name != "manager":
            setattr(person, name, values[name])
    person.version += 1
    person.changed_at = timezone.now()
    found: Person = person
    return found


def _managers(by: str, kept: dict[int, Outcome]) -> dict[int, Person | str | None]:
    """Return each row's manager: somebody who stands here, or the name of a row of this chunk that joins before it.

    A row whose manager is nobody, or would close a circle, is refused before anything is written.
    """
    wanted = {n: each.held[1]["manager"] for n, each in kept.items() if each.held and "manager" in each.after}
    texts = [_shape(by, text) for text in wanted.values() if text]
    here = {same(getattr(row, by)): row for row in Person.objects.filter(**{f"{by}__in": texts})}
    reports_to = reporting() if wanted else {}
    joins: set[str] = set()
    found: dict[int, Person | str | None] = {}
    for number, outcome in list(kept.items()):
        text = same(wanted.get(number) or "")
        manager = here.get(text)
        pk = outcome.held[0].pk if outcome.kind == "changed" else 0
        if text and manager is None and text not in joins:
            kept[number] = outcome.refused(_("The row of whom they report to was refused."), "manager")
        elif manager is not None and pk and circle_of(pk, manager.pk, reports_to=reports_to):
            kept[number] = outcome.refused(_("They would report to somebody who reports to them."), "manager")
        elif number in wanted:
            found[number] = manager or text or None
            if pk and manager is not None:
                reports_to[pk] = manager.pk
            elif pk:
                reports_to.pop(pk, None)
        if kept[number].kind == "added":
            joins.add(same(outcome.held[1][by]))
    return found


def _shape(by: str, text: str) -> str:
    return " ".join(text.split()).upper() if by == "hr_number" else text.strip().lower()


def _judged(now_of: NowOf, actor: Actor, written: Written, *, found: Person | None, used: set[int]) -> Undone:
    if found is not None and not may_change(actor, found.unit_id):
        return Undone(written, "left", _("You may not change people of the unit."))
    if written.kind == "added" and found is not None and (found.user_id or found.pk in used):
        return Undone(written, "left", _("Other things hang on this person by now; write the day of leaving instead."))
    return sheets.judged(written, found, is_now=now_of(found) if found else {}, held=found)


def _in_use(people: Sequence[int]) -> set[int]:
    """Return those whom other rows of the house name, whatever room they are of. One query for each relation."""
    used: set[int] = set()
    for relation in Person._meta.related_objects:
        other: type[Model] = relation.related_model  # type: ignore[assignment]  # no relation here is to “self” as text
        if other is Person:
            continue
        name = relation.field.name
        used |= set(other._base_manager.filter(**{f"{name}__in": people}).values_list(f"{name}_id", flat=True))
    return used


def _put(person: Person, name: str, value: Any) -> None:
    if name == "unit":
        person.unit = Unit.objects.get(pk=value["pk"])
    elif name == "manager":
        person.manager = Person.objects.filter(pk=value["pk"]).first() if value else None
    else:
        field: Any = Person._meta.get_field(name)
        setattr(person, name, field.to_python(value) if value is not None else ("" if not field.null else None))
