"""How soon everything is back after ``kill -9``, beside a real Prometheus with the same samples.

A Prometheus whose head holds the whole day replays that day from its write-ahead log. Ours is ready when the
hours that it keeps in memory, six as it comes, are back: the rest of the day is asked of the storage. That is
held to half of the replay. Printed beside it: the whole day read back into memory, and a Prometheus as it
comes, whose head holds two to three hours, beside as many hours of ours.

Ours counts from the closed storage to the last sample in memory, Prometheus by its own account of the replay.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import time
from typing import TYPE_CHECKING, Self

import httpx
import numpy as np
import pytest

from benchmarks.storage.recorded import DAY_MS, STEP_MS, Recorded, collections, recorded
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.history.replay import replayed
from otel_monitoring.storage.samples.polling import SampleReader
from otel_monitoring.stores.series import SeriesStore
from tests.integration.servers import eventually, free_ports, program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from otel_monitoring.model.sample import Batch

pytestmark = pytest.mark.timeout(1800)
SERIES, TIMES, AT_MOST = 1000, 6, 0.5
TOGETHER = 120
DAY_LONG = ("--storage.tsdb.min-block-duration=36h", "--storage.tsdb.max-block-duration=36h")
REPLAYED = re.compile(r'WAL replay completed".*?total_replay_duration=(\S+)')
UNITS_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    found = recorded(tmp_path_factory.mktemp("day") / "s.db", series=SERIES, days=1)
    found.database.close()
    return found


@pytest.mark.parametrize(
    ("head", "flags", "memory_h"),
    [
        ("as it comes", (), None),
        ("of a day", DAY_LONG, 6.0),
    ],
)
def test_a_day_is_back_in_half_the_time(
    day: Recorded, tmp_path: Path, head: str, flags: tuple[str, ...], memory_h: float | None
) -> None:
    """Budget: half of what Prometheus takes to replay a day; as long as it takes for the same two hours."""
    with _Peer(tmp_path, flags) as peer:
        peer.start()
        for body in _requests(day.start_ms):
            peer.write(body)
        hours = peer.head_hours()
        theirs, ours, ready, samples = [], [], [], 0
        for _ in range(TIMES):
            peer.kill()
            took_s, samples = _back(day, since_ms=day.end_ms - round(hours * 3_600_000))
            ours.append(took_s)
            ready.append(_back(day, since_ms=day.end_ms - round((memory_h or hours) * 3_600_000))[0])
            theirs.append(peer.start())

    print(
        f"\nhead {head}: {hours:.1f} h, {samples:,} samples back in {min(ours):.2f} s, "
        f"Prometheus {min(theirs):.2f} s: x{min(ours) / min(theirs):.2f}; "
        f"ready in {min(ready):.2f} s: x{min(ready) / min(theirs):.2f}"
    )
    assert samples >= hours * 3_600_000 / STEP_MS * SERIES * 0.99
    assert min(ready) <= (AT_MOST if memory_h else 1.0) * min(theirs)


def _back(day: Recorded, *, since_ms: int) -> tuple[float, int]:
    """Return in how many seconds all samples since a time are in memory, and how many these are."""
    began_s = time.perf_counter()
    place = day.database.place.path
    database = Database(url=f"sqlite:///{place}", clock=SystemClock())
    assert database.ensure(), database.state
    memory = SeriesStore(retention_s=2 * DAY_MS // 1000, interval_s=STEP_MS / 1000)
    reader = SampleReader(database=database, since_ms=since_ms, replay=replayed)
    samples = 0
    while batches := reader.poll():
        memory.extend(batches)
        samples += sum(len(batch.values) for batch in batches)
    took_s = time.perf_counter() - began_s
    database.close()
    return took_s, samples


class _Peer:
    """A Prometheus that is written to, and killed."""

    def __init__(self, folder: Path, flags: tuple[str, ...]) -> None:
        self._folder = folder
        self._flags = flags
        self._process: subprocess.Popen[bytes] | None = None
        self._url = ""
        (folder / "prometheus.yml").write_text("global: {}\n", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> float:
        """Start it; return how long its replay took, in seconds."""
        (port,) = free_ports(1)
        self._url = f"http://127.0.0.1:{port}"
        log = self._folder / "prometheus.log"
        command = [
            str(program("prometheus")),
            f"--config.file={self._folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self._folder / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--storage.tsdb.retention.time=10y",
            "--web.enable-remote-write-receiver",
            *self._flags,
        ]
        with log.open("wb") as file:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        eventually(self._is_ready, timeout_s=120, what="Prometheus")
        found = REPLAYED.search(log.read_text(encoding="utf-8"))
        assert found is not None, "Prometheus does not say how long its replay took"
        return _seconds(found[1])

    def kill(self) -> None:
        """End it at once, as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)

    def write(self, body: bytes) -> None:
        """Append samples."""
        headers = {
            "Content-Type": "application/x-protobuf",
            "Content-Encoding": "snappy",
            "X-Prometheus-Remote-Write-Version": "0.1.0",
        }
        httpx.post(f"{self._url}/api/v1/write", content=body, headers=headers, timeout=60).raise_for_status()

    def head_hours(self) -> float:
        """Return what its head spans, once that does not change any more."""
        before = -1.0
        while (found := self._head_hours()) != before:
            before = found
            time.sleep(5)
        return found

    def _head_hours(self) -> float:
        text = httpx.get(f"{self._url}/metrics", timeout=10).text
        first, last = (
            float(re.findall(rf"^prometheus_tsdb_head_{end}_time_seconds (\S+)$", text, re.MULTILINE)[0])
            for end in ("min", "max")
        )
        return (last - first) / 3600

    def _is_ready(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self._url}/-/ready", timeout=2).is_success
        return False


