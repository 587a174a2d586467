"""What every page shows is kept until something is written."""

import pytest

from alcaide.common import recall
from alcaide.common.models import User
from alcaide.common.trail import System, audit, writing

pytestmark = pytest.mark.django_db


def note() -> None:
    with writing():
        audit(System("test"), "note", subject="a:1")


def test_what_is_kept_is_made_again_after_a_write() -> None:
    ana = User.objects.create(email="ana@example.org", name="Ana")
    note()
    made = iter(range(9))

    def make() -> int:
        return next(made)

    head = recall.trail_head()
    assert [recall.until_written(ana, "x", make, head=head) for _ in range(2)] == [0, 0]
    note()
    assert recall.until_written(ana, "x", make, head=recall.trail_head()) == 1


def test_one_persons_numbers_are_not_anothers() -> None:
    ana, eva = (User.objects.create(email=f"{name}@example.org", name=name) for name in ("ana", "eva"))
    note()
    head = recall.trail_head()
    assert recall.until_written(ana, "x", lambda: 1, head=head) == 1
    assert recall.until_written(eva, "x", lambda: 2, head=head) == 2


def test_before_the_first_line_nothing_is_kept() -> None:
    ana = User.objects.create(email="ana@example.org", name="Ana")
    assert recall.trail_head() == ""
    assert [recall.until_written(ana, "x", lambda number=n: number, head="") for n in (1, 2)] == [1, 2]


def test_what_hangs_on_the_clock_is_made_again_in_time(monkeypatch) -> None:
    ana = User.objects.create(email="ana@example.org", name="Ana")
    note()
    head = recall.trail_head()
    monkeypatch.setattr(recall, "KEPT_S", 0.0)
    assert [recall.until_written(ana, "y", lambda number=n: number, head=head) for n in (1, 2)] == [1, 2]


def test_no_more_is_kept_than_fits(monkeypatch) -> None:
    monkeypatch.setattr(recall, "MOST_KEPT", 3)
    ana = User.objects.create(email="ana@example.org", name="Ana")
    for number in range(9):
        recall.until_written(ana, str(number), lambda: 1, head="h")
    assert len(recall._kept) == 3
