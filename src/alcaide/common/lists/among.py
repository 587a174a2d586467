"""`filter(pk__among=keys)`: many numbers as one value; `filter(pk__holding=Held(…))`: words in a row."""

from typing import Any

from django.db.models import IntegerField, Lookup
from django.db.models.lookups import In


@IntegerField.register_lookup
class Among(Lookup[Any]):
    """One of many numbers, which stand in one text as the database writes them: `[1, 2]`, on PostgreSQL `{1,2}`.

    PostgreSQL takes each by the index; from a subquery of them it would first make a table.
    """

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, values = self.process_lhs(compiler, connection)
        # A column of our own; the numbers stand among the values.
        return f"{left} IN (SELECT value FROM json_each(%s))", (*values, self.rhs)  # noqa: S608

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, values = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::bigint[])", (*values, self.rhs)


@IntegerField.register_lookup
class Picked(In):
    """One of the few keys that a subquery picks: `filter(pk__picked=rows.values("pk")[:26])`.

    PostgreSQL makes a list of them first; joined, it would read a table of ten thousand rows to find the few.
    """

    lookup_name = "picked"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, values = self.process_lhs(compiler, connection)
        picked, more = self.process_rhs(compiler, connection)
        return f"{left} = ANY(ARRAY{picked})", (*values, *more)


@IntegerField.register_lookup
class Holding(Lookup[Any]):
    """A row whose search document holds words, asked row by row: the value is a `search.Held`."""

    lookup_name = "holding"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, values = self.process_lhs(compiler, connection)
        test, words = self.rhs.test(left)
        return test, (*words, *values)


@IntegerField.register_lookup
class Newest(Lookup[Any]):
    """A row of the newest subjects that hold words: the value is a `search.Held`."""

    lookup_name = "newest"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, values = self.process_lhs(compiler, connection)
        rows, words = self.rhs.newest()
        # A column and words of our own; what somebody typed stands among the values.
        return f"{left} IN ({rows})", (*values, *words)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, values = self.process_lhs(compiler, connection)
        rows, words = self.rhs.newest()
        return f"{left} = ANY(ARRAY({rows}))", (*values, *words)
