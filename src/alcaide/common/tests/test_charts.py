"""Drawings: what they show, what they say, and what they do with figures that make no drawing."""

import math
import re
import xml.etree.ElementTree as ET
from datetime import date
from itertools import pairwise
from pathlib import Path

import pypdf
import pytest
import typst
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString

from alcaide.common import charts
from alcaide.common.charts import Appetite, Span
from alcaide.common.charts.pen import LOOKS, STYLE_SHEET, token
from alcaide.common.charts.placing import Box

FONTS = STYLE_SHEET.parent / "vendor/inter-otf"
# A straight line on the drawing: one year in 100 costs more than 10M.
NOW = [(loss * 1e6, 10 ** (-0.2 * loss)) for loss in range(11)]
BAND = [(loss, chance / 2, min(chance * 2, 1)) for loss, chance in NOW]
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def _course(drawing: str, look: str) -> list[tuple[float, float]]:
    path = re.search(rf'class="{look}" d="M([^"]+)"', drawing)
    return [tuple(map(float, point.split(","))) for point in path[1].rstrip("Z").split("L")]


def _words(drawing: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]+)</text>", drawing)


def test_the_curve_stands_where_its_figures_are():
    course = _course(charts.loss_curve(NOW, currency="EUR"), "curve now")
    assert course[0] == (64, 14)
    assert course[-1] == (452, 254)
    for x, y in course:
        assert y == pytest.approx(14 + 240 * (x - 64) / 388, abs=0.11)


def test_the_axes_are_marked_in_words():
    words = _words(charts.loss_curve(NOW, currency="EUR"))
    assert words[:7] == ["every year", "1 in 2", "1 in 5", "1 in 10", "1 in 20", "1 in 50", "1 in 100"]
    assert words[7:] == ["€0", "€2M", "€4M", "€6M", "€8M", "€10M"]


def test_the_narrow_drawing_has_fewer_marks():
    words = _words(charts.loss_curve(NOW, currency="EUR", wide=False))
    assert words == ["every year", "1 in 5", "1 in 20", "1 in 100", "€0", "€5M", "€10M"]


def test_beyond_appetite_is_the_corner_above_its_chance_and_right_of_its_sum():
    drawing = charts.loss_curve(NOW, currency="EUR", appetite=Appetite(5e6, 0.05))
    assert '<rect class="beyond" x="258" y="14" width="194" height="156.1"/>' in drawing
    assert _words(drawing)[-2:] == ["Beyond appetite", "€5M, 1 year in 20"]


def _boxes(drawing: str) -> dict[str, Box]:
    found = re.findall(r'<text[^>]* x="([^"]+)" y="([^"]+)" text-anchor="(\w+)"[^>]*>([^<]+)</text>', drawing)
    boxes = {}
    for x, y, anchor, words in found:
        width = 6 * len(words)
        left = float(x) - {"start": 0, "middle": width / 2, "end": width}[anchor]
        boxes[words] = Box(left, float(y) - 9, left + width, float(y) + 3)
    return boxes


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("sum_at", [0.0, 2e4, 5e5, 1.2e6, 3e6, 5e6, 7.4e6, 9.9e6, 28e6])
@pytest.mark.parametrize("fall", [0.05, 0.2, 1.0])
def test_the_words_of_the_appetite_meet_no_curve_and_no_other_words(wide, sum_at, fall):
    now = [(loss * 1e5, max(10 ** (-fall * loss / 10), 1e-6)) for loss in range(401)]
    plan = [(loss, chance * 0.6) for loss, chance in now]
    drawing = charts.loss_curve(now, currency="EUR", plan=plan, appetite=Appetite(sum_at, 0.05), wide=wide)
    boxes = _boxes(drawing)
    own = [box for words, box in boxes.items() if "ppetite" in words or "1 year in" in words]
    assert len(own) == 2
    assert not any(box.meets(other) for box in own for other in boxes.values() if other is not box)
    for look in ("curve now", "curve plan"):
        for (x0, y0), (x1, y1) in pairwise(_course(drawing, look)):
            assert not any(box.meets(Box(x0, y0, x1, y1)) for box in own)


def test_an_appetite_far_away_is_said_not_drawn():
    drawing = charts.loss_curve(NOW, currency="EUR", appetite=Appetite(90e6, 0.03))
    assert "beyond" not in drawing
    assert _words(drawing)[-2:] == ["Appetite lies further right", "€90M, 1 year in 33"]


