"""Mail and the page of links in a real browser: nothing is wider than the screen, and styles are taken."""

from __future__ import annotations

import html
import json
import re
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from otel_monitoring.api.link_page import Asked, Subject, link_page
from otel_monitoring.api.plain_page import HEADERS
from otel_monitoring.model.labels import Labels
from otel_monitoring.notify.messages import page
from tests.notify.messages.test_page import FIRING, RESOLVED, told

if TYPE_CHECKING:
    from pathlib import Path

    from otel_monitoring.model.alert import SentAlert

WIDTHS = (320, 390, 800)
_LONG = "W" * 400
_MEASURE = """
<script>onload = () => {
  const found = [...document.querySelectorAll('iframe')].map(frame => {
    const page = frame.contentDocument, main = page.querySelector('main');
    const right = Math.max(...[...page.querySelectorAll('body *')].map(e => e.getBoundingClientRect().right));
    return [frame.width, Math.max(page.documentElement.scrollWidth, Math.ceil(right)),
            main ? getComputedStyle(main).maxWidth : ''];
  });
  document.body.innerHTML = '<pre>' + JSON.stringify(found) + '</pre>';
}</script>
"""


def hostile() -> SentAlert:
    labels = Labels.of(alertname=_LONG, severity=_LONG, **{"n" * 200: "v" * 2000})
    annotations = {"summary": _LONG, "description": "q" * 5000, "runbook_url": "https://r/" + "x" * 900}
    return replace(FIRING, labels=labels, annotations=annotations)


def group() -> list[SentAlert]:
    return [replace(FIRING, labels=Labels.of(alertname="A", host=f"h{number}" * 30)) for number in range(30)]


MAILS = {
    "single": told(FIRING),
    "group": told(*group()),
    "resolved": told(RESOLVED),
    "hostile": told(hostile(), group_labels=Labels.of(alertname=_LONG)),
}
PAGES = {
    "ask": Asked(
        "ask",
        "Silence?",
        _LONG,
        subjects=[Subject(_LONG, _LONG, "critical")],
        matchers=[f'a="{_LONG}"'],
        choices=[("1h", "1 hour")],
        button="Silence",
    ),
    "late": Asked("late", "This link has expired", "Too late."),
}


def measured(chromium: Path, folder: Path, source: str) -> list[list[Any]]:
    """Show a page at all widths; return the width given, the width taken and how wide its column may be."""
    frames = "".join(
        f'<iframe width="{width}" height="600" style="border:0" srcdoc="{html.escape(source)}"></iframe>'
        for width in WIDTHS
    )
    path = folder / "frames.html"
    path.write_text(f"<!doctype html><body>{frames}{_MEASURE}</body>", encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    done = subprocess.run(
        [str(chromium), *options, "--virtual-time-budget=5000", "--dump-dom", path.as_uri()],
        capture_output=True,
        check=True,
        timeout=90,
    )
    found = re.search(r"<pre>(.*?)</pre>", done.stdout.decode())
    assert found is not None
    measures: list[list[Any]] = json.loads(html.unescape(found[1]))
    return measures


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_is_never_wider_than_the_screen(chromium: Path, tmp_path: Path, name: str) -> None:
    """P20: read on a phone."""
    source = page.html(MAILS[name], ZoneInfo("Europe/Berlin"))

    assert [
        (int(given), int(given) / 2 < taken <= int(given))
        for given, taken, _ in measured(chromium, tmp_path, source)
    ] == [(width, True) for width in WIDTHS]


@pytest.mark.parametrize("name", PAGES)
def test_the_page_of_links_fits_and_its_policy_takes_its_style(
    chromium: Path, tmp_path: Path, name: str
) -> None:
    """P20; the policy is given in the page here, as the frame comes without headers."""
    policy = html.escape(HEADERS["Content-Security-Policy"].partition("; frame-ancestors")[0])
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    source = link_page(PAGES[name]).replace("<head>", f"<head>{meta}")

    found = measured(chromium, tmp_path, source)

    assert [(int(given), int(given) / 2 < taken <= int(given), most) for given, taken, most in found] == [
        (width, True, "520px") for width in WIDTHS
    ]
