"""Own SVG drawings, one for page, document and e-mail: no script, no inline style, words for whoever cannot see them.

On a page a drawing carries classes and follows the theme; `themed=False` writes the light theme's colours as
attributes instead, for documents that no style sheet reaches.
"""

from alcaide.common.charts.heat import Cell, Grid, heat_grid, heat_table
from alcaide.common.charts.loss import Appetite, Curve, CurveRow, CurveTable, curve_table, loss_curve
from alcaide.common.charts.moments import Moment, moments, moments_table
from alcaide.common.charts.pen import light_tokens
from alcaide.common.charts.small import bar, shares, spark, step
from alcaide.common.charts.table import ChartTable, RaggedTable, chart_table
from alcaide.common.charts.waterfall import Ends, Look, Move, waterfall, waterfall_table
from alcaide.common.charts.year import Placed, Span, Week, Year, lay_out, timeline

__all__ = [
    "Appetite",
    "Cell",
    "ChartTable",
    "Curve",
    "CurveRow",
    "CurveTable",
    "Ends",
    "Grid",
    "Look",
    "Moment",
    "Move",
    "Placed",
    "RaggedTable",
    "Span",
    "Week",
    "Year",
    "bar",
    "chart_table",
    "curve_table",
    "heat_grid",
    "heat_table",
    "lay_out",
    "light_tokens",
    "loss_curve",
    "moments",
    "moments_table",
    "shares",
    "spark",
    "step",
    "timeline",
    "waterfall",
    "waterfall_table",
]
