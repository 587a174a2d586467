"""Writes of a bow-tie: its lines in their order, and the measures on each."""

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from alcaide.common import purging
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, audit, write
from alcaide.controls.models import Measure
from alcaide.risk.models import ESTIMATE, Scenario, TieMeasure, TiePart

MOST_LINES = 30
MOST_MEASURES = 12


@write
def add_part(actor: Actor, scenario: Scenario, *, side: str, words: str, kind: str = "", source: str = "") -> TiePart:
    """Add a line at the end of its side; the top event is replaced. Who estimates in the unit may."""
    require(actor, ESTIMATE, unit_id=scenario.unit_id)
    _must_be_in_use(scenario)
    if side == "event" and (event := scenario.tie.filter(side="event").first()):
        return change_part(actor, event, opened_version=event.version, words=words)
    own = scenario.tie.filter(side=side)
    if own.count() >= MOST_LINES:
        raise ValidationError(
            _("%(most_lines)s lines are more than anybody reads. Put some of them together.")
            % {"most_lines": MOST_LINES}
        )
    place = (own.aggregate(last=Max("place"))["last"] or 0) + 1
    part = TiePart(scenario=scenario, side=side, words=words.strip(), kind=kind, place=place, source=source)
    part.full_clean()
    part.save()
    audit(
        actor,
        "add_to_the_bow_tie",
        subject=scenario.subject,
        after={"part": part.subject, "side": side, "words": words},
    )
    return part


@write
def change_part(actor: Actor, part: TiePart, *, opened_version: int, words: str, kind: str | None = None) -> TiePart:
    """Change the words of a line, and the kind of what follows. Raises LostUpdate."""
    require(actor, ESTIMATE, unit_id=part.scenario.unit_id)
    before = {"words": part.words, "kind": part.kind}
    part.words, part.kind = words.strip(), part.kind if kind is None else kind
    part.full_clean()
    part.save_version(opened_version=opened_version, fields=["words", "kind"])
    audit(
        actor, "change_the_bow_tie", subject=part.scenario.subject, before=before,
        after={"words": part.words, "kind": part.kind},
    )  # fmt: skip
    return part


@write
def move_part(actor: Actor, part: TiePart, *, up: bool) -> None:
    """Change places with the line above, or below; at the edge nothing happens."""
    require(actor, ESTIMATE, unit_id=part.scenario.unit_id)
    lines = list(part.scenario.tie.select_for_update().filter(side=part.side))
    at = next(place for place, each in enumerate(lines) if each.pk == part.pk)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(lines):
        return
    lines[at], lines[to] = lines[to], lines[at]
    for place, each in enumerate(lines, 1):
        each.place = place
    TiePart.objects.bulk_update(lines, ["place"])
    audit(actor, "move_in_the_bow_tie", subject=part.scenario.subject, after={"part": part.subject, "place": to + 1})


@write
def remove_part(actor: Actor, part: TiePart) -> None:
    """Take a line away, with the measures on it; the measures themselves stay."""
    require(actor, ESTIMATE, unit_id=part.scenario.unit_id)
    before = {"part": part.subject, "side": part.side, "words": part.words}
    purging.remove(actor, part, why="Taken from the bow-tie")
    audit(actor, "take_from_the_bow_tie", subject=part.scenario.subject, before=before)


@write
def place_measure(actor: Actor, part: TiePart, *, measure: Measure) -> TieMeasure:
    """Put a measure on a line: before the event it prevents, after it it limits. The figure does not change by it."""
    require(actor, ESTIMATE, unit_id=part.scenario.unit_id)
    _must_be_in_use(part.scenario)
    if part.side == "event":
        raise ValidationError(_("A measure stands on a way in, or on what follows; not on the event itself."))
    if not Measure.objects.visible_to(actor).exclude(state="dropped").filter(pk=measure.pk).exists():
        raise ValidationError(_("This measure was dropped, or is not yours to see."))
    if part.measures.filter(measure=measure).exists():
        raise ValidationError(_("“%(name)s” stands on this line already.") % {"name": measure.name})
    if part.measures.count() >= MOST_MEASURES:
        raise ValidationError(_("At most %(most_measures)s measures on one line.") % {"most_measures": MOST_MEASURES})
    place = (part.measures.aggregate(last=Max("place"))["last"] or 0) + 1
    made = TieMeasure.objects.create(part=part, measure=measure, place=place)
    audit(
        actor, "put_on_the_bow_tie", subject=part.scenario.subject,
        after={"measure": measure.subject, "words": part.words},
    )  # fmt: skip
    return made


@write
def take_measure_off(actor: Actor, placed: TieMeasure) -> None:
    """Take a measure off a line."""
    scenario = placed.part.scenario
    require(actor, ESTIMATE, unit_id=scenario.unit_id)
    before = {"measure": placed.measure.subject, "words": placed.part.words}
    purging.remove(actor, placed, why="Taken off the bow-tie")
    audit(actor, "take_off_the_bow_tie", subject=scenario.subject, before=before)


def _must_be_in_use(scenario: Scenario) -> None:
    if scenario.retired_at is not None:
        raise ValidationError(_("“%(name)s” is retired, so nothing can be added to it.") % {"name": scenario.name})
