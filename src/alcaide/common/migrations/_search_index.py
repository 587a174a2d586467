"""The full-text side of the search: folded words by document, and the database's own index over them."""

from typing import Any

# No foreign key: Django's flush empties the documents with one TRUNCATE, which a reference would forbid.
WORDS = "CREATE TABLE common_searchwords (doc_id bigint NOT NULL PRIMARY KEY, words text NOT NULL{vector})"
# Folded words have no spaces and no signs, so the vector needs no parser of PostgreSQL's.
VECTOR = ", vector tsvector GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED"
POSTGRES = [
    WORDS.format(vector=VECTOR),
    "CREATE INDEX common_searchwords_by_word ON common_searchwords USING gin (vector)",
]
# SQLite before 3.43 cannot delete from a contentless table without being told the old words: they stand in
# `common_searchwords`, and its triggers tell them. The tokenizer `ascii` leaves every other letter as it is.
SQLITE = [
    WORDS.format(vector=""),
    "CREATE VIRTUAL TABLE common_searchindex USING fts5(words, content='common_searchwords', content_rowid='doc_id', "
    "tokenize=\"ascii tokenchars '_'\", prefix='2 3', detail='none')",
    "CREATE TRIGGER common_searchwords_added AFTER INSERT ON common_searchwords BEGIN "
    "INSERT INTO common_searchindex (rowid, words) VALUES (NEW.doc_id, NEW.words); END",
    "CREATE TRIGGER common_searchwords_removed AFTER DELETE ON common_searchwords BEGIN "
    "INSERT INTO common_searchindex (common_searchindex, rowid, words) VALUES ('delete', OLD.doc_id, OLD.words); END",
    "CREATE TRIGGER common_searchwords_changed AFTER UPDATE ON common_searchwords BEGIN "
    "INSERT INTO common_searchindex (common_searchindex, rowid, words) VALUES ('delete', OLD.doc_id, OLD.words); "
    "INSERT INTO common_searchindex (rowid, words) VALUES (NEW.doc_id, NEW.words); END",
]


def build(apps: Any, schema_editor: Any) -> None:
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRES:
        schema_editor.execute(statement, params=None)


def remove(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE common_searchindex", params=None)
    schema_editor.execute("DROP TABLE common_searchwords", params=None)
