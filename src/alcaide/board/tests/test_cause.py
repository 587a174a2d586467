"""What the house says a change rests on: one kind alone only where it is alone."""

import pytest

from alcaide.board.queries.home import cause_of


@pytest.mark.parametrize(
    ("by_kind", "change", "told"),
    [
        ({"verified action": -40.0, "world": 5.0}, -35.0, ("verified action", True)),
        ({"verified action": -32.0, "revised opinion": -13.0, "world": 9.0}, -36.0, ("verified action", False)),
        ({"verified action": -20.0, "world": 60.0}, 40.0, ("world", True)),
        ({"scope": 60.0, "world": 2.0}, 62.0, ("scope", True)),
        ({}, 0.0, ("", True)),
    ],
)
def test_a_cause_is_told_as_alone_only_where_no_other_went_its_way(by_kind, change, told):
    assert cause_of(by_kind, change) == told
