"""The rows of the libraries: scenarios with their ranges, measures with what they ask and leave."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alcaide.risk.grounds import Growth, Published, Range, rounded

ONE, SITE, HEADS, VEHICLE = "organization", "site", "1,000 employees", "vehicle"
CONFIDENCES = ("low", "medium", "high")


@dataclass(frozen=True)
class LibraryScenario:
    """One scenario of the library: its story, its wide ranges, what they rest on, and its bow-tie."""

    key: str
    name: str
    story: str
    area: str
    tags: tuple[str, ...]
    frequency: Range
    """Events a year per `per`, 90 % range."""
    per: str
    basis: str
    source: str
    licence: str
    confidence: str
    loss: Range
    """Whole units of `currency` each time, 90 % range."""
    loss_basis: str
    loss_source: str
    loss_confidence: str
    event: str
    causes: tuple[str, ...]
    follows: tuple[tuple[str, str], ...]
    currency: str
    year: int
    version: str
    harm: Range | None = None
    safety: bool = False
    frequency_from: Published | None = None
    loss_from: Published | None = None
    loss_grows: Growth | None = None

    @property
    def least_confidence(self) -> str:
        """The lower of how far frequency and loss are trusted."""
        return min(self.confidence, self.loss_confidence, key=CONFIDENCES.index)

    @property
    def is_published(self) -> bool:
        """Whether one of its ranges follows from a published figure."""
        return bool(self.frequency_from or self.loss_from)


@dataclass(frozen=True)
class LibraryEffect:
    """What a measure leaves of scenarios with a tag: a share of how often, or of how much each time."""

    to: str
    on: str
    left: Range
    basis: str
    source: str
    left_from: Published | None = None


@dataclass(frozen=True)
class LibraryMeasure:
    """One measure of the library: what it does, asks and leaves, and how one sees that it works."""

    key: str
    name: str
    what: str
    area: str
    purchase: Range
    yearly: Range
    per: str
    years: int
    hours: Range
    cost_basis: str
    cost_source: str
    effects: tuple[LibraryEffect, ...]
    test: str
    currency: str
    year: int
    version: str
    needs: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    safety: bool = False
    yearly_from: Published | None = None

    @property
    def is_published(self) -> bool:
        """Whether its cost or one of its effects follows from a published figure."""
        return bool(self.yearly_from or any(each.left_from for each in self.effects))

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of scenarios that it touches."""
        return tuple(dict.fromkeys(each.to for each in self.effects))

    @property
    def cash(self) -> Range:
        """Cash a year per `per`, with three digits: running cost plus the purchase spread over its years."""
        low, high = (once / self.years + a_year for once, a_year in zip(self.purchase, self.yearly, strict=True))
        return rounded(low, 3), rounded(high, 3)


Item = LibraryScenario | LibraryMeasure


@dataclass(frozen=True)
class Library:
    """Everything that the content files hold, by key."""

    scenarios: Mapping[str, LibraryScenario] = field(default_factory=dict)
    measures: Mapping[str, LibraryMeasure] = field(default_factory=dict)

    def measures_for(self, scenario: LibraryScenario) -> list[LibraryMeasure]:
        """Return the measures that touch a scenario."""
        return [each for each in self.measures.values() if set(each.tags) & set(scenario.tags)]

    def scenarios_for(self, measure: LibraryMeasure) -> list[LibraryScenario]:
        """Return the scenarios that a measure touches."""
        return [each for each in self.scenarios.values() if set(each.tags) & set(measure.tags)]
