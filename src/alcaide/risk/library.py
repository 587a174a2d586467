"""The libraries of scenarios and measures: data files with a source on each row, read and checked once."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

AREAS = ("digital", "physical", "people")
BASES = ("measured", "sector", "judgement")
ONE, SITE, HEADS = "organization", "site", "1,000 employees"
SCENARIO_PER = (ONE, SITE, HEADS)
MEASURE_PER = (ONE, SITE, "user", "employee", "door", "host", "vehicle", "machine")
CONFIDENCES = ("low", "medium", "high")
FOLLOWS = ("stop", "response", "replacement", "penalty", "trust", "edge", "people")
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
YEAR = re.compile(r"\b(19|20)\d\d\b")

Range = tuple[float, float]


class LibraryFault(ValueError):
    """A row of a library cannot stand; the message names the file, the row, the field and what is wrong."""


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
    event: str
    causes: tuple[str, ...]
    follows: tuple[tuple[str, str], ...]
    currency: str
    year: int
    version: str
    harm: Range | None = None
    safety: bool = False


@dataclass(frozen=True)
class LibraryEffect:
    """What a measure leaves of scenarios with a tag: a share of how often, or of how much each time."""

    to: str
    on: str
    left: Range
    basis: str
    source: str


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

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of scenarios that it touches."""
        return tuple(dict.fromkeys(each.to for each in self.effects))

    @property
    def cash(self) -> Range:
        """Cash a year per `per`: running cost plus the purchase spread over its years."""
        return self.purchase[0] / self.years + self.yearly[0], self.purchase[1] / self.years + self.yearly[1]


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


@cache
def library() -> Library:
    """Return the libraries that came with this version. Raises LibraryFault."""
    folder = files("alcaide.content").joinpath("library")
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".toml"))
    return read_library((name, folder.joinpath(name).read_text(encoding="utf-8")) for name in names)


def read_library(texts: Iterable[tuple[str, str]]) -> Library:
    """Read content files, each a name and its text, and check every row of them. Raises LibraryFault."""
    scenarios: dict[str, LibraryScenario] = {}
    measures: dict[str, LibraryMeasure] = {}
    for name, text in texts:
        try:
            held = tomllib.loads(text)
        except tomllib.TOMLDecodeError as fault:
            raise LibraryFault(f"{name}: {fault}") from fault
        common = {each: _said(held, each, f"{name}: top of the file") for each in ("version", "currency", "year")}
        for row in held.get("scenario", []):
            _put(scenarios, _scenario(row, common, f"{name}: scenario {row.get('key', 'without a key')}"), name)
        for row in held.get("measure", []):
            _put(measures, _measure(row, common, f"{name}: measure {row.get('key', 'without a key')}"), name)
    found = Library(scenarios, measures)
    _check_together(found)
    return found


def plain(item: Item) -> dict[str, Any]:
    """Return an item as JSON holds it: what is kept with whatever was taken."""
    return {name: _jsonable(value) for name, value in asdict(item).items()}


def differences_from(kept: Mapping[str, Any], item: Item) -> list[tuple[str, Any, Any]]:
    """Return what the library says now and said when an item was taken: field, then, now. Versions do not count."""
    now = plain(item)
    names = [each for each in now if each != "version"] + sorted(set(kept) - set(now) - {"version"})
    return [(name, kept.get(name), now.get(name)) for name in names if kept.get(name) != now.get(name)]


def _scenario(row: Mapping[str, Any], common: Mapping[str, Any], at: str) -> LibraryScenario:
    basis, source = _grounds(row, "basis", "source", at)
    loss_basis, loss_source = _grounds(row, "loss_basis", "loss_source", at)
    follows = tuple((str(kind), str(words)) for kind, words in _said(row, "follows", at))
    for kind in (kind for kind, _said_of_it in follows):
        _one_of(kind, FOLLOWS, f"{at}, follows")
    return LibraryScenario(
        **_own(row, at, "name", "story", "licence", "event"), **common,
        key=_key(row, at), area=_one_of(_said(row, "area", at), AREAS, f"{at}, area"), tags=_words(row, "tags", at),
        frequency=_range(row, "frequency", at, above=0.0),
        per=_one_of(_said(row, "per", at), SCENARIO_PER, f"{at}, per"),
        basis=basis, source=source, loss_basis=loss_basis, loss_source=loss_source,
        confidence=_one_of(_said(row, "confidence", at), CONFIDENCES, f"{at}, confidence"),
        loss=_range(row, "loss", at, above=0.0), causes=_words(row, "causes", at), follows=follows,
        harm=_range(row, "harm", at) if "harm" in row else None, safety=bool(row.get("safety")),
    )  # fmt: skip


