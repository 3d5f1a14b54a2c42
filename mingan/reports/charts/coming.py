"""Charts of studies that are not there yet: a sentence in place of a picture.

A study that arrives takes its entry out of here and brings a module of its own to the `gallery`.
Nothing may be drawn here, so that nobody takes an example for a result.
"""

from __future__ import annotations

from mingan.language import Text
from mingan.reports.charts.chart import Chart


def density_chart() -> Chart:
    """How much a model can do for its size."""
    return Chart(
        key="density",
        title=Text("能力密度", "Density"),
        finding=Text(
            "「同样的本事要多大的模型」这项研究还没有做，所以没有图。",
            "How large a model has to be for the same ability has not been studied here yet, so "
            "there is no chart.",
        ),
    )


def forecast_chart() -> Chart:
    """Where scores will be in some time."""
    return Chart(
        key="forecast",
        title=Text("预测", "Forecast"),
        finding=Text(
            "「往后会到哪里」这项研究还没有做，所以没有图；只凭一条线往外延长，不算预测。",
            "Where scores are going has not been studied here yet, so there is no chart: a line "
            "drawn on is no forecast.",
        ),
    )
