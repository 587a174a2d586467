"""How a sheet's texts find units, people, places and assets, among what the actor sees."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from alcaide.assets.models import CHANGE, SEE, Asset, Place
from alcaide.assets.queries import asset_words
from alcaide.common.models import LostUpdate
from alcaide.common.permissions import Refused, scope_of
from alcaide.common.sheets import Outcome
from alcaide.common.sheets.naming import by_name, folded
from alcaide.common.trail import Actor, System, writing
from alcaide.organization.models import Person, Unit
from alcaide.organization.queries import people_named, units_named


def units(actor: Actor, texts: Sequence[str]) -> Mapping[str, Any]:
    """Find units by name, or by “name, unit above” where several bear the name."""
    rows = Unit.objects.all()
    if not isinstance(actor, System):
        rows = rows.filter(pk__in=scope_of(actor).units_for(SEE))
    return units_named(rows, texts)


def people(actor: Actor, texts: Sequence[str]) -> Mapping[str, Any]:
    """Find people by e-mail address, HR number or name."""
    return people_named(Person.objects.visible_to(actor), texts)


def places(actor: Actor, texts: Sequence[str]) -> Mapping[str, Any]:
    """Find places by name, or by “place, where it stands in” where several bear the name."""
    rows = list(Place.objects.all().visible_to(actor).select_related("parent"))
    inside = [row for row in rows if row.parent]
    return {**by_name(rows, texts), **by_name(inside, texts, name_of=lambda row: f"{row.name}, {row.parent.name}")}


def assets(actor: Actor, texts: Sequence[str]) -> Mapping[str, Any]:
    """Find assets in use by name, or by “name · unit” where several bear it."""
    names = {each.rpartition(" · ")[0] or each for each in texts} | set(texts)
    rows = Asset.objects.filter(retired_at__isnull=True).visible_to(actor).select_related("unit")
    # Names are found as they are written first; only what is not found so is worth a look at every name.
    hits = list(rows.filter(name__in=names))
    missing = {folded(name) for name in names} - {folded(row.name) for row in hits}
    if missing:
        hits += [row for row in rows.exclude(name__in=names) if folded(row.name) in missing]
    return {**by_name(hits, texts), **by_name(hits, texts, name_of=asset_words)}


def may_change(actor: Actor, unit_id: int) -> bool:
    """Tell whether the actor may change assets of a unit."""
    return isinstance(actor, System) or scope_of(actor).allows(CHANGE, unit_id)


def tried(outcome: Outcome, verb: Callable[[], Any]) -> Outcome:
    """Run one row's write; what a service refuses becomes the row's refusal and leaves nothing behind."""
    try:
        with writing():
            made = verb()
    except (ValidationError, LostUpdate, Refused) as fault:
        return outcome.refused(" ".join(fault.messages) if isinstance(fault, ValidationError) else str(fault))
    return outcome.written(made.subject, made.version)
