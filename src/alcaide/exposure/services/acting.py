"""Keeping actions: which findings each mends, what it takes, by when; and who promised what."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q
from django.utils import timezone

from alcaide.common import search
from alcaide.common.rows import Table, numbered
from alcaide.common.trail import Actor, audit, writing
from alcaide.exposure.models import NO_LIMIT, Action, Finding, Promise
from alcaide.exposure.versions import newest_needed

AT_ONCE = 2_000
ACTIONS_AT_ONCE = 400
LONGEST_TITLE = 400
# Hours of an action nobody has estimated: to prepare it, and for each asset. Our judgement, said on the page.
HOURS = {"upgrade": (1.0, 0.25), "no_fix": (1.0, 0.25), "solution": (0.5, 0.5), "configure": (0.5, 0.5)}
MOST_HOURS = 400.0
CONFIGURED = frozenset({"configuration", "code", "secret", "licence"})
_OF = Table(Finding, "action_id")
_KEPT = (
    "title", "detail", "hours", "hours_why", "state", "done_at", "due_on", "limit_on", "waits_until", "severity",
    "open_findings", "decided_findings", "assets", "exploited", "per_hour_minor",
)  # fmt: skip
_ACTIONS = Table(Action, *_KEPT, "changed_at")

# Unit, kind, source, check, ecosystem, package: what makes two findings one thing to do.
Key = tuple[int, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class _Sum:
    """What the open findings of one action come to."""

    open: int = 0
    decided: int = 0
    windows: int = 0
    assets: int = 0
    exploited: int = 0
    due_on: date | None = None
    limit_on: date = NO_LIMIT
    severity: int = 0
    waits_until: date | None = None
    seen_at: datetime | None = None


def keep_actions(
    actor: Actor,
    *,
    assets: list[int] | None,
    touched: frozenset[int] = frozenset(),
    since: datetime | None = None,
) -> set[int]:
    """Give every open finding its action, then count each action anew that may have changed.

    assets: the assets whose findings may have changed, None for all.  touched: actions known to have changed.
    since: of these assets' other actions only those with a finding that changed after it, or with an open promise.
    Returns the actions that were written. Killed at any moment, the next call ends what this one began.
    """
    concerned = Finding.objects.all() if assets is None else Finding.objects.filter(asset__in=numbered(assets))
    met = set(touched)
    known: dict[Key, int] = {}
    for page in _paged(concerned.filter(state="open")):
        met |= _assign(actor, page, known)
    if assets is None:
        met |= set(Action.objects.exclude(state="done").values_list("pk", flat=True))
    else:
        rows = concerned.filter(action__isnull=False)
        if since is not None:
            promised = Promise.objects.filter(action=OuterRef("action"), end="open")
            rows = rows.filter(Q(changed_at__gt=since) | Exists(promised))
        met |= set(rows.values_list("action_id", flat=True).distinct())
    return recount(actor, met)


def recount(actor: Actor, actions: Collection[int]) -> set[int]:
    """Count actions anew from their findings; one whose findings are all gone is done. Returns those written."""
    ordered, written = sorted(actions), set()
    for start in range(0, len(ordered), ACTIONS_AT_ONCE):
        written |= _recount(actor, ordered[start : start + ACTIONS_AT_ONCE])
    return written


def key_of(unit_id: int, kind: str, source: str, check_id: str, package: str, purl: str, fixed: str) -> Key:
    """Return what is to be done about a finding, as the identity of its action."""
    if package:
        ecosystem = purl.partition("/")[0].removeprefix("pkg:")[:60]
        return unit_id, "upgrade" if fixed else "no_fix", "", "", ecosystem, package
    return unit_id, "configure" if kind in CONFIGURED else "solution", source, check_id, "", ""


def _paged(rows: Any) -> Iterator[list[Any]]:
    values = rows.values_list("pk", "action_id", "unit_id", "kind", "source", "check_id", "package", "purl", "fixed")
    last = 0
    while page := list(values.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield page
        last = page[-1][0]


def _assign(actor: Actor, page: list[Any], known: dict[Key, int]) -> set[int]:
    """Give one page of findings their actions. Returns the actions that gained or lost one.

    known: the actions met so far, added to here. It grows with the actions, not with the findings.
    """
    keys = [key_of(*row[2:]) for row in page]
    if fresh := set(keys) - known.keys():
        known |= _known(fresh)
    missing: dict[Key, int] = {}
    for key, row in zip(keys, page, strict=True):
        if key not in known:
            missing.setdefault(key, row[0])
    changed = [(key, row[0], row[1]) for key, row in zip(keys, page, strict=True) if known.get(key, 0) != row[1]]
    if not changed:
        return set()
    with writing():
        added = _add(missing) if missing else {}
        _OF.update((added.get(key) or known[key], pk) for key, pk, _ in changed)
        audit(
            actor, "assign_actions", subject="exposure.actions:all",
            after={"findings": len(changed), "new_actions": len(missing)},
        )  # fmt: skip
    known |= added
    return {known[key] for key, _, _ in changed} | {was for _, _, was in changed if was is not None}


def _known(keys: Collection[Key]) -> dict[Key, int]:
    """Return the actions that stand under these identities. One query, by the units and what names them."""
    rows = Action.objects.filter(
        Q(unit__in={key[0] for key in keys}),
        Q(package__in={key[5] for key in keys if key[5]}) | Q(check_id__in={key[3] for key in keys if not key[5]}),
    ).values_list("pk", "unit_id", "kind", "source", "check_id", "ecosystem", "package")
    found: dict[Key, int] = {}
    for pk, unit_id, kind, source, check_id, ecosystem, package in rows:
        found[(unit_id, kind, source, check_id, ecosystem, package)] = pk
    return found


def _add(missing: dict[Key, int]) -> dict[Key, int]:
    """Add actions, each worded after one of its findings."""
    named = dict(
        (pk, (name, solution))
        for pk, name, solution in Finding.objects.filter(pk__in=numbered(missing.values())).values_list(
            "pk", "name", "solution"
        )
    )
    rows = [
        Action(
            unit_id=key[0], kind=key[1], source=key[2], check_id=key[3], ecosystem=key[4], package=key[5],
            title=_title(key, *named[pk]), detail=named[pk][1],
        )
        for key, pk in missing.items()
    ]  # fmt: skip
    Action.objects.bulk_create(rows, batch_size=500)
    return {(row.unit_id, row.kind, row.source, row.check_id, row.ecosystem, row.package): row.pk for row in rows}


def _title(key: Key, name: str, solution: str) -> str:
    if key[5]:
        return f"Upgrade {key[5]}" if key[1] == "upgrade" else f"Find a way round {key[5]}: no fixed version yet"
    return f"{'Configure anew' if key[1] == 'configure' else 'Fix'}: {name}"[:LONGEST_TITLE]


def _recount(actor: Actor, numbers: list[int]) -> set[int]:
    sums, versions = _sums(numbers), _versions(numbers)
    now = timezone.now()
    rows: list[tuple[Any, ...]] = []
    docs: list[search.Doc] = []
    done: dict[int, _Sum] = {}
    for action in Action.objects.filter(pk__in=numbered(numbers)).select_related("owner", "unit"):
        held = sums.get(action.pk, _Sum())
        before = tuple(getattr(action, name) for name in _KEPT)
        is_new_title = _tell(action, held, versions.get(action.pk, ()), now=now)
        after = tuple(getattr(action, name) for name in _KEPT)
        done[action.pk] = held
        if before != after or not action.hours_why:
            rows.append((*after, now, action.pk))
        if is_new_title or before[10] == 0:
            docs.append(doc_of(action))
    ended = _promises_to_end(done)
    if not rows and not ended:
        return set()
    with writing():
        _ACTIONS.update(rows)
        _end(ended, now=now)
        search.index_many(docs)
        audit(
            actor, "count_actions", subject="exposure.actions:all",
            after={"actions": len(rows), "promises_ended": len(ended)},
        )  # fmt: skip
    return {row[-1] for row in rows}


def doc_of(action: Action) -> search.Doc:
    """Return how the search knows an action: by its words and its owner's name."""
    owner = action.owner.name if action.owner else ""
    words = f"{action.package} {action.check_id} {action.source} {owner}"
    return search.Doc(action.subject, Action.SUBJECT, action.title, action.unit.name, words, action.unit_id, action.pk)