def test_the_range_covers_the_curve():
    drawing = charts.loss_curve(NOW, currency="EUR", band=BAND)
    edge = _course(drawing, "belief")
    above, below = edge[: len(edge) // 2], edge[len(edge) // 2 :][::-1]
    for (_, high), (_, now), (_, low) in zip(above, _course(drawing, "curve now"), below, strict=True):
        assert high <= now <= low


def test_the_drawing_says_what_it_shows():
    drawing = charts.loss_curve(NOW, NOW, currency="EUR", plan=NOW, band=BAND, last_label="on 1 October")
    said = "Chance that a year costs more than a given sum: now with its 90 % range, on 1 October, with the plan"
    assert f'role="img" aria-label="{said}"><title>{said}</title>' in drawing


def test_a_curve_is_cut_where_it_leaves_the_frame():
    course = _course(charts.loss_curve(NOW, currency="EUR", span=5e6), "curve now")
    assert course[-1] == (452, pytest.approx(134, abs=0.1))


def test_points_may_come_in_any_order():
    assert charts.loss_curve(NOW[::-1], currency="EUR") == charts.loss_curve(NOW, currency="EUR")


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([], "No figures yet"),
        ([(1e6, 0.2)], "One figure makes no curve"),
        ([(0, 1), (0, 0.5)], "No year in these figures costs anything"),
        ([(0, 0), (1e6, 0)], "No year in these figures costs anything"),
        ([(0, 0.005), (1e6, 0.001)], "Less than one year in 100 costs anything"),
        ([(0, 1), (math.nan, 0.1)], "These figures cannot be drawn"),
    ],
)
def test_what_makes_no_curve_is_said_in_words(points, said):
    drawing = charts.loss_curve(points, currency="EUR", appetite=Appetite(1e6, 0.05))
    assert _words(drawing) == [said]
    assert f'aria-label="{said}"' in drawing


def test_a_sudden_fall_to_nothing_still_draws():
    drawing = charts.loss_curve([(0, 0.5), (1e6, 0.5), (1e6, 0.0)], currency="EUR", band=[(0, 0, 1), (1e6, 0, 1)])
    assert _course(drawing, "curve now")[-1][1] == pytest.approx(254, abs=0.5)


def test_text_from_outside_is_escaped():
    drawing = charts.loss_curve(NOW, NOW, currency="<b>", last_label='"><script>')
    assert "<script" not in drawing
    assert "<b>" not in drawing
    ET.fromstring(drawing)  # noqa: S314  our own drawing


def test_the_numbers_of_the_curve_are_the_curve():
    table = charts.curve_table(NOW, currency="EUR", band=BAND)
    rows = {row.often: row for row in table.rows}
    assert rows["1 in 10"].now == "€5.00M"
    assert rows["1 in 10"].range == "€3.5–6.5M"
    assert (table.has_range, table.has_last, table.has_plan) == (True, False, False)


def test_a_sum_past_the_figures_says_over():
    table = charts.curve_table(NOW[:4], currency="EUR")
    assert [row.now for row in table.rows][-1] == "over €3.00M"


def test_a_loss_rarer_than_asked_is_nothing():
    assert charts.curve_table([(0, 0.3), (1e6, 0.01)], currency="EUR").rows[0].now == "€0"


def test_the_table_is_written_as_one():
    page = render_to_string("_curve_table.html", {"table": charts.curve_table(NOW, NOW, currency="EUR")})
    assert page.count("<tr>") == 7
    assert "90 % range" not in page
    assert render_to_string("_curve_table.html", {"table": charts.curve_table([], currency="EUR")}).strip() == ""


def test_a_course_runs_from_its_highest_to_its_lowest():
    points = re.search(r'<polyline points="([^"]+)"', charts.spark([5, 1, 3], area="digital"))[1]
    assert points == "2,5 60,29 118,17"


@pytest.mark.parametrize(
    ("values", "shapes"),
    [([], 0), ([4], 1), ([2, 2, 2], 3), ([0, 0], 3), ([1, math.nan], 0)],
    ids=["none", "one", "level", "zero", "unknown"],
)
def test_a_course_of_any_figures_draws(values, shapes):
    drawing = charts.spark(values)
    assert len(re.findall("<(?:circle|polyline|polygon)", drawing)) == shapes
    assert "nan" not in drawing


@pytest.mark.parametrize(("share", "width"), [(0.5, "120"), (2, "240"), (-1, None), (math.nan, None), (0.001, "1.5")])
def test_a_bar_begins_at_zero_and_stays_on_its_bed(share, width):
    found = re.search(r'class="fill" width="([^"]+)"', charts.bar(share, "half"))
    assert (found and found[1]) == width


def test_shares_fill_their_line():
    drawing = charts.shares(18, 47, 35)
    assert re.findall(r'class="(\w+)" x="([\d.]+)"', drawing) == [
        ("measured", "0"),
        ("sector", "18"),
        ("judgement", "65"),
    ]
    assert 'class="bed"' in charts.shares(0, 0, 0)


def test_a_step_stands_between_its_two_sums():
    assert 'x="50" width="50"' in charts.step(100, 50, scale=200, kind="ours")
    assert charts.step(50, 100, scale=200, kind="ours") == charts.step(100, 50, scale=200, kind="ours")
    assert "fill" not in charts.step(1, 2, scale=0)


