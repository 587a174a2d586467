"""Waterfall, heat grid and timeline: what they draw is what they are given, and what makes no drawing is said."""

import math
import re
import xml.etree.ElementTree as ET
from datetime import date

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as some

from alcaide.common import charts
from alcaide.common.charts import Cell, Ends, Grid, Moment, Move

TODAY = date(2026, 11, 23)
ENDS = Ends(1_000_000, "Run 3", "Run 7")
MOVES = [
    Move("Flaws fixed: srv-1 and 3 more", -400_000, "verified action", "ours"),
    Move("Flaws found", 100_000, "world", "world"),
    Move("Theft re-estimated", -200_000, "revised opinion", "opinion"),
]
GRID = Grid(
    ("€10k–100k", "€100k–1M"), ("once in 10–100 years", "1–10 a year"),
    {(0, 1): Cell(400_000, 3, "/risk/?cell=a"), (1, 0): Cell(100_000, 1, "/risk/?cell=b")},
    "each time", "how often",
)  # fmt: skip
AMOUNTS = some.floats(-1e12, 1e12, allow_nan=False)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def _bars(drawing: str) -> list[tuple[str, float, float]]:
    found = re.findall(r'<rect class="fill (\w+)" x="([\d.-]+)" y="[\d.]+" width="([\d.]+)"', drawing)
    return [(look, float(x), float(width)) for look, x, width in found]


def _words(drawing: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawing)


def test_each_move_begins_where_the_one_before_ended():
    before, fixed, found, opinion, after = _bars(charts.waterfall(ENDS, MOVES, currency="EUR"))
    per_million = before[2]
    assert fixed[1] + fixed[2] == pytest.approx(before[1] + before[2], abs=0.2)
    assert found[1] == pytest.approx(fixed[1], abs=0.2)
    assert opinion[1] == pytest.approx(after[1] + after[2], abs=0.2)
    assert after[2] == pytest.approx(per_million / 2, abs=0.2)


def test_a_move_says_its_sum_and_its_kind_in_words():
    words = _words(charts.waterfall(ENDS, MOVES, currency="EUR"))
    assert words[:2] == ["Run 3", "€1.00M"]
    assert "verified action" in words
    assert "−€400k" in words
    assert "+€100k" in words
    assert words[-2:] == ["Run 7", "€500k"]


def test_a_line_that_begins_far_from_zero_says_so():
    drawing = charts.waterfall(ENDS, [Move("Rain", 10_000, "world", "world")], currency="EUR")
    assert "not from zero" in _words(drawing)[-1]
    assert _bars(drawing)[1][2] > 5
    assert "not from zero" not in charts.waterfall(ENDS, MOVES, currency="EUR")


def test_words_of_any_length_are_broken_and_never_lost():
    long = "Where it can be reached from, revised: " + "plantcontroller" * 8
    drawing = charts.waterfall(ENDS, [Move(long, -5, "world", "world")], currency="EUR", wide=False)
    said = "".join(_words(drawing)).replace("-", "").replace(" ", "")
    assert long.replace(" ", "") in said
    assert max(map(len, _words(drawing))) <= 46


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize(
    ("before", "amounts"),
    [(0, []), (0, [0]), (5, [-5]), (0, [7]), (-3, [-4, 9]), (1e9, [1]), (1e-9, [1e-12])],
)
def test_extremes_still_draw(before, amounts, wide):
    moves = [Move("Move", amount, "world", "world") for amount in amounts]
    drawing = charts.waterfall(Ends(before, "Before", "After"), moves, currency="EUR", wide=wide)
    ET.fromstring(drawing)  # noqa: S314  our own drawing
    assert len(_bars(drawing)) == len(amounts) + 2
    assert "nan" not in drawing
    assert "inf" not in drawing


@given(before=some.floats(0, 1e12), amounts=some.lists(AMOUNTS, max_size=8))
def test_no_bar_leaves_the_drawing(before, amounts):
    with translation.override("en"):
        drawing = charts.waterfall(
            Ends(before, "a", "b"), [Move("m", each, "world", "world") for each in amounts], currency="EUR"
        )
    for _look, x, width in _bars(drawing):
        assert x >= 261.9
        assert x + width <= 612


def test_what_is_no_number_is_said():
    drawing = charts.waterfall(ENDS, [Move("x", math.nan, "world", "world")], currency="EUR")
    assert _words(drawing) == ["These figures cannot be drawn"]


def test_the_moves_in_numbers_end_at_the_sum_after():
    table = charts.waterfall_table(ENDS, MOVES, currency="EUR")
    assert [row[3] for row in table.rows] == ["€1.00M", "€600k", "€700k", "€500k", "€500k"]
    page = render_to_string("common/_chart_table.html", {"table": table})
    assert page.count('<th scope="row">') == 5


def test_a_table_whose_rows_do_not_fit_is_refused():
    with pytest.raises(charts.RaggedTable):
        charts.chart_table("x", ("a", "b"), [("only one",)])


def test_a_cell_is_a_link_that_says_what_it_holds():
    drawing = charts.heat_grid(GRID, currency="EUR")
    assert 'href="/risk/?cell=a"><title>€10k–100k, 1–10 a year: €400k, 3 scenarios</title>' in drawing
    assert 'role="group"' in drawing
    assert drawing.count("<a ") == 2


def test_the_shade_follows_the_sum():
    drawing = charts.heat_grid(GRID, currency="EUR")
    shades = re.findall(r'class="cell (h\d)" x="([\d.]+)" y="([\d.]+)"', drawing)
    assert [shade for shade, _x, _y in shades] == ["h1", "h0", "h0", "h4"]


def test_a_grid_in_a_document_has_no_links():
    drawing = charts.heat_grid(GRID, currency="EUR", themed=False)
    ET.fromstring(drawing)  # noqa: S314  our own drawing
    assert "<a " not in drawing
    assert 'role="img"' in drawing


@pytest.mark.parametrize("cells", [{}, {(0, 0): Cell(math.nan, 1)}])
def test_a_grid_without_figures_says_so(cells):
    drawing = charts.heat_grid(Grid(("a",), ("b",), cells, "r", "c"), currency="EUR")
    assert len(_words(drawing)) == 1


def test_one_cell_is_a_grid_and_a_sum_of_nothing_is_not_shaded():
    drawing = charts.heat_grid(Grid(("a",), ("b",), {(0, 0): Cell(0, 2)}, "r", "c"), currency="EUR", wide=False)
    assert 'class="cell h0"' in drawing
    assert "€0" in _words(drawing)


def test_the_grid_in_numbers_begins_with_the_largest():
    rows = charts.heat_table(GRID, currency="EUR").rows
    assert rows[0] == ("€10k–100k", "1–10 a year", "3", "€400k")


def test_moments_are_numbered_by_their_days():
    found = [Moment(date(2027, 1, 1), "Ends", "limit"), Moment(date(2026, 3, 1), "Began")]
    table = charts.moments_table(found, today=TODAY)
    assert [row[2] for row in table.rows] == ["Began", "Ends"]
    assert _words(charts.moments(found, today=TODAY))[-2:] == ["1", "2"]


def test_moments_of_one_day_stand_above_each_other():
    drawing = charts.moments([Moment(TODAY, "a"), Moment(TODAY, "b"), Moment(TODAY, "c")], today=TODAY, wide=False)
    heights = re.findall(r'cy="([\d.]+)"', drawing)
    assert len(set(heights)) == 3
    ET.fromstring(drawing)  # noqa: S314  our own drawing


def test_no_moments_are_said():
    assert _words(charts.moments([])) == ["Nothing is dated yet"]
