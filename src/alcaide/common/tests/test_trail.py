"""The trail on a real database."""

import pytest
from django.db import DatabaseError, connection, transaction

from alcaide.common import guards
from alcaide.common.models import TrailLine, TrailValue
from alcaide.common.trail import OutsideAWrite, System, audit, write, writing

HOUSE = System("test")


@write
def rename(name: str) -> None:
    audit(HOUSE, "rename", subject="test.thing:1", before={"name": "old"}, after={"name": name})


@pytest.mark.django_db
def test_a_write_leaves_one_line_chained_to_the_one_before() -> None:
    rename("a")
    rename("b")
    first, second = TrailLine.objects.order_by("seq")
    assert (first.seq, second.seq) == (1, 2)
    assert second.previous == first.hash


@pytest.mark.django_db
def test_a_value_stands_apart_from_the_line_that_commits_to_it() -> None:
    rename("secret-name")
    line = TrailLine.objects.get()
    assert "secret-name" not in line.after
    assert TrailValue.objects.get(side="after").value == '"secret-name"'


@pytest.mark.django_db
def test_a_line_outside_a_write_is_refused() -> None:
    with pytest.raises(OutsideAWrite, match="@write"):
        audit(HOUSE, "rename", subject="test.thing:1")


@pytest.mark.django_db
def test_a_failed_inner_write_takes_its_line_with_it() -> None:
    with writing():
        audit(HOUSE, "outer", subject="test.thing:1")
        with pytest.raises(ZeroDivisionError), writing():
            audit(HOUSE, "inner", subject="test.thing:1")
            raise ZeroDivisionError
    assert [line.verb for line in TrailLine.objects.all()] == ["outer"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE common_trailline SET verb = 'other'",
        "DELETE FROM common_trailline",
        "INSERT OR REPLACE INTO common_trailline SELECT seq, at, 'x', verb, subject, before, after, previous, hash "
        "FROM common_trailline",
        "TRUNCATE common_trailline CASCADE",
    ],
)
def test_a_line_can_never_be_changed(statement: str) -> None:
    only = {"INSERT": "sqlite", "TRUNCATE": "postgresql"}.get(statement.split(maxsplit=1)[0])
    if only and connection.vendor != only:
        pytest.skip(f"{statement.split(maxsplit=1)[0]} of this form exists only on {only}")
    rename("a")
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert TrailLine.objects.get().verb == "rename"


@pytest.mark.django_db
def test_every_guard_is_in_place_after_migration() -> None:
    assert guards.missing() == []


@pytest.mark.django_db
def test_a_dropped_guard_is_found() -> None:
    with guards.lifted():
        assert len(guards.missing()) >= 8
    assert guards.missing() == []
