"""Many values as one parameter, many rows in one statement."""

import pytest

from alcaide.common.models import Tag
from alcaide.common.rows import Table, listed, numbered

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
