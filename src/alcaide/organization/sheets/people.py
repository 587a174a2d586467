"""Sheets of people: who joined, moved and left, by HR number or by e-mail address."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alcaide.common.models import SheetImport
from alcaide.common.sheets import Context, Outcome, Sheet, SheetColumn, SheetRow, Snapshot, compared, named
from alcaide.common.sheets.declared import same
from alcaide.common.trail import Actor
from alcaide.intake.sheets import BadCell, choice, day, lookup, text
from alcaide.organization.models import CHANGE, Person
from alcaide.organization.queries import MOST_ENDED, MOST_SHARE, ended_paths, people_named, waits_for_second

from . import ending, writing
from .finding import address, may_change, units

NUMBER, EMAIL = "hr_number", "email"
TEXTS = (NUMBER, "name", EMAIL, "title", "kind", "place")
COLUMNS = (*TEXTS, "unit", "manager", "joined_on", "left_on")


@dataclass(frozen=True)
class Standing:
    """The people that a chunk's rows may mean, read with a fixed number of queries."""

    by: str
    by_number: Mapping[str, Person]
    by_email: Mapping[str, Person]
    managers: Mapping[str, Person]
    named: Mapping[str, Any]
    """Whom other texts name as a manager: a person, or a BadCell where two are called so."""
    ended: tuple[str, ...] = ()
    """The paths of units whose last day is over."""

    def of(self, values: Mapping[str, Any]) -> Person | None:
        """Return whom a row means: by HR number; a row's address counts only for who has no number yet."""
        if self.by == EMAIL:
            return self.by_email.get(values[EMAIL])
        found = self.by_number.get(values[NUMBER])
        same_address = self.by_email.get(values.get(EMAIL) or "")
        return found or (same_address if same_address is not None and not same_address.hr_number else None)


def compare(by: str, actor: Actor, rows: Sequence[SheetRow], context: Context) -> list[Outcome]:
    """Say what would become of each row."""
    cleaned = [_values(row) for row in rows]
    standing = _standing(by, cleaned, actor=actor)
    for values in cleaned:
        wanted = values.get("manager")
        if wanted and not context.holds(wanted) and isinstance(standing.named.get(wanted), Person):
            values["manager"] = getattr(standing.named[wanted], by)
    standing = replace(standing, managers={**standing.managers, **_standing_so(by, standing.named)})
    is_whole = _is_whole(context)
    seen: dict[tuple[str, str], int] = {}
    outcomes = []
    for row, values in zip(rows, cleaned, strict=True):
        outcome = _outcome(actor, row, values, standing=standing, context=context, is_whole=is_whole)
        for key in (EMAIL, NUMBER):
            said = values.get(key)
            if said and outcome.kind != "refused" and seen.setdefault((key, said), row.number) != row.number:
                outcome = outcome.refused(_("Row %(n)s has the same, too.") % {"n": seen[key, said]}, key)
        outcomes.append(outcome)
    return outcomes


def _values(row: SheetRow) -> dict[str, Any]:
    values = dict(row.values)
    if values.get(NUMBER):
        values[NUMBER] = " ".join(values[NUMBER].split()).upper()
    for key in TEXTS:
        if key in values and values[key] is None:
            values[key] = ""
    return values


def _standing(by: str, rows: Sequence[Mapping[str, Any]], *, actor: Actor) -> Standing:
    numbers = {values[NUMBER] for values in rows if values.get(NUMBER)}
    mails = {values[EMAIL] for values in rows if values.get(EMAIL)}
    named_so = {each for values in rows if (each := values.get("manager"))}
    wanted = Person.objects.select_related("unit", "manager", "user")
    by_number = {row.hr_number: row for row in wanted.filter(hr_number__in=numbers)}
    by_email = {row.email: row for row in wanted.filter(email__in=mails)}
    if by == EMAIL:
        managers = Person.objects.filter(email__in=[each.strip().lower() for each in named_so])
        found = {same(row.email): row for row in managers}
    else:
        managers = Person.objects.filter(hr_number__in=[" ".join(each.split()).upper() for each in named_so])
        found = {same(row.hr_number): row for row in managers}
    other = [text for text in named_so if same(text) not in found]
    return Standing(by, by_number, by_email, found, _by_name(by, other, actor=actor), ended_paths())


