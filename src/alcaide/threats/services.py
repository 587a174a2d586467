"""Taking in feeds: an edition is compared with the one before, and only what differs is written."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from alcaide.common import files, purging
from alcaide.common.bulk import in_chunks
from alcaide.common.changes import note_change
from alcaide.common.jobs import enqueue
from alcaide.common.models import StoredFile, User
from alcaide.common.permissions import require
from alcaide.common.rows import Table, listed
from alcaide.common.trail import Actor, audit, write
from alcaide.intake.errors import IntakeError
from alcaide.intake.reading import Report, open_report
from alcaide.intake.records import Epss, EpssModel, Kev, KevCatalogue, Notice, Quarantined, Record
from alcaide.intake.unpacking import DAMAGED

from .models import TAKE_IN, Exploitation, Feed, KnownExploited
from .queries import WHOLE_LIST_ROWS, current

ROOM = "threats"
JOB = "threats.read_feed"
CHUNK = 5_000
# A score is three short values: so many take a fifth of a second to compare and to write.
SCORES_AT_ONCE = 30_000
# Lists grow and hardly shrink. One that lost more than this was cut short or is another list.
MOST_REMOVED = 0.1
_SCORES = Table(Exploitation, "cve", "probability", "percentile", "feed_id")
UPDATED_OF_KEV = ("vendor", "product", "name", "added_on", "due_on", "ransomware", "removed_on")
Progress = Callable[[int], None]


class OlderEdition(ValueError):
    """The edition is older than the one in force; nothing was written."""


class NotAFeed(IntakeError):
    """The file is a report, not a feed of this kind."""


@write
def land(actor: Actor, *, file: StoredFile, kind: str = "", force: bool = False) -> Feed:
    """Put a stored file down as an edition to be read; the same bytes again answer with the edition they are.

    Needs the right to bring in feeds. Raises IntakeError for what is no feed, OlderEdition for one that is older
    than the edition in force or does not say its date, unless forced.
    """
    require(actor, TAKE_IN)
    found, edition, dated_on = _look(file, kind)
    held = Feed.objects.filter(kind=found, file=file).order_by("-again").first()
    if held is not None and not force:
        return held
    if not force:
        _refuse_older(found, dated_on)
    feed = Feed.objects.create(
        kind=found, file=file, edition=edition[:60], dated_on=dated_on, again=held.again + 1 if held else 0,
        brought_by=actor if isinstance(actor, User) else None,
    )  # fmt: skip
    audit(actor, "land_feed", subject=feed.subject, after={"kind": found, "edition": edition, "sha256": file.sha256})
    return feed


def take_in_kev(actor: Actor, *, file: StoredFile, force: bool = False, progress: Progress | None = None) -> Feed:
    """Take in CISA's list of known exploited flaws. What left the list keeps its date of removal. See `land`."""
    return read(actor, land(actor, file=file, kind="kev", force=force), progress=progress)


def take_in_epss(actor: Actor, *, file: StoredFile, force: bool = False, progress: Progress | None = None) -> Feed:
    """Take in FIRST's scores. What is no longer scored loses its score. See `land`."""
    return read(actor, land(actor, file=file, kind="epss", force=force), progress=progress)


def read(actor: Actor, feed: Feed, *, progress: Progress | None = None) -> Feed:
    """Read a landed edition and write what differs; killed at any moment, it goes on where it stopped.

    An edition that was read already is returned as it stands. One that cannot be read is marked as failed.
    """
    if feed.state == "done":
        return feed
    require(actor, TAKE_IN)
    Feed.objects.filter(pk=feed.pk).update(state="running")
    try:
        return _read_kev(actor, feed, progress) if feed.kind == "kev" else _read_epss(actor, feed, progress)
    except (IntakeError, files.FileLost) as fault:
        return _fail(actor, feed, reason=str(fault))


@write
def stop_reading(actor: Actor, feed: Feed, *, reason: str) -> Feed:
    """Mark an edition as not taken in because somebody stopped it; what was written before stands."""
    require(actor, TAKE_IN)
    return _fail(actor, feed, reason=reason)


