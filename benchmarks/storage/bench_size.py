"""What a sample takes in blocks, beside a Prometheus that holds the very same samples.

The samples are those of the shop of the examples, recorded at 15 s (``shop``), and the series of a public
collection for anomaly detection. Ours is an SQLite file with one row a block, as compaction leaves it, label
sets and times included; the peer's are the chunk and index files that promtool makes. Both cut time at the
same length. What the file of a storage takes as it really comes to be is in ``bench_file``.
"""

from __future__ import annotations

import csv
import sqlite3
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.storage.shop import INTERVAL_MS, Recording, recorded
from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.storage.blocks import label_sets
from otel_monitoring.storage.blocks import times as times_of
from otel_monitoring.storage.blocks.block import write
from otel_monitoring.storage.blocks.parts import parts
from otel_monitoring.storage.blocks.windows import span_ms
from otel_monitoring.stores.block import is_hole
from tests.integration.servers import program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

HERE = Path(__file__).parent
CSV_FOLDER = HERE.parents[2] / "shared" / "conformance" / "anomaly" / "data"
CACHE = HERE.parents[1] / ".cache" / "benchmarks"
SHOP_HOURS = 4
SHOP_AT_MOST, CSV_AT_MOST = 1.0, 2.2
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
FILE_INTERVAL_MS = 300_000
pytestmark = pytest.mark.timeout(900)  # the first of them records the shop
KINDS = ("buckets", "counts", "float sums", "gauges")


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes on disk for so many samples."""

    size_bytes: int
    values_bytes: int
    samples: int

    @property
    def each(self) -> float:
        """Bytes a sample, everything included."""
        return self.size_bytes / self.samples

    @property
    def value(self) -> float:
        """Bytes a sample for times and values alone, without label sets, indexes and pages."""
        return self.values_bytes / self.samples


def kind(labels: Labels, values: NDArray[np.float64]) -> str:
    """Return what a series is, for the table."""
    name = dict(labels.pairs)[NAME]
    if name.endswith("_bucket"):
        return "buckets"
    whole = bool(np.all(np.rint(values[~is_hole(values)]) == values[~is_hole(values)]))
    if name.endswith(("_count", "_total", "_sum")):
        return "counts" if whole else "float sums"
    return "gauges"


def only(recording: Recording, wanted: str) -> Recording:
    """Return the series of one kind."""
    rows = [at for at, labels in enumerate(recording.labels) if kind(labels, recording.values[at]) == wanted]
    return Recording(tuple(recording.labels[at] for at in rows), recording.times_ms, recording.values[rows])


def even(recording: Recording) -> Recording:
    """Return the same samples at even distances, as a scrape would give them."""
    times_ms = np.round(recording.times_ms / INTERVAL_MS).astype(np.int64) * INTERVAL_MS
    return Recording(recording.labels, times_ms, recording.values)


def csv_files() -> list[Recording]:
    """Return each file as a source of its own."""
    if not CSV_FOLDER.exists():
        pytest.skip("../shared/conformance/anomaly is not there")
    found = []
    for path in sorted(CSV_FOLDER.glob("*/*.csv")):
        with path.open(encoding="utf-8") as lines:
            rows = {row["timestamp"]: float(row["value"]) for row in csv.DictReader(lines)}
        times_ms = [_unix_ms(text) for text in sorted(rows)]
        values = np.array([[rows[text] for text in sorted(rows)]])
        labels = Labels.of({NAME: "anomaly_value", "file": path.stem})
        found.append(Recording((labels,), np.array(times_ms, dtype=np.int64), values))
    return found


def _unix_ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def samples(recordings: list[Recording]) -> int:
    """Return how many samples there are, holes left out."""
    return sum(int((~is_hole(one.values)).sum()) for one in recordings)


def ours(recordings: list[Recording], folder: Path, *, window_ms: int) -> Size:
    """Return what our blocks take in an SQLite file."""
    path = folder / "ours.db"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.executescript("""
            create table series (id integer primary key, source integer, first integer, labels blob);
            create table windows (id integer primary key, source integer, start_ms integer, times blob);
            create table blocks (id integer primary key, window integer, first integer, last integer,
                                 data blob);
            create unique index blocks_window on blocks (window, first);
        """)
        for source, recording in enumerate(recordings):
            _insert(database, source, recording, window_ms=window_ms)
    with sqlite3.connect(path) as database:
        database.execute("vacuum")
        (values_bytes,) = database.execute(
            "select (select sum(length(data)) from blocks) + (select sum(length(times)) from windows)"
        ).fetchone()
    return Size(path.stat().st_size, values_bytes, samples(recordings))


def _insert(database: sqlite3.Connection, source: int, recording: Recording, *, window_ms: int) -> None:
    known = label_sets.encode(recording.labels)
    database.execute("insert into series (source, first, labels) values (?, 0, ?)", (source, known))
    for start_ms, columns in windows(recording.times_ms, window_ms):
        times_ms = recording.times_ms[columns]
        cursor = database.execute(
            "insert into windows (source, start_ms, times) values (?, ?, ?)",
            (source, start_ms, times_of.encode(times_ms)),
        )
        for series in parts(range(len(recording.labels)), times=len(times_ms)):
            values = recording.values[list(series), columns]
            data = write(series=series, times_ms=times_ms, columns={"value": values})
            database.execute(
                "insert into blocks (window, first, last, data) values (?, ?, ?, ?)",
                (cursor.lastrowid, series[0], series[-1], data),
            )


def windows(times_ms: NDArray[np.int64], window_ms: int) -> Iterator[tuple[int, slice]]:
    """Yield the beginning of each window and the columns in it."""
    begins = -(-times_ms // window_ms) - 1
    starts = np.flatnonzero(np.diff(begins, prepend=begins[0] - 1))
    for start, end in zip(starts, [*starts[1:], len(times_ms)], strict=True):
        yield int(begins[start]) * window_ms, slice(int(start), int(end))


def peer(recordings: list[Recording], folder: Path, *, window_ms: int) -> Size:
    """Return what Prometheus's blocks take, chunks and index."""
    text, data = folder / "samples.om", folder / "prometheus"
    with text.open("w", encoding="utf-8") as file:
        for line in _open_metrics(recordings):
            file.write(line)
    command = [str(program("promtool")), "tsdb", "create-blocks-from", "openmetrics", "--quiet"]
    command += [f"--max-block-duration={window_ms // HOUR_MS}h", str(text), str(data)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    chunks = sum(path.stat().st_size for path in data.glob("*/chunks/*"))
    index = sum(path.stat().st_size for path in data.glob("*/index"))
    found = Size(chunks + index, chunks, samples(recordings))
    subprocess.run(["rm", "-r", str(data)], check=True)
    return found


def _open_metrics(recordings: list[Recording]) -> Iterator[str]:
    rows: dict[str, list[tuple[Recording, int]]] = {}
    for recording in recordings:
        for row, labels in enumerate(recording.labels):
            rows.setdefault(dict(labels.pairs)[NAME], []).append((recording, row))
    for name, found in rows.items():
        yield f"# TYPE {name} unknown\n"
        for recording, row in found:
            pairs = ",".join(
                f'{key}="{_escaped(value)}"' for key, value in recording.labels[row].pairs if key != NAME
            )
            held = np.flatnonzero(~is_hole(recording.values[row]))
            times_ms, values = recording.times_ms[held].tolist(), recording.values[row][held].tolist()
            for time_ms, value in zip(times_ms, values, strict=True):
                yield f"{name}{{{pairs}}} {value!r} {time_ms / 1000:.3f}\n"
    yield "# EOF\n"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def told(name: str, mine: Size, theirs: Size) -> None:
    """Print a line of the table."""
    print(
        f"\n{name:30} {mine.samples:8,} samples: {mine.each:.2f} ({mine.value:.2f} of it values), "
        f"Prometheus {theirs.each:.2f} ({theirs.value:.2f}): x{mine.each / theirs.each:.2f}"
    )


@pytest.fixture(scope="module")
def shop() -> Recording:
    return recorded(SHOP_HOURS, CACHE / f"shop-{SHOP_HOURS}h.npz")


@pytest.mark.parametrize("jitter", ["with jitter", "even times"])
def test_the_shop_takes_at_most_a_byte_a_sample(shop: Recording, tmp_path: Path, jitter: str) -> None:
    """Budget: 1.0 byte, and less than Prometheus, which jitter costs dear."""
    found = even(shop) if jitter == "even times" else shop
    mine = ours([found], tmp_path, window_ms=2 * HOUR_MS)
    theirs = peer([found], tmp_path, window_ms=2 * HOUR_MS)

    told(f"shop, {jitter}", mine, theirs)
    assert mine.each <= SHOP_AT_MOST
    assert mine.each < theirs.each


@pytest.mark.parametrize("wanted", KINDS)
def test_each_kind_takes_less_than_in_prometheus(shop: Recording, tmp_path: Path, wanted: str) -> None:
    found = only(even(shop), wanted)
    mine = ours([found], tmp_path, window_ms=2 * HOUR_MS)
    theirs = peer([found], tmp_path, window_ms=2 * HOUR_MS)

    told(f"shop, {wanted} ({len(found.labels)} series)", mine, theirs)
    assert mine.each < theirs.each


def test_the_files_take_at_most_2_2_bytes_a_sample(tmp_path: Path) -> None:
    """Budget: 2.2 bytes, and less than Prometheus."""
    files, window_ms = csv_files(), span_ms(FILE_INTERVAL_MS)
    mine = ours(files, tmp_path, window_ms=window_ms)
    theirs = peer(files, tmp_path, window_ms=window_ms)

    told(f"files, windows of {window_ms // DAY_MS} d", mine, theirs)
    assert mine.each <= CSV_AT_MOST
    assert mine.each < theirs.each
