"""Probes and the dashboard beside the application's own routes, over a real server.

wrk keeps the application busy; in every other window further ones probe it twenty times a second, as several
load balancers do, and open the dashboard twice a second, twice what its rate limit lets through. What counts
is the 99th percentile of the application's own route in one window over that in the one next to it, in which
as many further requests ask a route of the application's own: what a further client costs a machine of two
processors is then in both.

A percentile of one window of a second swings by a quarter from one to the next, between two that ask the very
same as well: so windows are of eight seconds, and the median of their ratios counts.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.integration.servers import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
ROUNDS, WINDOW_S = 8, 8
PROBES_A_SECOND, DASHBOARDS_A_SECOND = 20, 2
AT_MOST = 1.10
OWN = "/orders/8"
TOKEN = "bench-token-bench-token-bench-token"
_UNITS_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if shutil.which("wrk") is None:
        pytest.skip("there is no wrk")
    (port,) = free_ports(1)
    environment = {
        **os.environ,
        "OTEL_MONITORING_API__TOKEN": TOKEN,
        "OTEL_MONITORING_STORAGE__URL": f"sqlite:///{tmp_path_factory.mktemp('load')}/storage.db",
        "OTEL_MONITORING_RATE_LIMITS__OWN": "off",
    }
    process = subprocess.Popen([sys.executable, str(HERE / "served.py"), str(port)], env=environment)
    try:
        base = f"http://127.0.0.1:{port}"
        _await(f"{base}/monitoring/health/ready")
        yield base
    finally:
        process.terminate()
        process.wait(20)


def _await(path: str) -> None:
    for _ in range(300):
        try:
            if httpx.get(path, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail(f"{path} never answered 200")


def _p99_ms(url: str) -> float:
    """Return the 99th percentile of the application's own route over one window."""
    run = subprocess.run(
        ["wrk", "-t1", "-c8", f"-d{WINDOW_S}s", "--latency", f"{url}/orders/7"],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", run.stdout)
    assert found, run.stdout
    return float(found[1]) * _UNITS_MS[found[2]]


@contextmanager
def _asking(url: str, folder: Path, *, a_second: int) -> Iterator[None]:
    """Ask one path so often a second for as long as the block runs."""
    script = folder / f"{a_second}.lua"
    script.write_text(
        f'wrk.headers["Authorization"] = "Bearer {TOKEN}"\nfunction delay() return {1000 // a_second} end\n'
    )
    asking = subprocess.Popen(
        ["wrk", "-t1", "-c1", f"-d{WINDOW_S + 1}s", "-s", str(script), url],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield
    finally:
        said, _ = asking.communicate(timeout=30)
        assert "Non-2xx" not in said, said
        requests = re.search(r"(\d+) requests in", said)
        assert requests, said
        assert int(requests[1]) > 0


def _beside(url: str, folder: Path, paths: dict[str, int], *, own: str = "") -> float:
    """Return what it is beside so many requests a second for some paths, or for ``own`` in their place."""
    with ExitStack() as asking:
        for path, a_second in paths.items():
            asking.enter_context(_asking(f"{url}{own or path}", folder, a_second=a_second))
        return _p99_ms(url)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "paths",
    [
        {"/monitoring/health/ready": PROBES_A_SECOND},
        {"/monitoring/dashboard": DASHBOARDS_A_SECOND},
        {"/monitoring/health/ready": PROBES_A_SECOND, "/monitoring/dashboard": DASHBOARDS_A_SECOND},
    ],
    ids=["ready", "dashboard", "both"],
)
def test_the_applications_own_routes_beside_ours(url: str, tmp_path: Path, paths: dict[str, int]) -> None:
    """Budget: the 99th percentile of the application's route changes by at most 10 %."""
    _p99_ms(url)
    alone: list[float] = []
    beside: list[float] = []
    for turn in range(ROUNDS):
        for is_beside in (False, True) if turn % 2 else (True, False):
            (beside if is_beside else alone).append(
                _beside(url, tmp_path, paths, own="" if is_beside else OWN)
            )
    ratio = statistics.median(there / without for there, without in zip(beside, alone, strict=True))
    print(
        f"\n{', '.join(paths)}: p99 {statistics.median(alone):.2f} ms alone, "
        f"{statistics.median(beside):.2f} ms beside ({ratio:.2f})"
    )

    assert ratio <= AT_MOST
