"""Commands on a storage, called as a person calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.record import Record
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.repositories.records import append_records, load_records
from tests.storage.history.recorded import SHOP, Recorded

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

DAY_MS = 86_400_000


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A storage with an hour of samples and two errors."""
    found = f"sqlite:///{tmp_path}/s.db"
    database = Database(url=found, clock=SystemClock())
    assert database.ensure()
    source, now_ms = Recorded(database), SystemClock().now_ms()
    for at in range(60):
        time_ms = now_ms - 3_600_000 + at * 60_000
        source.collect(time_ms, {"served_total": float(at), "memory_bytes": 1.0})
    source.flush()
    with database.write() as connection:
        append_records(
            connection, [Record("error", now_ms - days * DAY_MS, "one") for days in (5, 95)], service=SHOP.key
        )
    database.close()
    return found


def errors(url: str) -> int:
    database = Database(url=url, clock=SystemClock())
    assert database.ensure()
    with database.read() as connection:
        count = len(load_records(connection, "error", service=SHOP.key))
    database.close()
    return count


def test_metrics_go_out_as_openmetrics(run: Run, url: str) -> None:
    result = run("export", "metrics", "--storage", url, "--since", "31m", "--series", "served_total")

    lines = result.output.splitlines()
    assert (result.exit_code, lines[0], lines[-1]) == (0, "# TYPE served counter", "# EOF")
    assert 29 <= sum(line.startswith('served_total{instance="one"}') for line in lines) <= 31


@pytest.mark.parametrize("name", ["all.csv", "all.txt", "all.txt.gz", "all.csv.gz", "all.parquet"])
def test_what_went_out_comes_in(run: Run, url: str, tmp_path: Path, name: str) -> None:
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow", reason="pyarrow is not installed: the extra parquet brings it")
    file, other = str(tmp_path / name), f"sqlite:///{tmp_path}/other.db"
    new = Database(url=other, clock=SystemClock())
    assert new.ensure()
    new.close()

    assert run("export", "metrics", "--storage", url, "-o", file).exit_code == 0
    taken = run("import", "metrics", file, "--storage", other, "--service", "shop")

    assert (taken.exit_code, taken.output) == (0, "120 samples of 2 series taken for shop\n")
    first, second = (run("export", "metrics", "--storage", one, "-f", "csv").output for one in (url, other))
    assert first == second


def test_events_go_out_and_come_in(run: Run, url: str, tmp_path: Path) -> None:
    file = str(tmp_path / "events.jsonl")

    assert run("export", "events", "--storage", url, "-o", file).exit_code == 0
    assert run("import", "events", file, "--storage", url).output == "2 events taken\n"

    assert errors(url) == 4


def test_a_copy_is_a_storage(run: Run, url: str, tmp_path: Path) -> None:
    result = run("backup", str(tmp_path / "copy.db"), "--storage", url)

    assert "bytes copied" in result.output
    assert errors(f"sqlite:///{tmp_path}/copy.db") == 2


def test_a_dry_run_changes_nothing(run: Run, url: str) -> None:
    result = run("cleanup", "--dry-run", "--storage", url)

    assert "nothing was changed" in result.output
    assert ["errors", "1"] in [line.split()[:2] for line in result.output.splitlines()]
    assert errors(url) == 2


def test_what_is_old_goes(run: Run, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_MONITORING_STORAGE__URL", url)

    assert run("cleanup", "--errors-days", "4").exit_code == 0

    assert errors(url) == 0


@pytest.mark.parametrize(
    ("words", "about"),
    [
        (("export", "metrics"), "--storage"),
        (("export", "metrics", "--storage", "sqlite:////nowhere/none.db"), "not there"),
        (("backup", "copy.db", "--storage", "postgresql://host/name"), "pg_dump"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, words: tuple[str, ...], about: str) -> None:
    result = run(*words)

    assert result.exit_code == 1
    assert about in result.error


def test_a_selector_of_something_else_is_a_wrong_call(run: Run, url: str) -> None:
    assert run("export", "metrics", "--storage", url, "--series", "1 + 1").exit_code == 2
