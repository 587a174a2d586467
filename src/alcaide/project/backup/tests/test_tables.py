from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import connection

from alcaide.common.models import Change
from alcaide.project.backup.tables import Digester, Table, as_line, digest_of, rows_of, tables_of, unknown_tables


@pytest.mark.django_db
def test_every_table_of_the_house_is_backed_up():
    assert unknown_tables(connection, tables_of(apps.get_models(include_auto_created=True))) == []


@pytest.mark.django_db
def test_a_digest_does_not_depend_on_the_order_of_rows_and_sees_each_value():
    table = tables_of([Change])["common_change"]
    now = datetime(2026, 3, 1, tzinfo=UTC)
    for subject in ("a", "b"):
        Change.objects.create(room="x", subject=subject, at=now)
    first = digest_of(connection, table)
    backwards = Digester(table)
    for row in reversed(list(rows_of(connection, table))):
        backwards.add(row, as_line(row))
    assert (first.rows, backwards.tally.digest) == (2, first.digest)
    Change.objects.filter(subject="b").update(subject="c")
    assert digest_of(connection, table).digest != first.digest


def test_numbers_that_postgres_writes_in_another_way_have_one_digest():
    table = next(each for each in tables_of(apps.get_models()).values() if any(c.kind == "json" for c in each.columns))
    place = [column.kind for column in table.columns].index("json")

    def digest(value):
        row = [None] * len(table.columns)
        row[place] = value
        digester = Digester(Table(table.name, table.columns, table.key))
        digester.add(row, as_line(row))
        return digester.tally.digest

    assert digest({"b": 1e22, "a": -0.0}) == digest({"a": 0, "b": 10**22})
    assert digest({"a": 0.1}) != digest({"a": 0.2})
