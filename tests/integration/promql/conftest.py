"""A Prometheus of one's own that takes samples by remote write."""

from __future__ import annotations

import contextlib
import subprocess
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.integration.servers import eventually, free_ports, program

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONFIG = "storage: {tsdb: {out_of_order_time_window: 30d}}\n"


@pytest.fixture(scope="session")
def prometheus_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a Prometheus, yield its address and end it."""
    folder = tmp_path_factory.mktemp("prometheus")
    config = folder / "prometheus.yml"
    config.write_text(_CONFIG, encoding="utf-8")
    port = free_ports(1)[0]
    command = [
        str(program("prometheus")),
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
        "--storage.tsdb.retention.time=10y",
        "--log.level=error",
    ]
    url = f"http://127.0.0.1:{port}"

    def is_ready() -> bool:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{url}/-/ready", timeout=2).is_success
        return False

    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            eventually(is_ready, what="Prometheus")
            yield url
        finally:
            process.terminate()
            process.wait(30)
