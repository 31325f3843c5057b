"""Programs for docs/support.md: libraries that make up identifiers for what they show."""

from __future__ import annotations

from tests.support.program import Program

PROGRAMS = {
    "matplotlib": Program("matplotlib", "element ids of an SVG", """
import io, matplotlib
matplotlib.use('agg')
import matplotlib.pyplot as plt
plt.plot([1, 2], clip_on=True)
file = io.StringIO()
plt.savefig(file, format='svg', metadata={'Date': None})
show(file.getvalue())
""", "identifiers"),
    "plotly": Program("plotly", "the id of a figure's element", """
import plotly.graph_objects as go
show(go.Figure(go.Scatter(y=[1, 2])).to_html(include_plotlyjs=False))
""", "identifiers"),
    "altair": Program("altair pandas", "the name of a chart's data", """
import altair, pandas as pd
show(altair.Chart(pd.DataFrame({'a': [1, 2]})).mark_point().encode(x='a').to_html())
""", "identifiers"),
    "bokeh": Program("bokeh", "the ids of a page", """
from bokeh.embed import file_html
from bokeh.plotting import figure
from bokeh.resources import CDN
plot = figure()
plot.line([1, 2], [3, 4])
show(file_html(plot, CDN, 'plot'))
""", "identifiers"),
    "pandas-styler": Program("pandas jinja2", "the ids of a styled table", """
import pandas as pd
show(pd.DataFrame({'a': [1]}).style.to_html())
""", "identifiers"),
}  # fmt: skip
