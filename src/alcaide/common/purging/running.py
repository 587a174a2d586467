"""Purges of any number of rows: chunk by chunk, each asking the holds anew, and a ledger that proves itself."""

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection
from django.db.models import CASCADE, PROTECT, RESTRICT, Exists, F, Max, Model, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.common.models import Hold, PurgeChunk, PurgeRun, TrailValue, User
from alcaide.common.permissions import CHIEF, permit, require_everywhere
from alcaide.common.rows import numbered
from alcaide.common.trail import Actor, audit, writing

from .declared import NotDeclared, following, how, kept_why
from .guard import opened
from .held import NONE, Holding, holds_in_force, rows_held
from .lock import lock_holds

PURGE = permit("common.purge", "Purge records by a rule", CHIEF)
CHUNK = 2_000
# SQLite wakes a waiting writer by polling; without a breath a loop of writes could keep it waiting for long.
BREATH_S = 0.01
Also = Callable[[Actor, list[Any]], None]


@dataclass(frozen=True)
class KeptBy:
    """How many records one hold kept."""

    hold: int
    matter: str
    """For who may see holds only."""
    records: int

    @property
    def words(self) -> str:
        """Name the hold by its number."""
        told = ngettext("%(n)s record", "%(n)s records", self.records) % {"n": f"{self.records:,}"}
        return _("kept by hold %(number)s: %(told)s") % {"number": self.hold, "told": told}


@dataclass(frozen=True)
class Purged:
    """What a purge did: rows gone, rows kept by holds (each counted once) and by which, rows that others refer to."""

    run: str
    gone: int
    kept_rows: int
    in_use: int
    kept: tuple[KeptBy, ...]

    @property
    def words(self) -> str:
        """Say it in a sentence."""
        said = [ngettext("%(n)s record went", "%(n)s records went", self.gone) % {"n": f"{self.gone:,}"}]
        said += [each.words for each in self.kept]
        if self.in_use:
            said.append(_("%(n)s stay because others refer to them") % {"n": f"{self.in_use:,}"})
        return "; ".join(said) + "."


@dataclass(frozen=True)
class _Work:
    """What is done to the rows of a run."""

    rows: QuerySet[Any]
    fields: Mapping[str, Any] | None
    also: Also | None


def purge(
    actor: Actor,
    rows: QuerySet[Any],
    *,
    rule: str,
    why: str,
    key: str = "",
    cut_at: datetime | None = None,
    also: Also | None = None,
    progress: Callable[[int], None] | None = None,
) -> Purged:
    """Delete rows in chunks of one transaction and one trail line each, but for what a hold in force keeps.

    Every chunk takes the holds' lock first and reads the holds anew, so one that is placed meanwhile keeps all that
    has not gone. What others refer to with a protecting key stays and is counted. `key` names the purge: a second
    call with it goes on where a killed one stopped, and does nothing where it ended. `also(actor, keys)` runs in each
    chunk's transaction before its rows go. Call it outside any other write. Needs `common.purge`.
    Raises NotDeclared, Refused.
    """
    if how(rows.model) is None:
        why_not = kept_why(rows.model) or "it does not say PURGE"
        raise NotDeclared(f"{rows.model._meta.label} may not be purged: {why_not}")
    run = _run(actor, rows, rule=rule, why=why, key=key, verb="purge", cut_at=cut_at)
    return _go_on(actor, run, _Work(rows, None, also), progress)


def erase(  # noqa: PLR0913  as of purge
    actor: Actor,
    rows: QuerySet[Any],
    *,
    fields: Mapping[str, Any],
    rule: str,
    why: str,
    key: str = "",
    cut_at: datetime | None = None,
    also: Also | None = None,
    progress: Callable[[int], None] | None = None,
) -> Purged:
    """Overwrite fields of rows, as `purge` deletes rows: the record stays, what it said of somebody does not.

    `rows` may no longer match once erased; `also(actor, keys)` runs after them. Values may be expressions, such as a
    name made of the row's number.
    """
    run = _run(actor, rows, rule=rule, why=why, key=key, verb="erase", cut_at=cut_at)
    return _go_on(actor, run, _Work(rows, fields, also), progress)