def _seconds(text: str) -> float:
    """Return a duration as Go writes it."""
    return sum(
        float(number) * UNITS_S[unit] for number, unit in re.findall(r"([\d.]+)(h|ms|µs|ns|m|s)", text)
    )


def _requests(start_ms: int) -> Iterator[bytes]:
    """Yield the day as requests of Prometheus's remote write, some collections in each."""
    some: list[Batch] = []
    for batch in collections(SERIES, days=1, start_ms=start_ms):
        some.append(batch)
        if len(some) == TOGETHER:
            yield _snappy(_write_request(some))
            some = []
    if some:
        yield _snappy(_write_request(some))


def _write_request(batches: list[Batch]) -> bytes:
    """Return a ``WriteRequest`` of protocol buffers: of each series its labels and its samples."""
    times_ms = np.array([batch.time_ms for batch in batches], dtype=np.int64)
    values = np.array([batch.values for batch in batches]).T
    found = []
    for labels, row in zip(batches[0].labels, values, strict=True):
        pairs = b"".join(
            _field(1, _field(1, name.encode()) + _field(2, text.encode())) for name, text in labels.pairs
        )
        found.append(_field(1, pairs + _samples(times_ms, row)))
    return b"".join(found)


def _samples(times_ms: NDArray[np.int64], values: NDArray[np.float64]) -> bytes:
    """Return samples: a double and a time, whose varint has six bytes until the year 2109."""
    kind = np.dtype([("head", "u1", 3), ("value", "<f8"), ("tag", "u1"), ("time", "u1", 6)])
    rows = np.zeros(len(values), dtype=kind)
    rows["head"] = (2 << 3 | 2, 1 + 8 + 1 + 6, 1 << 3 | 1)
    rows["value"] = values
    rows["tag"] = 2 << 3
    groups = times_ms[:, None] >> (7 * np.arange(6)) & 0x7F
    groups[:, :-1] |= 0x80
    rows["time"] = groups
    return rows.tobytes()


def _field(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    found = bytearray()
    while number >= 0x80:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def _snappy(data: bytes) -> bytes:
    """Return what snappy reads, without making it smaller: one literal."""
    return _varint(len(data)) + b"\xfc" + (len(data) - 1).to_bytes(4, "little") + data
