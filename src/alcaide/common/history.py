"""What the trail tells of a subject, or of everything: who did what when, with values as far as not erased."""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import registries, words
from alcaide.common.models import TrailLine, TrailValue, User
from alcaide.common.money import Kind, Money
from alcaide.common.permissions import AUDITOR, CHIEF, permit
from alcaide.common.registries import Subject
from alcaide.common.rows import listed

TRAIL_SEE = permit("trail.see", "See the trail", CHIEF, AUDITOR)
TRAIL_EXPORT = permit("trail.export", "Export the trail", CHIEF, AUDITOR)

# Subjects of the house itself; all others are shown only to whom their room names them.
OWN = ("common.user:", "common.bulk:", "common.list:", "common.trail:", "system:")
UID_LENGTH = 36
# Questions that a page spends on the names of its records, beside one for who signs in.
MOST_ASKED = 3
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


@dataclass(frozen=True)
class Moved:
    """One field of one line, before and after in words; None where the line says nothing of that side."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Told:
    """One line of the trail as a person reads it."""

    seq: int
    at: datetime
    who: str
    verb: str
    subject: str
    hash: str
    fields: tuple[Moved, ...]
    is_withheld: bool = False
    named: Subject | None = None
    """The subject by its name and page, where the reader may see it."""


def of_subject(subject: str, *, limit: int = 20, without: frozenset[str] = frozenset()) -> list[Told]:
    """Return the newest lines of a subject, for who was let in to the subject's own page.

    `without` names fields whose values stay away. Three queries, however many lines.
    """
    return tell(TrailLine.objects.filter(subject=subject).order_by("-seq")[:limit], without=without)


def tell(lines: Iterable[TrailLine], *, without: frozenset[str] = frozenset()) -> list[Told]:
    """Put lines into words with their values. The caller has asked who may read them."""
    rows = list(lines)
    kept: dict[tuple[int, str, str], str] = {
        (value.line_id, value.side, value.field): value.value
        for value in TrailValue.objects.filter(line_id__in=[row.seq for row in rows])
    }
    who = names_of({row.actor for row in rows})
    return [_told(row, who[row.actor], kept, without=without) for row in rows]


def opened(row: TrailLine, user: Any) -> Told:
    """Return one line in words; its values only where the room of its subject names that to the user."""
    named = registries.subject_of(row.subject, user)
    if named is not None or row.subject.startswith(OWN):
        return replace(tell([row])[0], named=named)
    who = names_of([row.actor])[row.actor]
    return Told(row.seq, row.at, who, verb_words(row.verb), row.subject, row.hash, (), is_withheld=True)


def names_of(actors: Collection[str]) -> dict[str, str]:
    """Return the names of actors as the trail writes them, with one query."""
    users = [actor for actor in actors if actor.startswith("common.user:")]
    uids = {actor: uid for actor in users if len(uid := actor.partition(":")[2]) == UID_LENGTH}
    names = {str(uid): name for uid, name in User.objects.filter(uid__in=uids.values()).values_list("uid", "name")}
    return {actor: names.get(uids.get(actor, ""), "") or _house(actor) for actor in actors}


def actors_like(text: str) -> Q:
    """Return the condition for lines by actors whose name or address holds the text."""
    users = User.objects.filter(Q(name__icontains=text) | Q(email__icontains=text)).values_list("uid", flat=True)
    # One value however many are called so: none of them may be missing from the number of lines.
    return Q(actor__in=listed([*(f"common.user:{uid}" for uid in users), text, f"system:{text}"]))


def dress(rows: Sequence[Any], user: Any) -> None:
    """Hang on each line of a page who did it to what, by their names: at most four queries.

    `named` is the record where the reader may see it, else None; `title` and `kind` are its words either way. Where a
    page holds many kinds of record, those of the fewest lines are named only when their line is opened.
    """
    _dress(rows, user, registries.within((row.subject for row in rows), MOST_ASKED))


def dress_file(rows: Sequence[Any], user: Any) -> None:
    """Hang on each line of a file what `dress` hangs on a page's, every record by its name."""
    _dress(rows, user, {row.subject for row in rows})


