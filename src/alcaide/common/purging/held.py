"""What holds keep: one condition a model and hold, so that the database finds what is held among any number of rows."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import CASCADE, DateTimeField, Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from alcaide.common.clock import house_zone
from alcaide.common.models import ByDate, Hold, HoldTarget, User, With

from .declared import TOUCHED, dating, derived_why, following

UNITS = "organization.unit"
NONE = Q(pk__in=[])
ALL = Q(pk__isnull=False)

# The room that knows the units says which stand below some, by their identifiers.
_units_below: list[Callable[[Iterable[str]], set[int]]] = []
_unit_names: list[Callable[[], list[tuple[str, str]]]] = []


@dataclass(frozen=True)
class Holding:
    """One hold in force, read once for a chunk."""

    pk: int
    number: int
    matter: str
    kinds: frozenset[str]
    from_on: date | None
    until_on: date | None
    users: frozenset[int]
    strings: frozenset[str]
    units: frozenset[int]
    names: tuple[tuple[str, frozenset[str]], ...]
    """Identifiers of its records and people by kind of subject."""

    @property
    def is_narrowed(self) -> bool:
        """Whether it names records, people or units; else it holds everything of its kinds and days."""
        return bool(self.users or self.strings or self.units)

    def named(self, kind: str) -> frozenset[str]:
        """Return the identifiers that it names of a kind of subject."""
        return next((uids for name, uids in self.names if name == kind), frozenset())


def provide_units(inside: Callable[[Iterable[str]], set[int]], *, names: Callable[[], list[tuple[str, str]]]) -> None:
    """Let the room that knows the units say which stand in and below some, and how each is called by its subject."""
    _units_below[:] = [inside]
    _unit_names[:] = [names]


def unit_names() -> list[tuple[str, str]]:
    """Return every unit as a subject with its name."""
    return _unit_names[0]() if _unit_names else []


def midnight(day: date) -> datetime:
    """Return the moment at which a day of the organization begins, also where clocks change on it."""
    return timezone.make_aware(datetime.combine(day, time.min), house_zone())


def holds_in_force() -> list[Holding]:
    """Return the holds that are in force now. Three queries at most."""
    holds = list(Hold.objects.filter(state__in=Hold.HOLDING).order_by("number"))
    return [_read(hold) for hold in holds]


def holding_of(hold: Hold) -> Holding:
    """Return what a hold catches, in force or not yet."""
    return _read(hold)


def caught(model: type[Model], hold: Holding) -> Q:
    """Return the condition of the rows that a hold catches by what they themselves say."""
    if derived_why(model):
        return NONE
    said = dating(model)
    if isinstance(said, With):
        parent: Any = model._meta.get_field(said.parent).related_model
        is_named = bool(hold.kinds) and model._meta.label in hold.kinds
        above = caught(parent, _of_all_kinds(hold) if is_named else hold)
        if above is ALL or above is NONE:
            return above
        return Q(**{f"{said.parent}__in": parent._base_manager.filter(above).values("pk")})
    if hold.kinds and model._meta.label not in hold.kinds:
        return NONE
    days = _days(model, said, hold)
    whose = _whose(model, said, hold) if hold.is_narrowed else ALL
    if whose is ALL or whose is NONE:
        return days if whose is ALL else NONE
    return whose if days is ALL else whose & days


def keeps(model: type[Model], hold: Holding, *, seen: tuple[type[Model], ...] = ()) -> Q:
    """Return the condition of the rows that may not go: caught ones, and those whose going touches a caught one."""
    own = caught(model, hold)
    if own is ALL:
        return ALL
    for child, field in following(model, (CASCADE, *TOUCHED)):
        if child in seen or child is model:
            continue
        is_gone = (child, field) in following(model, (CASCADE,))
        theirs = keeps(child, hold, seen=(*seen, model)) if is_gone else caught(child, hold)
        if theirs is not NONE:
            rows = child._base_manager.filter(**{field: OuterRef("pk")})
            own = Q(Exists(rows if theirs is ALL else rows.filter(theirs))) | (Q() if own is NONE else own)
    return own


def rows_held(rows: QuerySet[Any], holds: Iterable[Holding]) -> dict[int, set[Any]]:
    """Return, by the hold's place in `holds`, the keys of those rows that it keeps. One query a hold."""
    found = {}
    for place, hold in enumerate(holds):
        condition = keeps(rows.model, hold)
        if condition is not NONE:
            found[place] = set(rows.filter(condition).values_list("pk", flat=True))
    return found


def held_on(row: Model) -> list[Holding]:
    """Return the holds in force that keep a row."""
    alone = type(row)._base_manager.filter(pk=row.pk)
    return [hold for hold in holds_in_force() if alone.filter(keeps(type(row), hold)).exists()]


def user_of(person: str) -> User | None:
    """Return the sign-in of a person by their subject, None where they have none."""
    kind, _, uid = person.partition(":")
    return User.objects.filter(pk__in=_users({kind: {uid}})).first() if is_uid(uid) else None