def _measure(row: Mapping[str, Any], common: Mapping[str, Any], at: str) -> LibraryMeasure:
    cost_basis, cost_source = _grounds(row, "cost_basis", "cost_source", at)
    years = _said(row, "years", at)
    if not isinstance(years, int) or years < 1:
        raise LibraryFault(f"{at}, years: a whole number of one or more, not {years!r}")
    return LibraryMeasure(
        **_own(row, at, "name", "what", "test"), **common,
        key=_key(row, at), area=_one_of(_said(row, "area", at), AREAS, f"{at}, area"),
        purchase=_range(row, "purchase", at), yearly=_range(row, "yearly", at), hours=_range(row, "hours", at),
        per=_one_of(_said(row, "per", at), MEASURE_PER, f"{at}, per"), years=years,
        cost_basis=cost_basis, cost_source=cost_source,
        effects=tuple(_effect(each, f"{at}, effect {n}") for n, each in enumerate(_said(row, "effects", at), 1)),
        needs=tuple(row.get("needs", ())), excludes=tuple(row.get("excludes", ())), safety=bool(row.get("safety")),
    )  # fmt: skip


def _effect(row: Mapping[str, Any], at: str) -> LibraryEffect:
    left = _range(row, "left", at, above=0.0)
    if left[1] > 1:
        raise LibraryFault(f"{at}, left: a share of at most 1, not {left[1]:g}")
    basis, source = _grounds(row, "basis", "source", at)
    on = _one_of(_said(row, "on", at), ("frequency", "size"), f"{at}, on")
    return LibraryEffect(str(_said(row, "to", at)), on, left, basis, source)


def _grounds(row: Mapping[str, Any], basis: str, source: str, at: str) -> tuple[str, str]:
    said = _one_of(_said(row, basis, at), BASES, f"{at}, {basis}")
    rests_on = str(_said(row, source, at)).strip()
    if said != "judgement" and not YEAR.search(rests_on):
        raise LibraryFault(f"{at}, {source}: “{said}” needs a source with its year, or is judgement")
    return said, rests_on


def _range(row: Mapping[str, Any], name: str, at: str, *, above: float | None = None) -> Range:
    ends = _said(row, name, at)
    if not (isinstance(ends, list) and len(ends) == 2 and all(isinstance(each, int | float) for each in ends)):
        raise LibraryFault(f"{at}, {name}: two numbers, low and high, not {ends!r}")
    low, high = float(ends[0]), float(ends[1])
    if not low <= high or low < 0 or (above is not None and low <= above):
        raise LibraryFault(f"{at}, {name}: {low:g} to {high:g} runs backwards or is not above zero")
    return low, high


def _said(row: Mapping[str, Any], name: str, at: str) -> Any:
    if row.get(name) in (None, "", []):
        raise LibraryFault(f"{at}, {name}: nothing is said")
    return row[name]


def _own(row: Mapping[str, Any], at: str, *names: str) -> dict[str, Any]:
    return {name: str(_said(row, name, at)) for name in names}


def _key(row: Mapping[str, Any], at: str) -> str:
    key = str(_said(row, "key", at))
    if not KEY.fullmatch(key):
        raise LibraryFault(f"{at}, key: small letters, digits and dashes, not “{key}”")
    return key


def _words(row: Mapping[str, Any], name: str, at: str) -> tuple[str, ...]:
    return tuple(str(each) for each in _said(row, name, at))


def _one_of(value: Any, known: Iterable[str], at: str) -> str:
    if value not in known:
        raise LibraryFault(f"{at}: one of {', '.join(known)}, not {value!r}")
    return str(value)


def _put(held: dict[str, Any], item: Any, name: str) -> None:
    if item.key in held:
        raise LibraryFault(f"{name}: the key “{item.key}” stands twice")
    if any(each.name == item.name for each in held.values()):
        raise LibraryFault(f"{name}: “{item.name}” stands twice")
    held[item.key] = item


def _check_together(found: Library) -> None:
    tags = {tag for each in found.scenarios.values() for tag in each.tags}
    for measure in found.measures.values():
        for tag in measure.tags:
            if tag not in tags:
                raise LibraryFault(f"measure {measure.key}, effects: no scenario has the tag “{tag}”")
        for other in (*measure.needs, *measure.excludes):
            if other not in found.measures or other == measure.key:
                raise LibraryFault(f"measure {measure.key}: there is no other measure “{other}”")
    for scenario in found.scenarios.values():
        if not found.measures_for(scenario):
            raise LibraryFault(f"scenario {scenario.key}, tags: no measure touches it")


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _jsonable(each) for name, each in value.items()}
    return [_jsonable(each) for each in value] if isinstance(value, list | tuple) else value
