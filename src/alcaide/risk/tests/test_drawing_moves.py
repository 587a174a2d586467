"""How moves of the expected loss are drawn."""

from alcaide.risk.drawing_moves import draw_moves


def drawn(*sums: float):
    moves = [{"what": f"m{n}", "kind": "verified action", "sum": amount} for n, amount in enumerate(sums)]
    return draw_moves(moves, before=1_000.0, labels=("Then", "Now"), currency="EUR")


def test_what_we_removed_is_drawn_as_ours():
    found = drawn(-100.0)
    assert found.kinds[0].look == "ours"
    assert "fill ours" in found.drawn[0]


def test_a_measure_that_drifted_is_verified_and_not_drawn_as_a_gain():
    found = drawn(70.0)
    assert (found.kinds[0].kind, found.kinds[0].look) == ("verified action", "slipped")
    assert "fill slipped" in found.drawn[0]
    assert "fill ours" not in found.drawn[0]


def test_gains_and_slips_of_our_own_keep_their_looks_side_by_side():
    found = drawn(-100.0, 30.0)
    assert found.kinds[0].look == "ours"
    assert {"fill ours" in found.drawn[0], "fill slipped" in found.drawn[0]} == {True}