def _by_name(by: str, texts: Sequence[str], *, actor: Actor) -> Mapping[str, Any]:
    """Return whom names mean: somebody whom the actor sees and who has what the sheet knows people by."""
    return people_named(Person.objects.visible_to(actor).exclude(**{by: ""}), texts) if texts else {}


def _standing_so(by: str, named: Mapping[str, Any]) -> dict[str, Person]:
    return {same(getattr(each, by)): each for each in named.values() if isinstance(each, Person)}


def _is_whole(context: Context) -> bool:
    uid = context.subject.partition(":")[2]
    return SheetImport.objects.filter(uid=uid, ends_missing=True).exists() if uid else False


def _outcome(
    actor: Actor, row: SheetRow, values: dict[str, Any], *, standing: Standing, context: Context, is_whole: bool
) -> Outcome:
    found = standing.of(values)
    outcome = Outcome(row.number, "refused", values.get("name") or (found.name if found else ""))
    for column, words in _faults(actor, values, found, standing=standing, context=context):
        outcome = outcome.refused(words, column)
    if outcome.faults:
        return outcome
    if found is not None and _comes_back(values, found, is_whole=is_whole):
        values["left_on"] = None
    becomes = {key: value for key, value in values.items() if key not in {"unit", "manager"}}
    if "unit" in values:
        becomes["unit"] = named(values["unit"])
    if "manager" in values:
        becomes["manager"] = _manager(values["manager"], standing)
    is_now = now_of(found) if found else {}
    made = compared(row, found, name=outcome.name, is_now=is_now, becomes=becomes, held=(found, values))
    if made.kind == "added":
        made = replace(made, after={key: value for key, value in made.after.items() if value not in ("", None)})
    return made


def _faults(
    actor: Actor, values: Mapping[str, Any], found: Person | None, *, standing: Standing, context: Context
) -> Iterator[tuple[str, str]]:
    """Walk what is wrong with a row: the column and the words."""
    if found is None:
        for key in ("name", "unit"):
            if not values.get(key):
                yield key, _("A new person needs this.")
    elif "name" in values and not values["name"]:
        yield "name", _("Nobody is without a name.")
    yield from _unit_faults(actor, values, found, ended=standing.ended)
    yield from _taken(values, found, standing=standing)
    joined = values.get("joined_on", found.joined_on if found else None)
    left = values.get("left_on")
    if joined and left and left < joined:
        yield "left_on", _("Nobody leaves before joining: one of the two dates is wrong.")
    yield from _manager_faults(values, found, standing=standing, context=context)


