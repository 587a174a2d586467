"""Finding a subject by words: one way to fold text, one index of the database's own kind, the same hits on both."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models.expressions import RawSQL

from alcaide.common import purging, registries
from alcaide.common.models import SearchDoc
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Found
from alcaide.common.spelling import learn, respelled
from alcaide.common.trail import System

LONGEST_WORD = 64
MOST_WORDS = 2_000
"""Distinct words kept of one subject; PostgreSQL takes a megabyte of them at most."""
MOST_ASKED = 12
COMMON = 3_000
"""Hits whose rows a list filtered by words takes by their keys; of more it asks each row in its own order."""
MOST_SORTED = 20_000
"""Hits that a list sorts where those lie far apart in its order; beyond them it asks for another word."""
BROAD = 10_000
"""Hits that other questions look at."""
FEW = 20_000
"""Hits that PostgreSQL numbers before it reads any."""
NEWEST = 500
MOST_TRIED = 6
# Letters that NFKD leaves whole although people type them without their stroke or ligature.
LETTERS = str.maketrans({
    "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i",
    "ŋ": "n", "ƒ": "f", "ɨ": "i", "ʉ": "u", "ɓ": "b", "ɗ": "d", "ɠ": "g", "ĸ": "k",
})  # fmt: skip
ASCII_WORDS = re.compile("[a-z0-9]+")
# Folded words hold no underscore: a word marked with one can only be of the title, with two only the subject's kind.
TITLE, KIND = "_", "__"


@dataclass(frozen=True)
class Doc:
    """What the search is told of one subject; `unit_id` None lets every unit find it.

    `row` is the primary key of the subject's row, by which lists are narrowed; where it is not told it is looked up.
    """

    subject: str
    kind: str
    title: str
    second: str = ""
    words: str = ""
    unit_id: int | None = None
    row: int | None = None


def fold(text: str) -> list[str]:
    """Return the words of a text as the search compares them: no case, no accents, split where no letter stands.

    >>> fold("Łódź, O'Brien: CVE-2024-3094 (Straße)")
    ['lodz', 'o', 'brien', 'cve', '2024', '3094', 'strasse']
    """
    if text.isascii():
        words = ASCII_WORDS.findall(text.lower())
    else:
        bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(LETTERS)
        kept = (char if char.isalnum() else " " for char in bare if not unicodedata.combining(char))
        words = "".join(kept).split()
    return [word[:LONGEST_WORD] for word in words]


def index(
    subject: str, *, kind: str, title: str, second: str = "", words: str = "", unit_id: int | None = None
) -> None:
    """Make a subject findable, or renew what is known of it. Called inside the write that changed it."""
    index_many([Doc(subject, kind, title, second, words, unit_id)])


def index_many(docs: Iterable[Doc]) -> None:
    """Make many subjects findable with a handful of statements; for bulk writes, one call a chunk."""
    wanted = {doc.subject: doc for doc in docs}
    if not wanted:
        return
    row_of = _rows_of(wanted.values())
    rows = [
        SearchDoc(subject=doc.subject, kind=doc.kind, title=doc.title[:300], second=doc.second[:300],
                  unit_id=doc.unit_id, row=row_of.get(doc.subject))
        for doc in wanted.values()
    ]  # fmt: skip
    SearchDoc.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["subject"],
        update_fields=["kind", "title", "second", "unit_id", "row"],
    )  # fmt: skip
    learn(word for doc in wanted.values() for word in fold(doc.title))
    ids = SearchDoc.objects.filter(subject__in=wanted).values_list("id", "subject")
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO common_searchwords (doc_id, words) VALUES (%s, %s) "
            "ON CONFLICT (doc_id) DO UPDATE SET words = excluded.words",
            [(doc_id, _words_of(wanted[subject])) for doc_id, subject in ids],
        )


def forget(subject: str) -> None:
    """Take a subject out of the search. Called inside the write that removed it."""
    ids = list(SearchDoc.objects.filter(subject=subject).values_list("id", flat=True))
    purging.renew_table("common_searchwords", "doc_id", keys=ids)
    purging.renew(SearchDoc.objects.filter(id__in=ids))


def find(user: Any, text: str, *, limit: int = 20, kind: str | None = None) -> list[Found]:
    """Return what the user may open whose words all occur, hits in the title first, the newest before older ones.

    The last word is taken as a beginning. Each hit is resolved by the room it belongs to, which may withhold it.
    """
    found: list[Found] = []
    docs = _candidates(user, _asked(text), most=limit * 3, kind=kind)
    while len(found) < limit and (some := list(islice(docs, limit - len(found)))):
        known = registries.subjects_of((doc.subject for doc in some), user)
        found += [
            Found(doc.subject, doc.kind, doc.title, doc.second, subject.url)
            for doc in some
            if (subject := known[doc.subject]) is not None
        ]
    return found


@dataclass(frozen=True)
class Hits:
    """What a search found; `instead` are the words that were looked for where what was typed found nothing."""

    found: list[Found]
    instead: str = ""


def find_or_meant(user: Any, text: str, *, limit: int = 20) -> Hits:
    """Find as `find` does; where nothing is found, look for what was probably meant and say so.

    Words of titles that the user may not see never show: a spelling counts only where it finds something for them.
    """
    found = find(user, text, limit=limit)
    if found:
        return Hits(found)
    for words in islice(respelled(_asked(text)), MOST_TRIED):
        found = find(user, " ".join(words), limit=limit)
        if found:
            return Hits(found, " ".join(words))
    return Hits([])


def matching_uids(text: str, subject_kind: str) -> RawSQL | None:
    """Return a subquery of the identifiers of one kind of subject that hold all words; None where there are no words.

    For a list's filter: `rows.filter(uid__in=matching_uids("srv 04", "assets.asset"))`. It holds the newest 10,000;
    `beyond` tells whether there are more.
    """
    words = _asked(text)
    if not words:
        return None
    hits, values = _hits([_kind_word(subject_kind), *words], of=_Only(), most=BROAD)
    uid = _uid_in("subject", subject_kind)
    return RawSQL(f"SELECT {uid} FROM ({hits}) AS hit", values)  # noqa: S608, S611  our own words, values apart


@dataclass(frozen=True)
class Keys:
    """Rows that hold all words, by their primary keys; `more` says that there are more than these.

    The keys stand as the database itself writes many numbers in one value: they only pass through.
    """

    keys: str
    more: bool = False

    def __bool__(self) -> bool:
        """Whether there are any."""
        return any(each.isdigit() for each in self.keys)


def some(text: str, subject_kind: str) -> Keys:
    """Look up rows of one kind of subject by words, any 3,000 of them. One statement, none without words."""
    is_sqlite = connection.vendor == "sqlite"
    words = _asked(text)
    if not words:
        return Keys("[]" if is_sqlite else "{}")
    source, doc_id, match = _index([_kind_word(subject_kind), *words])
    hits = f"SELECT {doc_id} AS id FROM {source} w WHERE {match.sql} LIMIT {COMMON + 1}"  # noqa: S608  our own words
    # A subquery for each hit: PostgreSQL would else read the whole table to look up a tenth of it.
    row = "(SELECT d.row FROM common_searchdoc d WHERE d.id = n.id)"
    rows = f"(SELECT {row} AS key FROM (SELECT id FROM hit LIMIT {COMMON}) n)"  # noqa: S608  as above
    # A document of no row leaves NULL, which equals nothing.
    every = "json_group_array(key)" if is_sqlite else "coalesce(array_agg(key), '{}')::text"
    number = "(SELECT count(*) FROM hit)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH hit AS MATERIALIZED ({hits}) SELECT {every}, {number} FROM {rows} q",  # noqa: S608  as above
            match.values,
        )
        keys, found = cursor.fetchone()
    return Keys(keys, more=found > COMMON)


@dataclass(frozen=True)
class Held:
    """Words that a row of one kind of subject shall hold, all of them, the last as a beginning."""

    text: str
    subject_kind: str

    def test(self, row: str) -> tuple[str, tuple[Any, ...]]:
        """Write what asks one row, by its column, for the words; none of them holds no words at all.

        A single value, not EXISTS: PostgreSQL would gather all that hold the words before it looks at a row.
        """
        *whole, begun = _asked(self.text)
        values: tuple[Any, ...] = (*(f" {word} " for word in whole), f" {begun}")
        if connection.vendor == "sqlite":
            # As the full-text table finds them, which reads all hits anew for every row that it is asked of.
            test = " AND ".join(["instr(' ' || w.words || ' ', %s) > 0"] * len(values))
        else:
            _, _, match = _index([*whole, begun])
            test, values = match.sql, match.values
        docs = "common_searchdoc d JOIN common_searchwords w ON w.doc_id = d.id"
        # A column and words of our own; what somebody typed stands among the values.
        statement = f"(SELECT {test} FROM {docs} WHERE d.kind = %s AND d.row = {row} LIMIT 1)"  # noqa: S608
        return statement, (*values, self.subject_kind)

    def newest(self) -> tuple[str, tuple[Any, ...]]:
        """Write what selects the rows of the newest 20,000 subjects that hold the words."""
        source, doc_id, match = _index([_kind_word(self.subject_kind), *_asked(self.text)])
        hits = f"SELECT {doc_id} AS id FROM {source} w WHERE {match.sql} ORDER BY 1 DESC LIMIT {MOST_SORTED}"  # noqa: S608  our own words
        # Numbered first: PostgreSQL would else read every document to look up a tenth of them.
        row = "(SELECT d.row FROM common_searchdoc d WHERE d.id = hit.id)"
        return f"SELECT {row} FROM ({hits}) hit", match.values  # noqa: S608  as above

    def are_too_many(self) -> bool:
        """Tell whether more rows hold the words than can be sorted. One statement."""
        return beyond([self], MOST_SORTED)[0]


def beyond(every: Sequence[Held], number: int) -> list[bool]:
    """Tell of each whether more subjects than this number hold its words, all of them with one statement."""
    parts: list[str] = []
    values: list[Any] = []
    for each in every:
        words = _asked(each.text)
        source, _, match = _index([_kind_word(each.subject_kind), *words])
        # No words at all are in no row, as everywhere; what somebody typed stands among the values.
        hits = f"SELECT 1 FROM {source} w WHERE {match.sql} LIMIT {number + 1 if words else 0}"  # noqa: S608
        parts.append(f"(SELECT count(*) FROM ({hits}) h)")  # noqa: S608  as above
        values += match.values
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        return [found > number for found in cursor.fetchone()]


@dataclass(frozen=True)
class _Only:
    """A condition on the documents, with its values."""

    sql: str = "TRUE"
    values: tuple[Any, ...] = ()

    def __and__(self, other: "_Only") -> "_Only":
        return _Only(f"{self.sql} AND {other.sql}", self.values + other.values)


def _asked(text: str) -> list[str]:
    return fold(text[: MOST_ASKED * LONGEST_WORD])[:MOST_ASKED]


def _rows_of(docs: Iterable[Doc]) -> dict[str, int]:
    """Return the row of each subject that has one: as it was told, else looked up with one statement a kind."""
    known: dict[str, int] = {}
    unknown: dict[str, dict[str, str]] = defaultdict(dict)
    for doc in docs:
        kind, _, uid = doc.subject.partition(":")
        if doc.row is not None:
            known[doc.subject] = doc.row
        elif kind == doc.kind and registries.is_uid(uid):
            unknown[kind][uid] = doc.subject
    named = (model for model in apps.get_models() if hasattr(model, "uid")) if unknown else ()
    models = {getattr(model, "SUBJECT", "") or model._meta.label_lower: model for model in named}
    for kind, subjects in unknown.items():
        if kind in models:
            rows = models[kind]._base_manager.filter(uid__in=subjects).values_list("uid", "pk")
            known |= {subjects[str(uid)]: pk for uid, pk in rows}
    return known


def _words_of(doc: Doc) -> str:
    title = fold(doc.title)
    every = [*title, *fold(doc.second), *fold(doc.words)]
    marked = (TITLE + word for word in title)
    kind = _kind_word(doc.subject.partition(":")[0])
    return " ".join(list(dict.fromkeys((kind, *marked, *every)))[:MOST_WORDS])


def _kind_word(subject_kind: str) -> str:
    return KIND + "_".join(fold(subject_kind))


def _candidates(user: Any, words: list[str], *, most: int, kind: str | None) -> Iterator[SearchDoc]:
    if not words:
        return
    of = _in_units_of(user) & (_Only("d.kind = %s", (kind,)) if kind else _Only())
    seen: set[int] = set()
    for mark in (TITLE, ""):
        marked = [mark + word for word in words]
        left = most
        for part in _newest_first(marked):
            hits, values = _hits(marked, of=of & part, most=left)
            for doc in SearchDoc.objects.raw(hits, values):
                left -= 1
                if doc.id not in seen:
                    seen.add(doc.id)
                    yield doc
            if left <= 0:
                break


def _hits(words: list[str], *, of: _Only, most: int) -> tuple[str, tuple[Any, ...]]:
    """Return the statement that reads the newest documents holding all words, the last taken as a beginning."""
    source, doc_id, match = _index(words)
    where = f"WHERE {match.sql} AND {of.sql} ORDER BY {doc_id} DESC LIMIT {most}"
    columns = "d.id, d.subject, d.kind, d.title, d.second, d.unit_id"
    # Names and numbers of our own; whatever somebody typed stands among the values.
    statement = f"SELECT {columns} FROM {source} w JOIN common_searchdoc d ON d.id = {doc_id} {where}"  # noqa: S608
    return statement, (*match.values, *of.values)


def _uid_in(subject: str, kind: str) -> str:
    """Write what reads the identifier out of a subject of this kind."""
    tail = f"substr({subject}, {len(kind) + 2})"
    return f"replace({tail}, '-', '')" if connection.vendor == "sqlite" else f"{tail}::uuid"


def _index(words: list[str]) -> tuple[str, str, _Only]:
    """Return the table that is asked, its documents' ids, and the condition that all words occur."""
    *whole, begun = words
    if connection.vendor == "sqlite":
        asked = " ".join([*(f'"{word}"' for word in whole), f'"{begun}"*'])
        return "common_searchindex", "w.rowid", _Only("common_searchindex MATCH %s", (asked,))
    asked = " & ".join([*(f"'{word}'" for word in whole), f"'{begun}':*"])
    return "common_searchwords", "w.doc_id", _Only("w.vector @@ %s::tsquery", (asked,))


