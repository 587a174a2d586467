"""Own SVG drawings, one for page, document and e-mail: no script, no inline style, words for whoever cannot see them.

On a page a drawing carries classes and follows the theme; `themed=False` writes the light theme's colours as
attributes instead, for documents that no style sheet reaches.
"""

from alcaide.common.charts.loss import Appetite, Curve, CurveRow, CurveTable, curve_table, loss_curve
from alcaide.common.charts.pen import light_tokens
from alcaide.common.charts.small import bar, shares, spark, step
from alcaide.common.charts.year import Placed, Span, Week, Year, lay_out, timeline

__all__ = [
    "Appetite",
    "Curve",
    "CurveRow",
    "CurveTable",
    "Placed",
    "Span",
    "Week",
    "Year",
    "bar",
    "curve_table",
    "lay_out",
    "light_tokens",
    "loss_curve",
    "shares",
    "spark",
    "step",
    "timeline",
]
