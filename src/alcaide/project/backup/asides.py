"""Where a rehearsed restore goes: a folder in the house's own, and a database aside of the house's own kind.

On PostgreSQL that is a database, where none may be made a schema, and where neither may a file of SQLite. Their names
are always the same for one house, so that the next rehearsal finds and removes what a killed one left.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from alcaide.project.databases import database_settings
from alcaide.project.home import Home

from .places import house_id


@dataclass(frozen=True)
class Aside:
    """A place for one rehearsal; `url` names its database, "" the file in its folder."""

    home: Home
    url: str
    words: str
    """Which kind of place it is, and why not another."""

    @property
    def environment(self) -> dict[str, str]:
        """What a command must be told to work there."""
        return {"ALCAIDE_HOME": str(self.home.path), "DATABASE_URL": self.url}

    @contextmanager
    def view(self) -> Iterator[BaseDatabaseWrapper]:
        """Yield a connection to its database."""
        handler = ConnectionHandler({DEFAULT_DB_ALIAS: database_settings(self.url or None, self.home)})
        view = handler[DEFAULT_DB_ALIAS]
        try:
            yield view
        finally:
            view.close()


@contextmanager
def aside_for(home: Home) -> Iterator[Aside]:
    """Yield an empty place, and remove it with all that was put there."""
    clear(home)
    path = home.rehearsing
    path.mkdir(mode=0o700)
    try:
        url, words = _database_aside(_name(home)) if connection.vendor == "postgresql" else ("", "on SQLite")
        yield Aside(Home(path), url, words)
    finally:
        clear(home)


def clear(home: Home) -> None:
    """Remove what a rehearsal left, killed or not. Whoever calls holds the rehearsals' lock."""
    shutil.rmtree(home.rehearsing, ignore_errors=True)
    if connection.vendor != "postgresql":
        return
    name = connection.ops.quote_name(_name(home))
    for statement in (f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"DROP SCHEMA IF EXISTS {name} CASCADE"):
        # Who may not make one has none to remove.
        with suppress(DatabaseError):
            _tell_postgres(statement)


def _name(home: Home) -> str:
    return f"alcaide_rehearsal_{house_id(home)}"


def _database_aside(name: str) -> tuple[str, str]:
    quoted = connection.ops.quote_name(name)
    try:
        _tell_postgres(f"CREATE DATABASE {quoted} TEMPLATE template0")
        return _url(connection.settings_dict, name=name), "on PostgreSQL, in a database aside"
    except DatabaseError:
        pass
    try:
        _tell_postgres(f"CREATE SCHEMA {quoted}")
        return _url(connection.settings_dict, schema=name), "on PostgreSQL, in a schema aside"
    except DatabaseError:
        return "", "on SQLite, because this user of PostgreSQL may make neither a database nor a schema aside"


def _tell_postgres(statement: str) -> None:
    """Tell it over a connection of its own: a database is made and dropped outside every transaction."""
    door = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with door.cursor() as cursor:
            cursor.execute(statement)
    finally:
        door.close()


def _url(told: dict[str, Any], *, name: str = "", schema: str = "") -> str:
    """Write settings as the address they came from, with another database or one schema alone."""
    options = {key: str(value) for key, value in told["OPTIONS"].items() if isinstance(value, str | int)}
    if schema:
        options["options"] = f"{options.get('options', '')} -c search_path={schema}".strip()
    if told["HOST"]:
        options["host"] = told["HOST"]
    user, password = quote(told["USER"], safe=""), quote(told["PASSWORD"], safe="")
    port = f":{told['PORT']}" if told["PORT"] else ""
    where = quote(name or told["NAME"], safe="")
    return f"postgresql://{user}:{password}@{port}/{where}?{urlencode(options, quote_via=quote)}"
