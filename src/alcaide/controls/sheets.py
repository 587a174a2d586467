"""A sheet of measures: what its columns are, and what an import or its undo does to measures."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alcaide.common import sheets
from alcaide.common.models import LostUpdate
from alcaide.common.money import LARGEST_MINOR, Money, minor_digits
from alcaide.common.permissions import Refused, scope_of
from alcaide.common.sheets import Context, Outcome, Sheet, SheetColumn, SheetRow, Undone, Written, compared, named
from alcaide.common.sheets.naming import folded
from alcaide.common.trail import Actor, System, writing
from alcaide.controls import services
from alcaide.controls.models import CHANGE, Measure
from alcaide.intake.sheets import Amount, BadCell, choice, day, decimal, lookup, money, text, yes_no
from alcaide.organization.models import Person, Unit
from alcaide.organization.queries import people_named, the_organization, units_named

FIELDS = {
    "name": "name", "area": "area", "unit": "unit", "owner": "owner", "what": "what", "cost": "cost_minor",
    "source": "cost_source", "effort": "effort_hours", "mandatory": "mandatory", "why": "mandatory_why",
    "due": "due_on",
}  # fmt: skip


def units(actor: Actor, texts: Sequence[str]) -> Mapping[str, Any]:
    """Find units among those that the actor sees by name, or by “name, unit above” where several bear the name."""
    rows = Unit.objects.all() if isinstance(actor, System) else Unit.objects.filter(pk__in=_seen_units(actor))
    return units_named(rows, texts)


def owners(actor: Actor, texts: Sequence[str]) -> Mapping[str, Any]:
    """Find people by e-mail address, HR number or name among those that the actor sees."""
    return people_named(Person.objects.visible_to(actor), texts)


def compare(actor: Actor, rows: Sequence[SheetRow], _context: Context) -> list[Outcome]:
    """Say what would become of each row."""
    held = Measure.objects.filter(unit__in={row.values["unit"].pk for row in rows}).select_related("unit", "owner")
    standing: dict[tuple[int, str], list[Measure]] = defaultdict(list)
    for each in held:
        standing[each.unit_id, folded(each.name)].append(each)
    return [_outcome(actor, row, standing.get((row.values["unit"].pk, folded(row.values["name"])), [])) for row in rows]


def write(actor: Actor, outcomes: Sequence[Outcome], _context: Context) -> list[Outcome]:
    """Propose and change measures through the services, which tell the trail of each."""
    return [_written(actor, each) for each in outcomes]


def judge(actor: Actor, written: Sequence[Written], _context: Context) -> list[Undone]:
    """Say what an undo would do to each measure."""
    held = _held(written)
    used = _used([each.pk for each in held.values()])
    return [_judged(actor, each, held.get(each.subject), used=used) for each in written]


def take_back(actor: Actor, undone: Sequence[Undone], _context: Context) -> None:
    """Remove the measures that the import proposed, and put back what it changed."""
    for each in undone:
        measure = each.held
        if each.row.kind == "added":
            services.withdraw(actor, measure)
        else:
            values = _field_values(each.restore)
            services.change_measure(actor, measure, opened_version=measure.version, **values)


def _outcome(actor: Actor, row: SheetRow, standing: Sequence[Measure]) -> Outcome:
    exact = [each for each in standing if each.name == row.values["name"]] or standing
    if len(exact) > 1:
        words = _("Several measures of this unit are called so but for case. Write one as it stands in the list.")
        return Outcome(row.number, "refused", row.values["name"]).refused(words, "name")
    return _compared(actor, row, exact[0] if exact else None)


def _compared(actor: Actor, row: SheetRow, found: Measure | None) -> Outcome:
    values = dict(row.values)
    unit, outcome = values["unit"], Outcome(row.number, "refused", values["name"])
    if not _may_change(actor, unit.pk):
        return outcome.refused(_("You may not change measures of this unit."), "unit")
    if found is not None and found.state == "dropped":
        return outcome.refused(_("This measure was dropped. Propose it under another name."), "name")
    lacking = [key for key in ("area", "cost") if found is None and key not in values]
    for key in lacking:
        outcome = outcome.refused(_("A new measure needs this."), key)
    try:
        becomes = {**values, **({"cost": _minor(values["cost"])} if "cost" in values else {})}
    except BadCell as fault:
        outcome = outcome.refused(str(fault), "cost")
        becomes = {}
    why = becomes.get("why", found.mandatory_why if found else "")
    if becomes.get("mandatory", found.mandatory if found else False) and not why:
        outcome = outcome.refused(_("Say which law, contract or decision asks for it."), "why")
    if outcome.faults:
        return outcome
    plain = {**becomes, "unit": named(unit)}
    if "cost" in becomes:
        plain["cost"] = Money(becomes["cost"], the_organization().currency)
    if "owner" in becomes:
        plain["owner"] = named(becomes["owner"])
    if "effort" in becomes:
        plain["effort"] = float(becomes["effort"])
    # Another case of letters names the same measure; the file's spelling does not rename it.
    plain["name"] = found.name if found else becomes["name"]
    held = (found, {**becomes, **({"effort": plain["effort"]} if "effort" in plain else {})})
    return compared(row, found, name=plain["name"], is_now=_now(found) if found else {}, becomes=plain, held=held)


def _written(actor: Actor, outcome: Outcome) -> Outcome:
    found, becomes = outcome.held
    values = {FIELDS[key]: becomes[key] for key in outcome.after}
    try:
        with writing():
            if found is None:
                made = services.propose(actor, currency=the_organization().currency, **values)
            else:
                made = services.change_measure(actor, found, opened_version=outcome.version, **values)
    except (ValidationError, LostUpdate, Refused) as fault:
        return outcome.refused(" ".join(fault.messages) if isinstance(fault, ValidationError) else str(fault))
    return outcome.written(made.subject, made.version)


def _used(ids: Sequence[int]) -> frozenset[int]:
    """Return which measures something else speaks of by now: an effect on a scenario, a rule, a run."""
    found: set[int] = set()
    for relation in Measure._meta.related_objects:
        name = relation.field.name
        rows = relation.related_model._base_manager.filter(**{f"{name}__in": ids})
        found.update(rows.values_list(name, flat=True))
    return frozenset(found)


def _judged(actor: Actor, written: Written, found: Measure | None, *, used: frozenset[int]) -> Undone:
    if found is not None and not _may_change(actor, found.unit_id):
        return Undone(written, "left", _("You may not change measures of its unit."))
    if found is not None and written.kind == "added" and found.state != "proposed":
        return Undone(written, "left", _("It was decided after the import: %(state)s.") % {
            "state": found.get_state_display().lower()
        })  # fmt: skip
    if found is not None and written.kind == "added" and found.pk in used:
        return Undone(written, "left", _("Something was said of it after the import, such as its effect."))
    if found is not None and found.state == "dropped":
        return Undone(written, "left", _("It was dropped after the import."))
    return sheets.judged(written, found, is_now=_now(found) if found else {}, held=found)


def _now(measure: Measure) -> dict[str, Any]:
    values = {key: getattr(measure, field) for key, field in FIELDS.items()}
    return {**values, "cost": measure.cost, "unit": named(measure.unit), "owner": named(measure.owner)}


def _field_values(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain values by column as the services take them by field."""
    values = {FIELDS[key]: value for key, value in plain.items()}
    for field, model in (("unit", Unit), ("owner", Person)):
        if values.get(field) is not None:
            values[field] = model.objects.get(pk=values[field]["pk"])
    if "cost_minor" in values:
        values["cost_minor"] = int(values["cost_minor"]["minor"])
    if values.get("due_on"):
        values["due_on"] = date.fromisoformat(values["due_on"])
    return values