@write
def bring_in(actor: User, *, file: StoredFile, force: bool = False) -> Feed:
    """Land a file and ask for the job that reads it. See `land`."""
    feed = land(actor, file=file, force=force)
    ask_to_read(actor, feed)
    return feed


def ask_to_read(actor: User, feed: Feed) -> None:
    """Ask for the job that reads a landed edition; one that was read already is left as it stands."""
    if feed.state != "done":
        enqueue(
            JOB, key=feed.subject, about=gettext("Reading %(name)s") % {"name": feed.file.name}, asked_by=actor,
            url=reverse("feed", args=[feed.uid]), feed=str(feed.uid),
        )  # fmt: skip


def in_words(notices: Iterable[Notice]) -> list[str]:
    """Write what a reader noted, each once, with how often."""
    return [each.text if each.times == 1 else f"{each.text} ({each.times:,} times)" for each in notices]


def is_cut(notices: Iterable[str]) -> bool:
    """Tell from what a reader noted whether it saw less than the whole file: then what is missing proves nothing."""
    return any("ends early" in text or text.startswith(DAMAGED) for text in notices)


@dataclass
class _Told:
    """What came out of reading one edition."""

    rows: int = 0
    quarantined: int = 0
    sum_of_scores: float = 0.0
    notices: list[str] = field(default_factory=list)
    set_aside: set[str] = field(default_factory=set)
    """Flaws of rows that could not be read; "" where not even that could be read."""


def feed_kind(stream: Any, *, name: str, kind: str = "") -> str:
    """Return which feed a file is. Raises IntakeError where it is none, or not the one that is wanted."""
    with open_report(stream) as opened:
        return _kind_of(opened, name, kind)


def _kind_of(opened: Report, name: str, kind: str) -> str:
    found = opened.format.key
    if found not in dict(Feed.KINDS) or (kind and found != kind):
        label = dict(Feed.KINDS).get(kind, gettext("a threat feed"))
        raise NotAFeed(gettext("“%(name)s” is not %(label)s.") % {"name": name, "label": label})
    return found


def _look(file: StoredFile, kind: str) -> tuple[str, str, date | None]:
    """Return the feed's kind, its edition and its date, from the file's beginning."""
    with files.open_stored(file) as stream, open_report(stream) as opened:
        found = _kind_of(opened, file.name, kind)
        for record in opened.records():
            if isinstance(record, KevCatalogue):
                return found, record.version, record.released.date() if record.released else None
            if isinstance(record, EpssModel):
                return found, record.version, record.scored_on
    return found, "", None


def _refuse_older(kind: str, dated_on: date | None) -> None:
    newest = current(kind)
    if newest is None or newest.dated_on is None:
        return
    if dated_on is None:
        raise OlderEdition(
            gettext("The file does not say its date, so it may be older than the edition of %(day)s that is in force.")
            % {"day": newest.dated_on.isoformat()}
        )
    if dated_on < newest.dated_on:
        raise OlderEdition(
            gettext("This edition is of %(day)s; the one in force is newer, of %(newest)s. Nothing was taken in.")
            % {"day": dated_on.isoformat(), "newest": newest.dated_on.isoformat()}
        )


def _records(feed: Feed, wanted: type[Record], told: _Told) -> Iterator[Any]:
    """Yield the edition's rows; what is set aside and what the reader noted goes into `told`."""
    with files.open_stored(feed.file) as stream, open_report(stream) as opened:
        for record in opened.records():
            if isinstance(record, Quarantined):
                told.quarantined += 1
                told.set_aside.add(record.check)
            elif isinstance(record, wanted):
                told.rows += 1
                yield record
        told.notices.extend(in_words(opened.notices))


def _read_kev(actor: Actor, feed: Feed, progress: Progress | None) -> Feed:
    told, named = _Told(), set[str]()
    rows = _noting(_records(feed, Kev, told), named)
    counts = in_chunks(
        actor, key=_key(feed), verb="take_in_kev", about=feed.subject, rows=rows, chunk=CHUNK,
        write=lambda chunk: _write_kev(feed, chunk), progress=progress,
    )  # fmt: skip
    _drain(rows)
    held = set(KnownExploited.objects.filter(removed_on__isnull=True).values_list("cve", flat=True))
    return _finish(actor, feed, told, counts=counts.by, gone=_gone(held, named, told))


