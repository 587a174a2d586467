"""The bow-tie of a scenario as it is read: ways in, the event, what follows, the measures on each line."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from alcaide.controls.models import Measure
from alcaide.risk.models import Effect, Scenario, TieMeasure, TiePart

from .scenarios import effects_in_force, estimates_in_force


@dataclass(frozen=True)
class Guard:
    """A measure on a line, or on all ways in."""

    measure: Measure
    placed: TieMeasure | None
    effect: Effect | None
    """What it leaves of how often the scenario happens; None where nobody said."""
    prevents: bool

    @property
    def stands(self) -> bool:
        """Whether it is in place."""
        return bool(self.measure.state == "in_place")


@dataclass(frozen=True)
class Line:
    """One line: a row of the table, or one that follows from the scenario itself."""

    words: str
    kind: str
    part: TiePart | None
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True)
class BowTie:
    """All of it, and how many measures on it the user does not see."""

    causes: tuple[Line, ...]
    event: str
    event_part: TiePart | None
    consequences: tuple[Line, ...]
    everywhere: tuple[Guard, ...]
    """Measures that make the scenario rarer and stand on no line of their own."""
    hidden: int

    @property
    def is_empty(self) -> bool:
        """Whether nobody wrote a line yet."""
        return not any(line.part for line in (*self.causes, *self.consequences))


def bow_tie(user: Any, scenario: Scenario) -> BowTie:
    """Return a scenario's bow-tie. The caller has asked who may see the scenario. Five queries."""
    parts = list(scenario.tie.prefetch_related("measures__measure"))
    effects = {each.measure_id: each for each in effects_in_force([scenario.pk])}
    placed = [each for part in parts for each in part.measures.all()]
    wanted = {each.measure_id for each in placed} | effects.keys()
    seen = set(Measure.objects.visible_to(user).filter(pk__in=wanted).values_list("pk", flat=True))
    on_lines = {each.measure_id for each in placed if each.part.side == "cause"}
    lines = {
        side: [_line(part, effects, seen) for part in parts if part.side == side] for side in ("cause", "consequence")
    }
    event = next((part for part in parts if part.side == "event"), None)
    return BowTie(
        causes=(*lines["cause"], *_own_causes(scenario)),
        event=event.words if event else scenario.name,
        event_part=event,
        consequences=(*lines["consequence"], *_own_consequences(scenario, parts)),
        everywhere=tuple(
            Guard(each.measure, None, each, prevents=True)
            for pk, each in effects.items()
            if pk in seen and pk not in on_lines
        ),
        hidden=len(wanted - seen),
    )


def _line(part: TiePart, effects: dict[int, Effect], seen: set[int]) -> Line:
    guards = [
        Guard(each.measure, each, effects.get(each.measure_id), prevents=part.side == "cause")
        for each in part.measures.all()
        if each.measure_id in seen
    ]
    return Line(part.words, str(part.get_kind_display()) if part.kind else "", part, tuple(guards))


def _own_causes(scenario: Scenario) -> list[Line]:
    return [Line(_("Open flaws on assets in reach"), _("counted from scans"), None)] if scenario.through_flaws else []


def _own_consequences(scenario: Scenario, parts: list[TiePart]) -> list[Line]:
    """People harmed stand here as soon as they are estimated, whether or not somebody wrote it."""
    harm = estimates_in_force([scenario.pk]).get(scenario.pk, {}).get("harm")
    if harm is None or not harm.high or any(part.kind == "people" for part in parts):
        return []
    return [Line(_("People harmed"), _("estimated, never money"), None)]
