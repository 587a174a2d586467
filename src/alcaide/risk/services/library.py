"""Writes that begin from the libraries: a scenario into the register, a measure proposed. Each figure is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from alcaide.common.models import User
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, audit, write
from alcaide.controls.models import Measure
from alcaide.controls.services import propose
from alcaide.organization.models import Unit
from alcaide.organization.queries import the_organization
from alcaide.risk.models import ESTIMATE, Scenario, Taken

from .scenarios import add_scenario, estimate, set_effect
from .ties import add_part

FOLLOW_KINDS = ("stop", "response", "replacement", "penalty", "trust", "edge", "people")


@dataclass(frozen=True)
class GivenRange:
    """A range that somebody confirmed: a loss in minor units, everything else as it is."""

    low: float
    high: float
    basis: str
    source: str
    observations: float = 2.0


@dataclass(frozen=True)
class GivenEffect:
    """What a measure leaves of a scenario's frequency, as somebody confirmed it."""

    scenario: Scenario
    low: float
    high: float
    basis: str
    source: str


@dataclass(frozen=True)
class From:
    """The library row that something begins from: its key, its edition, and all it said."""

    key: str
    edition: str
    content: Mapping[str, Any]


@write
def take_scenario(
    actor: Actor, row: From, *, unit: Unit, name: str, ranges: Mapping[str, GivenRange], again: bool = False
) -> Scenario:
    """Take a scenario of the library into the register, with the ranges that were confirmed and its bow-tie.

    Who estimates in the unit may. Refused: the same row twice in one unit, unless that is meant.
    """
    require(actor, ESTIMATE, unit_id=unit.pk)
    held = Taken.objects.filter(key=row.key, unit=unit, scenario__retired_at__isnull=True, scenario__isnull=False)
    if not again and (before := held.select_related("scenario").first()):
        raise ValidationError(
            _("“%(scenario)s” of this unit began from it already. Say that you mean it twice.")
            % {"scenario": before.scenario}
        )
    said = row.content
    made = add_scenario(actor, name=name, area=said["area"], unit=unit, story=said["story"])
    for what, each in ranges.items():
        estimate(
            actor, made, what=what, low=each.low, high=each.high, basis=each.basis, source=each.source,
            observations=each.observations,
        )  # fmt: skip
    for words in said["causes"]:
        add_part(actor, made, side="cause", words=words, source=row.key)
    add_part(actor, made, side="event", words=said["event"], source=row.key)
    for kind, words in said["follows"]:
        add_part(
            actor, made, side="consequence", words=words, kind=kind if kind in FOLLOW_KINDS else "", source=row.key
        )
    _keep(actor, row, unit, scenario=made)
    return made


@write
def propose_from(
    actor: Actor,
    row: From,
    *,
    unit: Unit,
    name: str,
    cost: tuple[int, str],
    hours: float,
    effects: Sequence[GivenEffect],
    again: bool = False,
) -> Measure:
    """Propose a measure of the library with the cost and the effects that were confirmed.

    cost: cash a year in minor units, and where it comes from. Who changes measures of the unit may, and who estimates
    the scenarios. Refused: the same row twice in one unit, unless that is meant.
    """
    held = Taken.objects.filter(key=row.key, unit=unit, measure__isnull=False).exclude(measure__state="dropped")
    if not again and (before := held.select_related("measure").first()):
        raise ValidationError(
            _("“%(measure)s” of this unit began from it already. Say that you mean it twice.")
            % {"measure": before.measure}
        )
    minor, source = cost
    made = propose(
        actor, name=name, area=row.content["area"], unit=unit, cost_minor=minor, currency=the_organization().currency,
        cost_source=source, effort_hours=hours, what=row.content["what"],
    )  # fmt: skip
    for each in effects:
        set_effect(
            actor, measure=made, scenario=each.scenario, left_low=each.low, left_high=each.high, basis=each.basis,
            source=each.source,
        )  # fmt: skip
    _keep(actor, row, unit, measure=made)
    return made


def _keep(actor: Actor, row: From, unit: Unit, **made: Any) -> Taken:
    taken = Taken.objects.create(
        key=row.key, edition=row.edition, content=dict(row.content), unit=unit,
        taken_by=actor if isinstance(actor, User) else None, **made,
    )  # fmt: skip
    [subject] = [each.subject for each in made.values()]
    audit(actor, "take_from_the_library", subject=subject, after={"key": row.key, "edition": row.edition})
    return taken
