"""How a part of the auditor's page is put together from rows, and from lines of the trail."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from alcaide.common import registries
from alcaide.common.history import OWN, Told, names_of, tell, verb_words
from alcaide.common.models import TrailLine, User
from alcaide.common.registries import AUDIT_ROWS, AuditPart, AuditRow

PIECE = 500
SUBJECT = re.compile(r"[a-z_]+\.[a-z_]+:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Rows = Callable[[Sequence[Any]], Iterable[AuditRow]]


def part(rows: QuerySet[Any], told: Rows, **more: Any) -> AuditPart:
    """Return a part from rows, the newest first: some to show, all of them for a file, and how many there are."""

    def every() -> Iterator[AuditRow]:
        piece: list[Any] = []
        for row in rows.iterator(chunk_size=PIECE):
            piece.append(row)
            if len(piece) == PIECE:
                yield from told(piece)
                piece = []
        yield from told(piece)

    return AuditPart(rows=tuple(told(list(rows[:AUDIT_ROWS]))), total=rows.count(), every=every, **more)


def lines_of(
    since: datetime, until: datetime, *, verbs: Collection[str] = (), kinds: Collection[str] = (), begins: str = ""
) -> QuerySet[TrailLine]:
    """Return the trail's lines of a period with such a verb, or about such a kind of record."""
    wanted = Q(verb__in=list(verbs))
    if begins:
        wanted |= Q(verb__startswith=begins)
    for kind in kinds:
        wanted |= Q(subject__startswith=f"{kind}:")
    return TrailLine.objects.filter(wanted, at__gte=since, at__lt=until).order_by("-seq")


def told_lines(user: User, *, only: Collection[str] | None = None) -> Rows:
    """Return what puts lines into words: who did what to which record, which values; each opens its line.

    A record that the reader may not see stays unnamed and its values stay away. `only` names the values that say
    nothing of a record, which may be read either way.
    """

    def told(lines: Sequence[TrailLine]) -> Iterator[AuditRow]:
        named = registries.subjects_of({line.subject for line in lines}, user)
        people = names_of({line.subject for line in lines})
        rows = tell(lines)
        words = _named(rows, user)
        for line in rows:
            found = named.get(line.subject)
            is_open = found is not None or line.subject.startswith(OWN)
            title = found.title if found else _title(line.subject, people[line.subject])
            yield AuditRow(
                at=line.at, what=f"{verb_words(line.verb).capitalize()}: {title}", who=line.who,
                more=words(_values(line, only=None if is_open and only is None else set(only or ()))),
                url=found.url if found else "",
            )  # fmt: skip

    return told


def _named(lines: Sequence[Told], user: User) -> Callable[[str], str]:
    """Return what puts names for the records that values name, as far as the reader may see them."""
    found: set[str] = set()
    for line in lines:
        for field in line.fields:
            found.update(SUBJECT.findall(f"{field.before} {field.after}"))
    people = names_of(found)
    named = registries.subjects_of(found, user)

    def name(match: re.Match[str]) -> str:
        subject = match[0]
        seen = named.get(subject)
        return seen.title if seen else _title(subject, people.get(subject, subject))

    return lambda text: SUBJECT.sub(name, text)


def _title(subject: str, name: str) -> str:
    if name != subject:
        return name
    kind, _sep, key = subject.partition(":")
    if kind == "common.list":
        return key
    label = registries.kind_label(kind)
    return label if label != kind else kind.rpartition(".")[2].replace("_", " ")


def _values(line: Told, *, only: set[str] | None) -> str:
    said = []
    for each in line.fields:
        if only is not None and each.field not in only:
            continue
        if each.before is None:
            said.append(f"{each.field}: {each.after}")
        elif each.after is None:
            said.append(_("%(field)s was %(before)s") % {"field": each.field, "before": each.before})
        else:
            said.append(f"{each.field}: {each.before} → {each.after}")
    return "; ".join(said)
