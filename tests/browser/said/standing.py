"""What the pages of health and system say, and dashboards of one's own."""

from __future__ import annotations

import math
from typing import Any

from tests.browser.figures import count, duration, quantity, share
from tests.browser.said.facts import Facts, Says, values_of


def health(answer: Any) -> Facts:
    return [
        *[
            (one["name"], one["status"], f"took {duration(one['latencySeconds'])}")
            for one in answer["checks"]
        ],
        *[(one["name"], str(math.floor(one["score"] + 0.5)), one["why"]) for one in answer["parts"]],
    ]


def system(answer: Any) -> Facts:
    return [
        (
            figure["description"] or figure["name"],
            *([" ".join(reading["labels"].values())] if reading["labels"] else []),
            quantity(reading["value"], figure["unit"]),
            *([quantity(reading["limit"], figure["unit"])] if reading["limit"] is not None else []),
            *([share(reading["share"])] if reading["share"] is not None else []),
            *[quantity(reading[name], figure["unit"]) for name in ("min", "mean", "max")],
        )
        for section in answer["sections"]
        for figure in section["figures"]
        for reading in figure["readings"]
    ]


def dashboards(answer: Any) -> Facts:
    return [
        (one["title"], f"{one['panels']} panel{'' if one['panels'] == 1 else 's'}")
        for one in answer["dashboards"]
    ]


def figure(panel: Any) -> Says:
    """Return what a panel says that shows the newest value of its only line."""

    def says(answer: Any) -> Facts:
        (one,) = answer["data"]["result"]
        values = values_of(one)
        return [(panel["title"], quantity(values[max(values)], panel["unit"]))]

    return says


def table(panel: Any) -> Says:
    """Return what a panel says that lists values by a label."""

    def says(answer: Any) -> Facts:
        rows = [(*one["metric"].values(), count(float(one["value"][1]))) for one in answer["data"]["result"]]
        return [panel["title"], *rows]

    return says
