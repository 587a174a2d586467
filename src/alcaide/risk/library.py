"""The libraries of scenarios and measures: data files with a source on each row, read and checked once."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any

from alcaide.risk.grounds import BadGrounds, Growth, Published, Range, growth, published, rounded
from alcaide.risk.library_rows import (
    CONFIDENCES,
    HEADS,
    ONE,
    SITE,
    VEHICLE,
    Item,
    Library,
    LibraryEffect,
    LibraryMeasure,
    LibraryScenario,
)

AREAS = ("digital", "physical", "people")
BASES = ("measured", "sector", "judgement")
SCENARIO_PER = (ONE, SITE, HEADS, VEHICLE)
MEASURE_PER = (ONE, SITE, "user", "employee", "door", "host", "vehicle", "machine")
FOLLOWS = ("stop", "response", "replacement", "penalty", "trust", "edge", "people")
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
YEAR = re.compile(r"\b(19|20)\d\d\b")
JUDGED = "judgement"


class LibraryFault(ValueError):
    """A row of a library cannot stand; the message names the file, the row, the field and what is wrong."""


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
        rates = {common["currency"]: 1.0, **held.get("rates", {})}
        for row in held.get("scenario", []):
            at = f"{name}: scenario {row.get('key', 'without a key')}"
            _put(scenarios, _scenario(row, common, at, rates=rates), name)
        for row in held.get("measure", []):
            at = f"{name}: measure {row.get('key', 'without a key')}"
            _put(measures, _measure(row, common, at, rates=rates), name)
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
    return [
        (name.replace("_", " "), _told(kept.get(name)), _told(now.get(name)))
        for name in names
        if kept.get(name) != now.get(name)
    ]


def _told(value: Any) -> Any:
    """Write what stands below a row as one text; anything else stays as it is."""
    if isinstance(value, Mapping):
        return ", ".join(
            f"{name.replace('_', ' ')} {_told(each)}" for name, each in value.items() if each not in (None, "")
        )
    if isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
        return "; ".join(str(_told(each)) for each in value)
    return value


def _scenario(
    row: Mapping[str, Any], common: Mapping[str, Any], at: str, *, rates: Mapping[str, float]
) -> LibraryScenario:
    per = _one_of(_said(row, "per", at), SCENARIO_PER, f"{at}, per")
    frequency, loss = _range(row, "frequency", at, above=0.0), _range(row, "loss", at, above=0.0)
    often_from = _published(row, "frequency", at, times=1_000.0 if per == HEADS else 1.0, rates=rates)
    loss_from = _published(row, "loss", at, rates=rates)
    basis, source = _grounds(row, often_from, ("basis", "source"), at)
    loss_basis, loss_source = _grounds(row, loss_from, ("loss_basis", "loss_source"), at)
    follows = tuple((str(kind), str(words)) for kind, words in _said(row, "follows", at))
    for kind in (kind for kind, _said_of_it in follows):
        _one_of(kind, FOLLOWS, f"{at}, follows")
    return LibraryScenario(
        **_own(row, at, "name", "story", "event"), **common, frequency=frequency, per=per, loss=loss,
        key=_key(row, at), area=_one_of(_said(row, "area", at), AREAS, f"{at}, area"), tags=_words(row, "tags", at),
        basis=basis, source=source, loss_basis=loss_basis, loss_source=loss_source,
        licence=often_from.licence if often_from else str(row.get("licence", JUDGED)),
        confidence=_confidence(row, often_from, "confidence", at),
        loss_confidence=_confidence(row, loss_from, "loss_confidence", at),
        causes=_words(row, "causes", at), follows=follows,
        harm=_range(row, "harm", at) if "harm" in row else None, safety=bool(row.get("safety")),
        frequency_from=often_from, loss_from=loss_from, loss_grows=_grows(row, at),
    )  # fmt: skip


def _measure(
    row: Mapping[str, Any], common: Mapping[str, Any], at: str, *, rates: Mapping[str, float]
) -> LibraryMeasure:
    yearly, yearly_from = _range(row, "yearly", at), _published(row, "yearly", at, rates=rates)
    cost_basis, cost_source = _grounds(row, yearly_from, ("cost_basis", "cost_source"), at)
    years = _said(row, "years", at)
    if not isinstance(years, int) or years < 1:
        raise LibraryFault(f"{at}, years: a whole number of one or more, not {years!r}")
    effects = [_effect(each, f"{at}, effect {n}", rates) for n, each in enumerate(_said(row, "effects", at), 1)]
    return LibraryMeasure(
        **_own(row, at, "name", "what", "test"), **common,
        key=_key(row, at), area=_one_of(_said(row, "area", at), AREAS, f"{at}, area"),
        purchase=_range(row, "purchase", at), yearly=yearly, hours=_range(row, "hours", at),
        per=_one_of(_said(row, "per", at), MEASURE_PER, f"{at}, per"), years=years,
        cost_basis=cost_basis, cost_source=cost_source, effects=tuple(effects), yearly_from=yearly_from,
        needs=tuple(row.get("needs", ())), excludes=tuple(row.get("excludes", ())), safety=bool(row.get("safety")),
    )  # fmt: skip


def _effect(row: Mapping[str, Any], at: str, rates: Mapping[str, float]) -> LibraryEffect:
    left = _range(row, "left", at, above=0.0)
    if left[1] > 1:
        raise LibraryFault(f"{at}, left: a share of at most 1, not {left[1]:g}")
    left_from = _published(row, "left", at, rates=rates)
    basis, source = _grounds(row, left_from, ("basis", "source"), at)
    on = _one_of(_said(row, "on", at), ("frequency", "size"), f"{at}, on")
    return LibraryEffect(str(_said(row, "to", at)), on, left, basis, source, left_from)


def _published(
    row: Mapping[str, Any], name: str, at: str, *, rates: Mapping[str, float], times: float = 1.0
) -> Published | None:
    """Return the published figure under a range; the range must be the one that follows from it."""
    said = row.get(f"{name}_from")
    if said is None:
        return None
    try:
        found = published(said, times=times, rates=rates)
    except BadGrounds as fault:
        raise LibraryFault(f"{at}, {name}_from, {fault}") from fault
    if (typed := tuple(rounded(float(each)) for each in row[name])) != found.range:
        raise LibraryFault(f"{at}, {name}: {found.arithmetic}, not {typed[0]:g} to {typed[1]:g}")
    return found


def _grows(row: Mapping[str, Any], at: str) -> Growth | None:
    if "loss_grows" not in row:
        return None
    try:
        return growth(row["loss_grows"])
    except BadGrounds as fault:
        raise LibraryFault(f"{at}, loss_grows, {fault}") from fault


def _grounds(row: Mapping[str, Any], found: Published | None, names: tuple[str, str], at: str) -> tuple[str, str]:
    """Return basis and source: of the published figure, else as said, else judgement."""
    basis, source = names
    if found:
        for name in names:
            if name in row:
                raise LibraryFault(f"{at}, {name}: is said by the published figure already")
        return "sector", found.cite
    said, rests_on = _one_of(row.get(basis, JUDGED), BASES, f"{at}, {basis}"), str(row.get(source, JUDGED)).strip()
    if said == "sector":
        raise LibraryFault(f"{at}, {basis}: “sector” needs the published figure and the way from it to the range")
    if said == "measured" and not YEAR.search(rests_on):
        raise LibraryFault(f"{at}, {source}: “measured” needs a source with its year, or is judgement")
    if not rests_on:
        raise LibraryFault(f"{at}, {source}: nothing is said")
    return said, rests_on


def _confidence(row: Mapping[str, Any], found: Published | None, name: str, at: str) -> str:
    """Return how far a range is trusted: by rule for published figures and judgement, as said for own counts."""
    said = _one_of(row.get(name, "low"), CONFIDENCES, f"{at}, {name}")
    if found:
        return found.confidence
    basis = row.get("basis" if name == "confidence" else "loss_basis", JUDGED)
    if basis == JUDGED and said != "low":
        raise LibraryFault(f"{at}, {name}: judgement is low in confidence")
    return said


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