def test_a_date_is_the_right_edge_of_its_bar():
    year = charts.lay_out([Span("Board pack", TODAY, date(2026, 12, 10), "Thu 10 Dec")], today=TODAY)
    assert (year.placed[0].a, year.placed[0].z, year.placed[0].row) == (1, 4, 1)
    assert [week.label for week in year.weeks][:3] == ["23 Nov", "30", "7 Dec"]


def test_bars_that_overlap_take_another_row():
    drill = Span("Evacuation drill", date(2027, 1, 20), date(2027, 1, 20), "Wed 20 Jan", "clash")
    audit = Span("Audit", date(2027, 1, 18), date(2027, 1, 20), "18 to 20 Jan", "clash")
    assert {span.row for span in charts.lay_out([drill, audit], today=TODAY).placed} == {1, 2}


def test_what_lies_outside_the_weeks_is_counted():
    spans = [Span("Old", date(2026, 1, 1), date(2026, 1, 2), ""), Span("Far", date(2027, 9, 1), date(2027, 9, 2), "")]
    assert charts.lay_out(spans, today=TODAY).left_out == 2
    assert "Nothing is dated" in charts.timeline(charts.lay_out(spans, today=TODAY))


def _every_drawing(*, themed: bool) -> dict[str, SafeString]:
    year = charts.lay_out([Span("Board pack", TODAY, date(2026, 12, 10), "Thu 10 Dec")], today=TODAY)
    return {
        "curve": charts.loss_curve(
            NOW, NOW, currency="EUR", plan=NOW, band=BAND, appetite=Appetite(5e6, 0.05), themed=themed
        ),
        "spark": charts.spark([1, 2, 3], area="people", themed=themed),
        "bar": charts.bar(0.4, area="digital", themed=themed),
        "shares": charts.shares(1, 2, 3, themed=themed),
        "step": charts.step(1, 2, scale=3, kind="ours", themed=themed),
        "timeline": charts.timeline(year, themed=themed),
        "waterfall": charts.waterfall(
            charts.Ends(5e5, "Run 1", "Run 2"),
            [charts.Move("Flaws fixed", -1e5, "verified action", "ours"), charts.Move("New", 2e5, "scope", "scope")],
            currency="EUR",
            themed=themed,
        ),
        "heat": charts.heat_grid(
            charts.Grid(("a",), ("b", "c"), {(0, 0): charts.Cell(10, 1), (0, 1): charts.Cell(3, 2)}, "r", "c"),
            currency="EUR",
            themed=themed,
        ),
        "moments": charts.moments([charts.Moment(TODAY, "a"), charts.Moment(TODAY, "b", look="scope")], themed=themed),
    }


@pytest.mark.parametrize("name", _every_drawing(themed=True))
def test_a_drawing_on_a_page_carries_no_colour_and_no_style(name):
    drawing = _every_drawing(themed=True)[name]
    assert isinstance(drawing, SafeString)
    assert not re.search(r"#[0-9a-f]{3,6}|style=|<style|rgb\(", drawing)
    assert ' role="img"' in drawing or ' aria-hidden="true"' in drawing
    assert all(len(number) <= 1 for number in re.findall(r"\d\.(\d+)", drawing))


@pytest.mark.parametrize("name", _every_drawing(themed=True))
def test_a_drawing_in_a_document_carries_the_tokens_as_attributes(name):
    drawing = _every_drawing(themed=False)[name]
    ET.fromstring(drawing)  # noqa: S314  our own drawing
    assert "class=" not in drawing
    assert set(re.findall(r"#[0-9a-f]{3,6}\b", drawing)) <= set(charts.light_tokens().values())


def test_every_look_names_tokens_that_stand_in_the_style_sheet():
    for colours in LOOKS.values():
        for value in colours.values():
            assert not value.startswith("$") or token(value[1:]).startswith("#")


def test_a_document_draws_its_letters_in_inter(tmp_path: Path):
    drawings = _every_drawing(themed=False)
    for name, drawing in drawings.items():
        (tmp_path / f"{name}.svg").write_text(drawing, encoding="utf-8")
    source = "".join(f'#image("{name}.svg", alt: "{name}")\n' for name in drawings)
    (tmp_path / "page.typ").write_text(f'#set text(font: "Inter")\nFigures\n{source}', encoding="utf-8")
    typst.compile(tmp_path / "page.typ", output=tmp_path / "page.pdf", font_paths=[FONTS], ignore_system_fonts=True)
    fonts = _fonts(pypdf.PdfReader(tmp_path / "page.pdf"))
    assert fonts
    assert all("Inter" in font for font in fonts)


def _fonts(reader: pypdf.PdfReader) -> set[str]:
    resources = [page["/Resources"] for page in reader.pages]
    objects = [reader.get_object(index + 1) for index in range(reader.trailer["/Size"] - 1)]
    held = [thing for thing in [*resources, *objects] if isinstance(thing, dict)]
    return {str(thing["/BaseFont"]) for thing in held if "/BaseFont" in thing}