def _tell(action: Action, held: _Sum, versions: tuple[str, ...], *, now: datetime) -> bool:
    """Put onto an action what its findings come to. Returns whether it is worded anew."""
    action.open_findings, action.decided_findings = held.open, held.decided
    action.exploited, action.due_on, action.limit_on = held.exploited, held.due_on, held.limit_on
    action.waits_until = held.waits_until
    title = action.title
    if held.open:
        action.assets, action.severity = held.assets, held.severity
        if versions:
            action.title, action.detail = _upgrade(action.package, versions)
        take_hours(action)
    action.state = _state(held)
    action.done_at = (action.done_at or held.seen_at or now) if action.state == "done" else None
    return action.title != title


def take_hours(action: Action) -> None:
    """Set the hours of an action nobody has estimated by the house rule, and what it removes for each of them."""
    if action.hours_basis == "rule":
        base, each = HOURS[action.kind]
        action.hours = min(MOST_HOURS, base + each * max(1, action.assets))
        number = max(1, action.assets)
        on = "1 asset" if number == 1 else f"each of {number:,} assets"
        action.hours_why = f"{base:g} h and {each:g} h for {on}"
    action.per_hour_minor = round(action.removes_minor / action.hours)


def _upgrade(package: str, versions: tuple[str, ...]) -> tuple[str, str]:
    if len(versions) == 1:
        return f"Upgrade {package} to {versions[0]} or later"[:LONGEST_TITLE], f"{package} {versions[0]} mends it all."
    listed = ", ".join(versions)
    return (
        f"Upgrade {package}"[:LONGEST_TITLE],
        f"Fixed versions named: {listed}. They cannot be compared with certainty; take the one of your branch.",
    )