def erase_trail(
    actor: Actor, subjects: Iterable[str], *, rule: str, why: str, fields: Collection[str] = (), key: str = ""
) -> Purged:
    """Empty the values that the trail discloses of these subjects, all or those of some fields.

    Its commitments stand, so it stays provable; a hold on such a subject keeps its values.
    """
    rows = TrailValue.objects.filter(line__subject__in=list(subjects))
    rows = rows.filter(field__in=list(fields)) if fields else rows
    return purge(actor, rows, rule=rule, why=why, key=key)


def running_of(key: str) -> PurgeRun | None:
    """Return the run under a key."""
    return PurgeRun.objects.filter(key=key).first()


def purged(run: PurgeRun) -> Purged:
    """Return what a run has done so far."""
    matters = dict(Hold.objects.filter(number__in=[int(each) for each in run.kept_by]).values_list("number", "matter"))
    kept = tuple(
        KeptBy(int(number), matters.get(int(number), ""), records)
        for number, records in sorted(run.kept_by.items(), key=lambda each: int(each[0]))
    )
    return Purged(str(run.uid), run.gone, run.kept, run.in_use, kept)


def in_use(model: type[Model]) -> Q:
    """Return the condition of the rows that another row refers to with a key that protects them."""
    found = NONE
    for child, field in following(model, (PROTECT, RESTRICT)):
        found |= Q(Exists(child._base_manager.filter(**{field: OuterRef("pk")})))
    for child, field in following(model, (CASCADE,)):
        theirs = in_use(child) if child is not model else NONE
        if theirs is not NONE:
            found |= Q(Exists(child._base_manager.filter(**{field: OuterRef("pk")}).filter(theirs)))
    return found


def _run(
    actor: Actor, rows: QuerySet[Any], *, rule: str, why: str, key: str, verb: str, cut_at: datetime | None
) -> PurgeRun:
    require_everywhere(actor, PURGE)
    named = key or f"{rule} {uuid4()}"
    standing = running_of(named)
    if standing is not None:
        return standing
    last = rows.order_by().aggregate(last=Max("pk"))["last"]
    by = actor if isinstance(actor, User) else None
    with writing():
        made, is_new = PurgeRun.objects.get_or_create(
            key=named,
            defaults={
                "rule": rule, "why": why[:400], "model": rows.model._meta.label, "verb": verb, "asked_by": by,
                "began_at": timezone.now(), "cut_at": cut_at, "up_to": "" if last is None else str(last),
                "before": rows.count(),
            },
        )  # fmt: skip
        if is_new:
            audit(actor, f"begin_{verb}", subject=made.subject,
                  after={"rule": rule, "model": made.model, "before": made.before, "why": made.why})  # fmt: skip
    return made


def _go_on(actor: Actor, run: PurgeRun, work: _Work, progress: Callable[[int], None] | None) -> Purged:
    if run.finished_at is None and run.up_to:
        while _chunk(actor, run, work):
            if progress is not None:
                progress(PurgeRun.objects.values_list("looked", flat=True).get(pk=run.pk))
            if connection.vendor == "sqlite" and not connection.in_atomic_block:
                time.sleep(BREATH_S)
    if run.finished_at is None:
        _finish(actor, run, work)
    run.refresh_from_db()
    return purged(run)


def _chunk(actor: Actor, run: PurgeRun, work: _Work) -> bool:
    """Do the next chunk in one transaction. Returns whether there was one."""
    with writing():
        lock_holds()
        now = PurgeRun.objects.select_for_update().get(pk=run.pk)
        window = _window(work.rows, now) if now.finished_at is None else []
        if not window:
            return False
        asked = _among(work.rows, window)
        looked = set(asked.values_list("pk", flat=True))
        held, kept_by = _held(work.rows.model, looked)
        used = set() if work.fields else _used(work.rows.model, looked - held)
        go = sorted(looked - held - used)
        digest = _digest(work.rows.model, go)
        along = _do(actor, work, go)
        PurgeChunk.objects.create(
            run=now, number=now.chunks_done + 1, looked=len(looked), gone=len(go), kept=len(held), in_use=len(used),
            left=asked.count(), kept_by=kept_by, along=along, digest=digest, at=timezone.now(),
        )  # fmt: skip
        _add(now, window, looked=len(looked), gone=len(go), kept=len(held), used=len(used), kept_by=kept_by)
        audit(
            actor, now.verb, subject=now.subject,
            after={"chunk": now.chunks_done, "gone": len(go), "kept": len(held), "kept_by": kept_by,
                   "in_use": len(used), "along": along, "digest": digest},
        )  # fmt: skip
    return True


