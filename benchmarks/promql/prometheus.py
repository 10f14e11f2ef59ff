"""A real Prometheus over the benchmark's samples, and what its evaluations take."""

from __future__ import annotations

import contextlib
import subprocess
import time
from typing import TYPE_CHECKING, Any

import httpx

from tests.integration.servers import free_ports, program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_START_S = 60.0
_LONGEST_S = 600.0


class Peer:
    """A running Prometheus."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.Client(timeout=60)

    def ask(self, path: str, **fields: Any) -> tuple[float, list[dict[str, Any]]]:
        """Return the seconds that an evaluation took by its own account, and the result."""
        answer = self._client.post(f"{self.url}/api/v1/{path}", data={**fields, "stats": "all"})
        data = answer.raise_for_status().json()["data"]
        return data["stats"]["timings"]["evalTotalTime"], data["result"]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


@contextlib.contextmanager
def serving(folder: Path, samples: Path, *, block: str = "2h") -> Iterator[Peer]:
    """Load ``samples`` (OpenMetrics) and serve them on a free port; skip where Prometheus is absent.

    Args:
        folder: Where its files go.
        samples: What it serves.
        block: How long its blocks may be; long ones are what it makes of months by and by.
    """
    prometheus, promtool = program("prometheus"), program("promtool")
    data = folder / "data"
    subprocess.run(
        [
            str(promtool),
            *("tsdb", "create-blocks-from", f"--max-block-duration={block}", "openmetrics", "--quiet"),
            *(str(samples), str(data)),
        ],
        check=True,
        timeout=_LONGEST_S,
        capture_output=True,
    )
    config = folder / "prometheus.yml"
    config.write_text("global: {}\n", encoding="utf-8")
    port = free_ports(1)[0]
    command = [
        str(prometheus),
        f"--config.file={config}",
        f"--storage.tsdb.path={data}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--storage.tsdb.retention.time=10y",
        "--log.level=error",
    ]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        peer = Peer(f"http://127.0.0.1:{port}")
        try:
            _wait_ready(peer.url)
            yield peer
        finally:
            peer.close()
            process.terminate()
            process.wait(30)


def _wait_ready(url: str) -> None:
    deadline_s = time.monotonic() + _START_S
    while time.monotonic() < deadline_s:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/-/ready", timeout=2).is_success:
                return
        time.sleep(0.1)
    msg = f"Prometheus at {url} was not ready within {_START_S:.0f} s"
    raise TimeoutError(msg)