def _read_epss(actor: Actor, feed: Feed, progress: Progress | None) -> Feed:
    told, scored = _Told(), set[str]()
    rows = _summing(_noting(_records(feed, Epss, told), scored), told)
    counts = in_chunks(
        actor, key=_key(feed), verb="take_in_epss", about=feed.subject, rows=rows, chunk=SCORES_AT_ONCE,
        write=lambda chunk: _write_epss(feed, chunk), progress=progress,
    )  # fmt: skip
    _drain(rows)
    before = current("epss")
    if before is not None and before.edition != feed.edition:
        told.notices.append(
            gettext("The model changed from %(old)s to %(new)s, which shifts every score: no flaw became worse by it.")
            % {"old": before.edition or "?", "new": feed.edition or "?"}
        )
    if told.rows < WHOLE_LIST_ROWS:
        told.notices.append(
            gettext("This edition scores %(rows)s flaws; the whole list has some 300,000. What is believed of a flaw "
                    "without a score rests on these few.") % {"rows": f"{told.rows:,}"}
        )  # fmt: skip
    held = {cve for (cve,) in _select("SELECT cve FROM {table}")}
    return _finish(actor, feed, told, counts=counts.by, gone=_gone(held, scored, told))


def _key(feed: Feed) -> str:
    return f"{feed.subject}:rows"


def _noting(rows: Iterator[Any], cves: set[str]) -> Iterator[Any]:
    for row in rows:
        cves.add(row.cve)
        yield row


def _summing(rows: Iterator[Epss], told: _Told) -> Iterator[Epss]:
    for row in rows:
        told.sum_of_scores += row.probability
        yield row


def _drain(rows: Iterator[Any]) -> None:
    """Read on to the end: a bulk that was finished before a kill does not look at its rows again."""
    for _ in rows:
        pass


def _gone(held: set[str], named: set[str], told: _Told) -> list[str]:
    """Return the flaws that left the list; none where their absence may be the file's fault."""
    gone = sorted(held - named - told.set_aside)
    if not gone:
        return []
    why = ""
    if is_cut(told.notices):
        why = gettext("the file ends early")
    elif "" in told.set_aside:
        why = gettext("rows were set aside whose flaw cannot be read")
    elif len(gone) > MOST_REMOVED * len(held):
        why = gettext("a list does not shrink that much from one edition to the next")
    if not why:
        return gone
    told.notices.append(
        ngettext(
            "%(count)s flaw is not in this edition and stands as it was, because %(why)s.",
            "%(count)s flaws are not in this edition and stand as they were, because %(why)s.",
            len(gone),
        )
        % {"count": f"{len(gone):,}", "why": why}
    )
    return []


def _write_kev(feed: Feed, chunk: list[Kev]) -> dict[str, int]:
    held = KnownExploited.objects.in_bulk([each.cve for each in chunk], field_name="cve")
    new, changed = [], []
    for each in chunk:
        values = {
            "vendor": each.vendor[:200], "product": each.product[:200], "name": each.name[:300],
            "added_on": each.added, "due_on": each.due, "ransomware": each.ransomware, "removed_on": None,
        }  # fmt: skip
        before = held.get(each.cve)
        if before is None:
            new.append(KnownExploited(cve=each.cve, feed=feed, **values))
        elif any(getattr(before, name) != value for name, value in values.items()):
            changed.append(KnownExploited(pk=before.pk, cve=each.cve, feed=feed, **values))
    KnownExploited.objects.bulk_create(new)
    KnownExploited.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["id"], update_fields=[*UPDATED_OF_KEV, "feed"]
    )
    return {"added": len(new), "changed": len(changed)}


