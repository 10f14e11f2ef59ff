"""What Lighthouse says of the demo's dashboard, in the local Chromium.

Its whole reports are kept in ``.artefacts/dashboard``.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.demo import TOKEN
from tests.integration.servers import program
from tools.frontend import packages

if TYPE_CHECKING:
    from tests.browser.demo import Demo
    from tools.frontend.node import Node

HERE = Path(__file__).parent / "lighthouse"
REPORTS = Path(__file__).parents[2] / ".artefacts" / "dashboard"
BUDGETS = {"performance": 95, "accessibility": 100}
_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)


@pytest.fixture(scope="module")
def lighthouse(node: Node) -> list[str]:
    """The command that runs Lighthouse, which lives in a folder of its own."""
    try:
        packages.install(node, HERE)
    except packages.UnavailableError as error:
        pytest.skip(str(error))
    script = HERE / "node_modules" / "lighthouse" / "cli" / "index.js"
    return [str(node.folder / "node"), str(script)]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("device", ["mobile", "desktop"])
def test_lighthouse(device: str, lighthouse: list[str], node: Node, demo: Demo, tmp_path: Path) -> None:
    """Budget: 95 for performance, 100 for accessibility, on a desk and on a slow phone."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    report = REPORTS / f"lighthouse-{device}.json"
    headers = tmp_path / "headers.json"
    headers.write_text(json.dumps({"Authorization": f"Bearer {TOKEN}"}))
    options = [
        f"--extra-headers={headers}",
        f"--only-categories={','.join(BUDGETS)}",
        f"--chrome-flags={_FLAGS} --user-data-dir={tmp_path / 'profile'}",
        "--output=json",
        f"--output-path={report}",
        "--max-wait-for-load=20000",
        "--quiet",
        *(["--preset=desktop"] if device == "desktop" else []),
    ]
    environment = {**node.environment(), "CHROME_PATH": str(program("chromium"))}

    demo.ask("dashboard")  # a process makes its pages when it is first asked for one
    demo.send_visitors_away()  # a reader's phone does not serve the visitors of the shop

    subprocess.run([*lighthouse, demo.page, *options], env=environment, check=True, timeout=200)

    found: dict[str, Any] = json.loads(report.read_text())
    scores = {name: round(100 * found["categories"][name]["score"]) for name in BUDGETS}
    print(f"\nLighthouse, {device}: {scores}")
    assert {name: score for name, score in scores.items() if score < BUDGETS[name]} == {}, _faults(found)


def _faults(found: dict[str, Any]) -> list[str]:
    """Return what cost points."""
    return [
        f"{one['id']}: {one.get('displayValue', '')} {one['title']}"
        for one in found["audits"].values()
        if one["score"] is not None and one["score"] < 0.9
    ]
