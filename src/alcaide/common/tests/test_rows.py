"""Many values as one parameter, many rows in one statement."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from alcaide.common.ids import new_uid
from alcaide.common.models import Tag
from alcaide.common.rows import Table, add_new, fetched, listed, numbered

pytestmark = pytest.mark.django_db


def test_many_values_are_one_parameter() -> None:
    made = [Tag.objects.create(name=name, folded=name) for name in ("north", "south", "o'brien, 1")]
    assert set(Tag.objects.filter(name__in=listed(["north", "o'brien, 1", *map(str, range(70_000))]))) == {
        made[0], made[2],
    }  # fmt: skip
    assert Tag.objects.filter(pk__in=numbered([made[1].pk, -5])).get() == made[1]
    assert not Tag.objects.filter(pk__in=numbered([])).exists()


def test_rows_are_changed_by_their_number() -> None:
    made = [Tag.objects.create(name=name, folded=name) for name in ("north", "south")]
    Table(Tag, "name", "version").update([("East", 4, made[0].pk)])
    assert list(Tag.objects.order_by("pk").values_list("name", "version")) == [("East", 4), ("south", 1)]


def test_rows_are_fetched_as_the_model_would_give_them() -> None:
    for name in ("north", "south"):
        Tag.objects.create(name=name, folded=name)
    names = ("pk", "name", "created_at", "uid")
    assert fetched(Tag.objects.order_by("pk"), *names[:3], moments={"created_at"}) == list(
        Tag.objects.order_by("pk").values_list(*names[:3])
    )
    assert fetched(Tag.objects.none(), "pk") == []


def test_new_rows_are_written_under_numbers_that_were_set_aside() -> None:
    kept = Tag.objects.create(name="kept", folded="kept")
    table = Table(Tag, "id", "uid", "version", "created_at", "changed_at", "name", "folded")
    with transaction.atomic():
        first, second = table.numbers(2)
        table.insert((pk, new_uid(), 1, kept.created_at, kept.changed_at, name, name)
                     for pk, name in ((first, "a"), (second, "b")))  # fmt: skip
    assert dict(Tag.objects.values_list("pk", "name")) == {kept.pk: "kept", first: "a", second: "b"}
    assert Tag.objects.create(name="after", folded="after").pk > second


def test_what_is_the_same_for_all_rows_is_changed_as_well() -> None:
    made = [Tag.objects.create(name=name, folded=name) for name in ("north", "south", "west")]
    Table(Tag, "name", "version").update([("x", 7, made[0].pk), ("y", 7, made[2].pk)])
    assert list(Tag.objects.order_by("pk").values_list("name", "version")) == [("x", 7), ("south", 1), ("y", 7)]


def test_a_value_that_does_not_fit_is_told_as_by_any_write() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Table(Tag, "name").insert([("no other columns",)])


def test_new_instances_are_added_as_one_by_one() -> None:
    new = [Tag(name=name, folded=name) for name in ("north", "south")]
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        add_new(Tag, new)
    assert list(Tag.objects.order_by("pk").values_list("pk", "name", "uid")) == [(t.pk, t.name, t.uid) for t in new]
    assert len([each for each in asked if "SAVEPOINT" not in each["sql"]]) <= 2
    assert new[0].created_at is not None
    new[0].name = "East"
    new[0].save()
    assert Tag.objects.count() == 2


def test_rows_that_get_the_same_are_changed_at_once_and_the_others_as_well() -> None:
    made = [Tag.objects.create(name=name, folded=name) for name in ("a", "b", "c", "d")]
    Table(Tag, "version").update([(3 if tag.name in "ac" else 5, tag.pk) for tag in made[:3]])
    assert list(Tag.objects.order_by("pk").values_list("version", flat=True)) == [3, 5, 3, 1]