def _state(held: _Sum) -> str:
    if not held.open:
        return "done"
    if held.decided < held.open:
        return "open"
    return "window" if held.windows else "accepted"


def _sums(numbers: list[int]) -> dict[int, _Sum]:
    left = Q(decision__isnull=True)
    rows = (
        Finding.objects.filter(action__in=numbered(numbers), state="open")
        .order_by()
        .values_list("action_id")
        .annotate(
            n_open=Count("pk"), n_decided=Count("decision_id"),
            n_windows=Count("pk", filter=Q(decision__kind="window")), n_assets=Count("asset_id", distinct=True),
            n_exploited=Count("pk", filter=left & Q(exploited_since__isnull=False)), least_due=Min("due_on"),
            least_limit=Min("limit_on"), worst=Max("severity"), least_until=Min("decision__until"),
            seen=Max("last_seen_at"),
        )
    )  # fmt: skip
    found = {row[0]: _Sum(*row[1:]) for row in rows}
    gone = set(numbers) - found.keys()
    last = (
        Finding.objects.filter(action__in=numbered(gone)).order_by().values_list("action_id")
        .annotate(seen=Max("last_seen_at"))
    )  # fmt: skip
    return found | {pk: _Sum(seen_at=at) for pk, at in (last if gone else ())}


def _versions(numbers: list[int]) -> dict[int, tuple[str, ...]]:
    """Return what each upgrade must reach: one version, or all that are named where they cannot be compared."""
    rows = (
        Finding.objects.filter(action__in=numbered(numbers), state="open", action__kind="upgrade")
        .order_by("action_id")
        .values_list("action_id", "action__ecosystem", "installed", "fixed")
        .distinct()
    )
    pairs: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for pk, ecosystem, installed, fixed in rows:
        pairs.setdefault((pk, ecosystem), []).append((installed, fixed))
    return {pk: newest_needed(ecosystem, each) for (pk, ecosystem), each in pairs.items()}


def _promises_to_end(sums: dict[int, _Sum]) -> list[tuple[int, str]]:
    """Return which promises scans have decided: kept where none after its day sees a flaw, late where one does."""
    found: list[tuple[int, str]] = []
    open_ones = Promise.objects.filter(action__in=numbered(sums.keys()), end="open")
    for pk, action_id, promised_on in open_ones.values_list("pk", "action_id", "promised_on"):
        held = sums[action_id]
        seen_after = held.seen_at is not None and timezone.localtime(held.seen_at).date() > promised_on
        if seen_after:
            found.append((pk, "late"))
        elif not held.open:
            found.append((pk, "kept"))
    return found


def _end(promises: Iterable[tuple[int, str]], *, now: datetime) -> None:
    by_end: dict[str, list[int]] = {}
    for pk, end in promises:
        by_end.setdefault(end, []).append(pk)
    for end, numbers in by_end.items():
        Promise.objects.filter(pk__in=numbered(numbers)).update(end=end, ended_at=now)