def is_uid(text: str) -> bool:
    """Tell whether a text is a public identifier; a subject may be named by something else."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _read(hold: Hold) -> Holding:
    subjects = set(HoldTarget.objects.filter(hold=hold).values_list("subject", flat=True))
    custodians = list(hold.custodians.values_list("person", "user_id", "user__uid"))
    subjects |= {person for person, _, _ in custodians}
    subjects |= {f"common.user:{uid}" for _, _, uid in custodians if uid}
    units = {each for each in subjects if each.startswith(f"{UNITS}:")}
    records = subjects - units
    names: dict[str, set[str]] = {}
    for each in records:
        kind, _, uid = each.partition(":")
        if is_uid(uid):
            names.setdefault(kind, set()).add(uid)
    users = {user for _, user, _ in custodians if user} | _users(names)
    strings = records | {
        f"common.user:{uid}" for uid in User.objects.filter(pk__in=users).values_list("uid", flat=True)
    }
    return Holding(
        hold.pk, hold.number, hold.matter, frozenset(hold.kinds), hold.from_on, hold.until_on, frozenset(users),
        frozenset(strings | units), frozenset(_inside(units)),
        tuple((kind, frozenset(uids)) for kind, uids in sorted(names.items())),
    )  # fmt: skip


def _users(names: dict[str, set[str]]) -> set[int]:
    """Return the sign-ins of the people that a hold names."""
    found = set(User.objects.filter(uid__in=names.get("common.user", ())).values_list("pk", flat=True))
    for kind, uids in names.items():
        model = _people().get(kind)
        if model is not None:
            rows = model._base_manager.filter(uid__in=uids, user__isnull=False)
            found |= set(rows.values_list("user_id", flat=True))
    return found


def _inside(units: set[str]) -> set[int]:
    uids = [each.partition(":")[2] for each in units]
    return _units_below[0](uids) if uids and _units_below else set()


def _of_all_kinds(hold: Holding) -> Holding:
    return Holding(**{**vars(hold), "kinds": frozenset()})


def _days(model: type[Model], said: ByDate, hold: Holding) -> Q:
    """Return the condition of the rows that stood on a day of the hold's range; what has no date stands in it."""
    if not said.dated or (hold.from_on is None and hold.until_on is None):
        return ALL
    condition = Q()
    if hold.until_on is not None:
        end = hold.until_on + timedelta(days=1)
        value = midnight(end) if _is_moment(model, said.dated) else end
        condition &= Q(**{f"{said.dated}__lt": value}) | Q(**{f"{said.dated}__isnull": True})
    if hold.from_on is not None:
        last = said.until or said.dated
        start = midnight(hold.from_on) if _is_moment(model, last) else hold.from_on
        condition &= Q(**{f"{last}__gte": start}) | Q(**{f"{last}__isnull": True})
    return condition


def _whose(model: Any, said: ByDate, hold: Holding) -> Q:
    """Return the condition of the rows about what the hold names.

    Rows that do not say what they are about cannot be told apart: of a kind that the hold names all are kept.
    """
    ways = list(_ways(model, said, hold))
    if not ways:
        return ALL if hold.kinds else NONE
    condition = Q()
    for way in ways:
        condition |= way
    return condition


def _ways(model: Any, said: ByDate, hold: Holding) -> Iterator[Q]:
    kind = getattr(model, "SUBJECT", "") or ("common.user" if model is User else "")
    if kind and _has_uid(model):
        yield Q(uid__in=hold.named(kind))
    for path, to in (*_keys_of(model), *((path, _end(model, path)) for path in said.persons)):
        yield from _names(path, to, hold)
    for field in model._meta.many_to_many:
        if field.related_model is User:
            links = field.remote_field.through._base_manager.filter(
                **{f"{field.m2m_reverse_field_name()}__in": hold.users}
            )
            yield Q(pk__in=links.values(field.m2m_field_name()))
    unit = said.unit or getattr(model, "UNIT_PATH", "")
    if unit:
        yield Q(**{f"{unit}__in": hold.units})
    for path in said.subjects:
        if ":" not in path:
            yield Q(**{f"{path}__in": hold.strings})
            continue
        first, _, second = path.partition(":")
        pairs = Q(pk__in=[])
        for name, uids in hold.names:
            pairs |= Q(**{first: name, f"{second}__in": uids})
        yield pairs


def _names(path: str, to: Any, hold: Holding) -> Iterator[Q]:
    if to is User:
        yield Q(**{f"{path}__in": hold.users})
        return
    kind = getattr(to, "SUBJECT", "")
    if not kind or kind == UNITS or not _has_uid(to):
        return
    yield Q(**{f"{path}__in": to._base_manager.filter(uid__in=hold.named(kind)).values("pk")})
    if kind in _people():
        yield Q(**{f"{path}__in": to._base_manager.filter(user__in=hold.users).values("pk")})


@cache
def _keys_of(model: Any) -> tuple[tuple[str, Any], ...]:
    # Not to its own kind: who reports to a custodian is not for that under the hold.
    others = (field for field in model._meta.concrete_fields if field.related_model not in {None, model})
    return tuple((field.name, field.related_model) for field in others)


@cache
def _has_uid(model: Any) -> bool:
    return any(field.name == "uid" for field in model._meta.concrete_fields)


def _end(model: Any, path: str) -> Any:
    for name in path.split("__"):
        model = model._meta.get_field(name).related_model
    return model


@cache
def _people() -> dict[str, Any]:
    """Return the models of people: those that a sign-in may belong to one to one."""
    relations = [each for each in User._meta.related_objects if each.one_to_one]
    models: list[Any] = [each.related_model for each in relations if each.field.name == "user"]
    return {model.SUBJECT: model for model in models if getattr(model, "UNIT_PATH", "")}


@cache
def _is_moment(model: Any, path: str) -> bool:
    *above, name = path.split("__")
    for each in above:
        model = model._meta.get_field(each).related_model
    return isinstance(model._meta.get_field(name), DateTimeField)