def _dress(rows: Sequence[Any], user: Any, asked: Collection[str]) -> None:
    who = names_of({row.actor for row in rows} | {row.subject for row in rows})
    named = registries.subjects_of(asked, user)
    for row in rows:
        row.who = who[row.actor]
        row.named = named.get(row.subject)
        row.title, row.kind = _title_of(row.subject, row.named, own=who[row.subject])
        if row.subject not in asked and len(row.subject.partition(":")[2]) == UID_LENGTH:
            row.title, row.kind = kind_words(row.subject), _("open the line to see which")


def _title_of(subject: str, named: Subject | None, *, own: str) -> tuple[str, str]:
    """Return a record's title and kind; the kind alone, and that it is kept back, where the reader may not see it."""
    _kind, _sep, key = subject.partition(":")
    label = kind_words(subject)
    if named is not None:
        return named.title, label
    if own != subject:
        return own, label
    if len(key) != UID_LENGTH:
        return f"{label} ({key})", ""
    return label, _("not yours to see, or gone")


def kind_words(subject: str) -> str:
    """Return the kind of a subject as a person reads it."""
    kind = subject.partition(":")[0]
    label = registries.kind_label(kind)
    return label if label != kind else kind.rpartition(".")[2].replace("_", " ").capitalize()


def verb_words(verb: str) -> str:
    """Return a verb as a person reads it: `let_out` is “let out”."""
    return verb.replace("_", " ")


def subject_words(subject: str) -> str:
    """Return a subject as a list shows it: its kind in words and the end of its identifier."""
    kind, _sep, uid = subject.partition(":")
    return f"{registries.kind_label(kind)} {uid[-6:]}".strip() if len(uid) == UID_LENGTH else f"{kind} {uid}".strip()


def _told(row: TrailLine, who: str, kept: dict[tuple[int, str, str], str], *, without: frozenset[str]) -> Told:
    before, after = _fields(row.before), _fields(row.after)
    fields = tuple(
        Moved(
            name.replace("_", " "),
            _side(row, "before", name, kept) if name in before else None,
            _side(row, "after", name, kept) if name in after else None,
        )
        for name in sorted(before | after)
        if name not in without
    )
    return Told(row.seq, row.at, who, verb_words(row.verb), row.subject, row.hash, fields)


def _side(row: TrailLine, side: str, name: str, kept: dict[tuple[int, str, str], str]) -> str:
    value = kept.get((row.seq, side, name))
    if value is None:
        return _("erased")
    try:
        return _in_words(json.loads(value))
    except ValueError:
        return value


def _fields(text: str) -> set[str]:
    try:
        return set(json.loads(text))
    except (ValueError, TypeError):
        return set()


def _in_words(value: Any) -> str:  # noqa: PLR0911  one return per kind of value is the clearest table
    if value is None or value in ("", [], {}):
        return _("nothing")
    match value:
        case bool():
            return _("yes") if value else _("no")
        case {"minor": minor, "currency": str(currency), **rest} if set(rest) <= {"kind"}:
            return words.money_full(Money(int(minor), currency, Kind.CASH).major, currency)
        case str() if MOMENT.match(value):
            return _moment(value)
        case list():
            return ", ".join(_in_words(each) for each in value)
        case dict():
            return "; ".join(f"{key.replace('_', ' ')}: {_in_words(each)}" for key, each in value.items())
    return str(value)


def _moment(value: str) -> str:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return words.moment(timezone.localtime(at), today=timezone.localdate()) if at.tzinfo else value


def _house(actor: str) -> str:
    kind, _sep, name = actor.partition(":")
    return _("the house (%(name)s)") % {"name": name.replace("_", " ")} if kind == "system" else actor