def _unit_faults(
    actor: Actor, values: Mapping[str, Any], found: Person | None, *, ended: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    if found is not None and not may_change(actor, found.unit_id):
        yield "", _("You may not change people of the unit in which this person stands.")
    unit = values.get("unit")
    if unit is not None and (found is None or found.unit_id != unit.pk):
        if not may_change(actor, unit.pk):
            yield "unit", _("You may not change people of this unit.")
        elif unit.path.startswith(ended):
            yield "unit", _("%(name)s has ended; choose a unit that goes on.") % {"name": unit.name}


def _taken(values: Mapping[str, Any], found: Person | None, *, standing: Standing) -> Iterator[tuple[str, str]]:
    """Walk what the row wants and somebody else has; names are told only to whom the list may be changed by."""
    for key, held in ((EMAIL, standing.by_email), (NUMBER, standing.by_number)):
        holder = held.get(values.get(key) or "")
        if holder is not None and holder != found:
            words = _("Somebody else has this address.") if key == EMAIL else _("Somebody else has this HR number.")
            yield key, words


def _manager_faults(
    values: Mapping[str, Any], found: Person | None, *, standing: Standing, context: Context
) -> Iterator[tuple[str, str]]:
    wanted = values.get("manager")
    if not wanted:
        return
    manager = standing.managers.get(same(wanted))
    doubled = standing.named.get(wanted)
    if manager is None and not context.holds(wanted) and isinstance(doubled, BadCell):
        yield "manager", str(doubled)
    elif manager is None and not context.holds(wanted):
        yield "manager", _("Nobody here or in the file has “%(text)s”.") % {"text": wanted}
    elif same(wanted) == same(values[standing.by]) or (found is not None and manager == found):
        yield "manager", _("Nobody reports to themselves.")


def _comes_back(values: Mapping[str, Any], found: Person, *, is_whole: bool) -> bool:
    """Tell whether a row rehires: who left stands in it without a day of leaving, and it says when they joined again.

    In a whole list standing there is enough; in a part of one the new day of joining must be said.
    """
    if found.left_on is None or found.left_on >= timezone.localdate() or values.get("left_on"):
        return False
    joined = values.get("joined_on")
    return is_whole or (joined is not None and joined > found.left_on)


def _manager(wanted: str | None, standing: Standing) -> dict[str, Any] | None:
    if not wanted:
        return None
    found = standing.managers.get(same(wanted))
    return named(found) if found else {"words": wanted, "subject": f"file:{same(wanted)}", "pk": None}


def now_of(person: Person) -> dict[str, Any]:
    """Return how a person stands, by column, as a sheet compares it."""
    held = {key: getattr(person, key) for key in COLUMNS}
    return {**held, "unit": named(person.unit), "manager": named(person.manager)}


def _columns(by: str) -> tuple[SheetColumn, ...]:
    is_number = by == NUMBER
    who = lazy("HR number or name of the manager") if is_number else lazy("E-mail or name of the manager")
    number = SheetColumn(
        NUMBER, lazy("HR number"), text(most=40), required=is_number, example="10042",
        also=("employee number", "employee id", "personnel number", "staff number", "worker id"),
    )  # fmt: skip
    mail = SheetColumn(
        EMAIL, lazy("E-mail"), address(), required=not is_number, empty="clear", example="nuria.vidal@almena.example",
        also=("email address", "mail", "work email"),
    )  # fmt: skip
    return (
        *((number, mail) if is_number else (mail, number)),
        SheetColumn("name", lazy("Name"), text(most=200), also=("full name", "person"), example="Núria Vidal",
                    help=lazy("A new person needs it.")),
        SheetColumn("unit", lazy("Unit"), lookup(units, words="the name of a unit"), example="Madrid head office",
                    also=("department", "cost centre", "business unit"), help=lazy("A new person needs it.")),
        SheetColumn("title", lazy("Title"), text(most=200), also=("job title", "position"), example="Purchasing"),
        SheetColumn("manager", lazy("Reports to"), text(most=254), empty="clear", help=who,
                    also=("manager", "supervisor", "manager id", "manager email")),
        SheetColumn("kind", lazy("Kind"), choice(Person.KINDS, also={"permanent": "employee", "temp": "agency",
                    "external": "contractor"}), also=("contract", "worker type"), example="Employee"),
        SheetColumn("place", lazy("Place of work"), text(most=200), empty="clear", also=("site", "location")),
        SheetColumn("joined_on", lazy("Joined"), day(), also=("start date", "hire date", "from")),
        SheetColumn("left_on", lazy("Leaves"), day(), also=("left", "end date", "last day", "leaving date", "until"),
                    help=lazy("The last day of work here.")),
    )  # fmt: skip


def _sheet(by: str, key: str, label: Any, *, about: Any) -> Sheet:
    return Sheet(
        key=key, label=label, about=about, permission=CHANGE, list_url="people", identity=(by,), order_by="manager",
        columns=_columns(by), compare=partial(compare, by), write=partial(writing.write, by),
        judge=partial(writing.judge, now_of), take_back=writing.take_back,
        snapshot=Snapshot(
            words=lazy("Who works here and is not in the file leaves today; roles and sign-in end tomorrow."),
            standing=partial(ending.standing, by), end=ending.end, things=lazy("people"),
            moves=("unit", "title", "manager"), most=MOST_ENDED, most_share=MOST_SHARE, second=waits_for_second,
        ),
    )  # fmt: skip


BY_NUMBER = _sheet(
    NUMBER, "organization.people", lazy("People, by HR number"),
    about=lazy("Joiners, movers and leavers from the personnel system. A changed address follows the HR number."),
)  # fmt: skip
BY_EMAIL = _sheet(
    EMAIL, "organization.people-by-email", lazy("People, by e-mail address"),
    about=lazy("For a list without HR numbers. A changed address is a new person here: prefer HR numbers."),
)  # fmt: skip
