"""How long the scripts of a page ran in each frame, by the browser's own trace."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

_SCRIPT = frozenset(
    ("EvaluateScript", "EventDispatch", "FireAnimationFrame", "FunctionCall", "RunMicrotasks", "TimerFire")
)
_FRAME = "Commit"
"""The page hands over what it drew; what it does after that is of the next frame."""

_CATEGORIES = ["-*", "devtools.timeline", "disabled-by-default-devtools.timeline"]


@contextmanager
def traced(browser: Browser, page: Page) -> Iterator[list[dict[str, Any]]]:
    """Trace a page; the events are in the list once the block is over."""
    found: list[dict[str, Any]] = []
    browser.start_tracing(page=page, categories=_CATEGORIES)
    yield found
    found += json.loads(browser.stop_tracing())["traceEvents"]


def script_per_frame_ms(events: list[dict[str, Any]]) -> list[float]:
    """Return the milliseconds of script in each frame in which there was any.

    What belongs together lies between two hand-overs of what was drawn. Scripts call scripts: only the
    outermost counts. Where the trace knows the time of the processor it is taken, as others use the machine.
    """
    thread = _busiest(events)
    own = sorted((one for one in events if (one["pid"], one["tid"]) == thread), key=lambda one: one["ts"])
    frames, end_us = [0.0], 0.0
    for event in own:
        if event["name"] == _FRAME:
            frames.append(0.0)
        elif event["name"] in _SCRIPT and event.get("ph") == "X" and event["ts"] >= end_us:
            end_us = event["ts"] + event.get("dur", 0)
            frames[-1] += event.get("tdur", event.get("dur", 0)) / 1000
    return [spent_ms for spent_ms in frames if spent_ms > 0]


def _busiest(events: list[dict[str, Any]]) -> tuple[int, int]:
    """Return process and thread with most script: the page's own."""
    spent: dict[tuple[int, int], float] = {}
    for event in events:
        if event["name"] in _SCRIPT:
            key = (event["pid"], event["tid"])
            spent[key] = spent.get(key, 0.0) + event.get("dur", 0)
    return max(spent, key=lambda key: spent[key])