def _write_epss(feed: Feed, chunk: list[Epss]) -> dict[str, int]:
    held = {row[0]: row[1:] for row in _scores_of([each.cve for each in chunk])}
    new = [each for each in chunk if each.cve not in held]
    moved = [each for each in chunk if each.cve in held and held[each.cve] != (each.probability, each.percentile)]
    _add_epss(feed, new)
    _upsert_epss(feed, moved)
    return {"added": len(new), "changed": len(moved)}


def _add_epss(feed: Feed, rows: list[Epss]) -> None:
    """Add scores of flaws that had none; where another edition was read beside this one, some have one by now."""
    try:
        with transaction.atomic():
            _SCORES.insert((each.cve, each.probability, each.percentile, feed.pk) for each in rows)
    except IntegrityError:
        _upsert_epss(feed, rows)


def _scores_of(cves: list[str]) -> list[tuple[Any, ...]]:
    """Return what stands of these flaws: flaw, score, rank."""
    if connection.vendor == "postgresql":
        return _select("SELECT cve, probability, percentile FROM {table} WHERE cve = ANY(%s)", cves)
    one_of = "(SELECT value FROM json_each(%s))"
    return _select(f"SELECT cve, probability, percentile FROM {{table}} WHERE cve IN {one_of}", json.dumps(cves))  # noqa: S608  fixed words


def _select(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Read scores past the model: 360,000 of its rows would take seconds."""
    with connection.cursor() as cursor:
        cursor.execute(statement.format(table=f'"{Exploitation._meta.db_table}"'), values)
        return list(cursor.fetchall())


def _upsert_epss(feed: Feed, rows: list[Epss]) -> None:
    """Write scores by statements of the database's own kind: 360,000 model rows would take half a minute."""
    if not rows:
        return
    into = (
        f'INSERT INTO "{Exploitation._meta.db_table}" (cve, probability, percentile, feed_id) %s '
        "ON CONFLICT (cve) DO UPDATE SET probability = excluded.probability, "
        "percentile = excluded.percentile, feed_id = excluded.feed_id"
    )
    columns: list[list[Any]] = [
        [each.cve for each in rows],
        [each.probability for each in rows],
        [each.percentile for each in rows],
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            source = "SELECT r.cve, r.p, r.q, %s FROM unnest(%s::text[], %s::float8[], %s::float8[]) AS r (cve, p, q)"
            cursor.execute(into % source, [feed.pk, *columns])
        else:
            cursor.executemany(
                into % "VALUES (%s, %s, %s, %s)", [(*row, feed.pk) for row in zip(*columns, strict=True)]
            )


@write
def _finish(actor: Actor, feed: Feed, told: _Told, *, counts: Mapping[str, int], gone: list[str]) -> Feed:
    """Take off what left the list and put the edition in force, in one transaction."""
    removed = _take_off(feed, gone)
    feed.state, feed.finished_at, feed.reason = "done", timezone.now(), ""
    feed.rows, feed.quarantined, feed.notices = told.rows, told.quarantined, told.notices
    feed.added, feed.changed, feed.removed = counts.get("added", 0), counts.get("changed", 0), removed
    feed.mean_probability = told.sum_of_scores / told.rows if feed.kind == "epss" and told.rows else None
    feed.save()
    written = {name: getattr(feed, name) for name in ("rows", "added", "changed", "removed", "quarantined")}
    audit(actor, f"take_in_{feed.kind}", subject=feed.subject, after={**written, "edition": feed.edition})
    if feed.added or feed.changed or feed.removed:
        note_change(ROOM, feed.subject)
    return feed


def _take_off(feed: Feed, gone: list[str]) -> int:
    if not gone:
        return 0
    if feed.kind == "kev":
        on = feed.dated_on or timezone.localdate()
        return KnownExploited.objects.filter(cve__in=listed(gone)).update(removed_on=on, feed=feed)
    return purging.renew(Exploitation.objects.filter(cve__in=listed(gone)))


@write
def _fail(actor: Actor, feed: Feed, *, reason: str) -> Feed:
    feed.state, feed.reason, feed.finished_at = "failed", reason, timezone.now()
    feed.save(update_fields=["state", "reason", "finished_at"])
    audit(actor, "fail_feed", subject=feed.subject, after={"reason": reason})
    return feed