def _window(rows: QuerySet[Any], run: PurgeRun) -> list[Any]:
    """Return the keys of the next rows, in order, and hold them where rows can be held."""
    pk = rows.model._meta.pk
    after = {"pk__gt": pk.to_python(run.reached)} if run.reached else {}
    keys = rows.filter(pk__lte=pk.to_python(run.up_to), **after).order_by("pk").values_list("pk", flat=True)[:CHUNK]
    window = list(keys)
    if window and connection.vendor == "postgresql":
        # What somebody is changing now is waited for, and judged as it then stands.
        list(_among(rows.model._base_manager.all(), window).order_by("pk").select_for_update().values_list("pk"))
    return window


def _held(model: Any, looked: set[Any]) -> tuple[set[Any], dict[str, int]]:
    holds: list[Holding] = holds_in_force()
    found = rows_held(_among(model._base_manager.all(), looked), holds) if holds else {}
    kept_by = {str(holds[place].number): len(keys) for place, keys in found.items() if keys}
    return set().union(*found.values()), kept_by


def _used(model: Any, keys: set[Any]) -> set[Any]:
    condition = in_use(model)
    if condition is NONE or not keys:
        return set()
    return set(_among(model._base_manager.all(), keys).filter(condition).values_list("pk", flat=True))


def _do(actor: Actor, work: _Work, keys: list[Any]) -> dict[str, int]:
    """Delete or overwrite the rows; returns what went along, by model."""
    if not keys:
        return {}
    model: Any = work.rows.model
    rows = _among(model._base_manager.all(), keys)
    if work.fields is not None:
        dated = {"version": F("version") + 1, "changed_at": timezone.now()} if hasattr(model, "save_version") else {}
        rows.update(**work.fields, **dated)
        if work.also is not None:
            work.also(actor, keys)
        return {}
    if work.also is not None:
        work.also(actor, keys)
    with opened():
        _, by_label = rows.delete()
    gone = by_label.pop(model._meta.label, 0)
    if gone != len(keys):
        raise RuntimeError(f"{len(keys)} rows of {model._meta.label} were to go, {gone} went; nothing was written.")
    return by_label


def _add(
    run: PurgeRun, window: list[Any], *, looked: int, gone: int, kept: int, used: int, kept_by: dict[str, int]
) -> None:
    run.reached, run.chunks_done = str(window[-1]), run.chunks_done + 1
    run.looked, run.gone, run.kept, run.in_use = (
        run.looked + looked,
        run.gone + gone,
        run.kept + kept,
        run.in_use + used,
    )
    for number, records in kept_by.items():
        run.kept_by[number] = run.kept_by.get(number, 0) + records
    run.save(update_fields=["reached", "chunks_done", "looked", "gone", "kept", "in_use", "kept_by", "changed_at"])


def _finish(actor: Actor, run: PurgeRun, work: _Work) -> None:
    with writing():
        now = PurgeRun.objects.select_for_update().get(pk=run.pk)
        if now.finished_at is not None:
            return
        now.after = work.rows.count()
        now.others = now.before - now.looked
        now.finished_at = timezone.now()
        now.save(update_fields=["after", "others", "finished_at", "changed_at"])
        audit(
            actor, f"end_{now.verb}", subject=now.subject,
            after={"before": now.before, "gone": now.gone, "kept": now.kept, "kept_by": now.kept_by,
                   "in_use": now.in_use, "others": now.others, "after": now.after},
        )  # fmt: skip


def _among(rows: QuerySet[Any], keys: Collection[Any]) -> QuerySet[Any]:
    whole = all(isinstance(key, int) for key in keys)
    return rows.filter(pk__in=numbered(keys) if whole else list(keys))


def _digest(model: Any, keys: list[Any]) -> str:
    """Return the digest over what went: public identifiers where rows have them, else keys, in order of keys."""
    name = "uid" if any(field.name == "uid" for field in model._meta.concrete_fields) else "pk"
    names = _among(model._base_manager.all(), keys).order_by("pk").values_list(name, flat=True) if keys else ()
    return hashlib.sha256("\n".join(str(each) for each in names).encode()).hexdigest()