def _held(written: Iterable[Written]) -> dict[str, Measure]:
    uids = [each.subject.partition(":")[2] for each in written]
    return {row.subject: row for row in Measure.objects.filter(uid__in=uids).select_related("unit", "owner")}


def _minor(amount: Amount) -> int:
    """Return a sum in minor units of our currency. Raises BadCell."""
    ours = the_organization().currency
    if amount.currency not in {"", ours}:
        raise BadCell(_("Figures are kept in %(ours)s. Convert the sum first.") % {"ours": ours})
    minor = amount.major.scaleb(minor_digits(ours))
    if minor != minor.to_integral_value() or abs(minor) > LARGEST_MINOR:
        raise BadCell(_("“%(sum)s” has more decimals than %(ours)s has, or is too large.") % {
            "sum": amount.major, "ours": ours
        })  # fmt: skip
    return int(minor)


def _may_change(actor: Actor, unit_id: int) -> bool:
    return isinstance(actor, System) or scope_of(actor).allows(CHANGE, unit_id)


def _seen_units(actor: Any) -> frozenset[int]:
    scope = scope_of(actor)
    return frozenset().union(*scope.units_by_role.values()) if scope.units_by_role else frozenset()


SHEET = Sheet(
    key="controls.measures",
    label=lazy("Measures"),
    about=lazy("What protects, proposed with its cost a year. An import proposes and changes; it adopts nothing."),
    permission=CHANGE,
    list_url="measures",
    identity=("unit", "name"),
    columns=(
        SheetColumn("name", lazy("Measure"), text(most=200), required=True, also=("name", "title", "control"),
                    example="Same-day off-boarding"),
        SheetColumn("unit", lazy("Unit"), lookup(units, words="the name of a unit"), required=True,
                    also=("department", "business unit"), example="Almena Foods"),
        SheetColumn("area", lazy("Area"), choice(Measure.AREAS), also=("domain",),
                    help=lazy("A new measure needs it."), example="People"),
        SheetColumn("cost", lazy("Costs a year"), money(), also=("cost", "annual cost", "cash a year"),
                    help=lazy("Running cost plus the purchase spread over its years. A new measure needs it."),
                    example="12,500"),
        SheetColumn("source", lazy("Where the cost comes from"), text(most=300), also=("cost source",),
                    example="Offer of 4 May"),
        SheetColumn("effort", lazy("Hours"), decimal(least=0), also=("effort", "effort hours"), example="40"),
        SheetColumn("owner", lazy("Who"), lookup(owners, words="an e-mail address, an HR number or a name"),
                    empty="clear", also=("owner", "responsible"), help=lazy("An empty cell means nobody."),
                    example="ines@almena.example"),
        SheetColumn("due", lazy("By"), day(), empty="clear", also=("due", "due date", "stands by"),
                    help=lazy("An empty cell means no date."), example="2027-03-31"),
        SheetColumn("what", lazy("How it works"), text(most=10_000), also=("description",)),
        SheetColumn("mandatory", lazy("Asked for by law or contract"), yes_no(), also=("mandatory", "required"),
                    example="no"),
        SheetColumn("why", lazy("Which one"), text(most=300), also=("mandatory why", "law")),
    ),
    compare=compare,
    write=write,
    judge=judge,
    take_back=take_back,
)  # fmt: skip