def _newest_first(words: list[str]) -> list[_Only]:
    """Name the documents where they are not too many, for PostgreSQL: the newest, then the others.

    It takes the beginning of a word for more common than it is, and then reads every document, newest first, in
    search of a handful (66 ms at 100,000), or reads all of many to sort them (150 ms for 15,000). SQLite reads the
    hits themselves in that order.
    """
    if connection.vendor == "sqlite":
        return [_Only()]
    source, doc_id, match = _index(words)
    with connection.cursor() as cursor:
        # Names of our own; what somebody typed stands among the values.
        cursor.execute(f"SELECT {doc_id} FROM {source} w WHERE {match.sql} LIMIT {FEW}", match.values)  # noqa: S608
        ids = sorted((row[0] for row in cursor.fetchall()), reverse=True)
    if len(ids) >= FEW:
        return [_Only()]
    return [_Only("d.id = ANY(%s)", (part,)) for part in (ids[:NEWEST], ids[NEWEST:]) if part]


def _in_units_of(user: Any) -> _Only:
    if isinstance(user, System):
        return _Only()
    units = sorted({unit for held in scope_of(user).units_by_role.values() for unit in held})
    if not units:
        return _Only("d.unit_id IS NULL")
    places = ", ".join(["%s"] * len(units))
    return _Only(f"(d.unit_id IS NULL OR d.unit_id IN ({places}))", tuple(units))
