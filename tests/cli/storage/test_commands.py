"""Commands on a storage, called as a person calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.record import Record
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.repositories.records import append_records, load_records
from otel_monitoring.storage.service import Service
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


@pytest.fixture
def street(tmp_path: Path) -> str:
    """A storage of two services, one of them in two environments."""
    found = f"sqlite:///{tmp_path}/street.db"
    database, now_ms = Database(url=found, clock=SystemClock()), SystemClock().now_ms()
    assert database.ensure()
    for service in (SHOP, Service("till", "town", "test"), Service("till", "town", "live")):
        source = Recorded(database, f"{service}-1", service)
        source.collect(now_ms - 60_000, {"memory_bytes": 1.0})
        source.collect(now_ms, {"memory_bytes": 2.0})
        source.flush()
    database.close()
    return found


def test_what_a_service_stored_goes_out_alone(run: Run, street: str) -> None:
    words = ("export", "metrics", "--storage", street)

    assert run(*words).output.count("\nmemory_bytes{") == 6
    assert run(*words, "--service", "shop").output.count('{instance="shop-1"}') == 2
    assert run(*words, "--service", "town/till@live").output.count("\nmemory_bytes{") == 2


def test_what_comes_in_is_seen_by_the_service_that_is_named(run: Run, street: str, tmp_path: Path) -> None:
    file = tmp_path / "old.txt"
    file.write_text("imported_total 5 1700000000\n# EOF\n", encoding="utf-8")

    taken = run("import", "metrics", str(file), "--storage", street, "--service", "town/till@test")

    assert taken.output == "1 samples of 1 series taken for town/till@test\n"
    words = ("export", "metrics", "--storage", street, "--series", "imported_total", "--service")
    assert "imported_total 5.0 1700000000.000" in run(*words, "town/till@test").output
    assert "imported_total" not in run(*words, "shop").output


def test_what_comes_in_is_for_the_only_service_there_is(run: Run, url: str, tmp_path: Path) -> None:
    file = tmp_path / "old.txt"
    file.write_text("imported_total 5 1700000000\n# EOF\n", encoding="utf-8")

    taken = run("import", "metrics", str(file), "--storage", url)

    assert taken.output == "1 samples of 1 series taken for shop\n"


def test_what_comes_in_is_for_the_service_of_the_settings_among_several(
    run: Run, street: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "old.txt"
    file.write_text("imported_total 5 1700000000\n# EOF\n", encoding="utf-8")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "till")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.namespace=town,deployment.environment.name=live")

    taken = run("import", "metrics", str(file), "--storage", street)

    assert taken.output == "1 samples of 1 series taken for town/till@live\n"


@pytest.mark.parametrize(
    ("words", "about"),
    [
        (("import", "metrics", "FILE"), "shop, town/till@live, town/till@test: give --service"),
        (("import", "metrics", "FILE", "--service", "till"), "one of town/till@live, town/till@test"),
        (("export", "metrics", "--service", "shpo"), "expected one of shop, town/till@live"),
    ],
)
def test_a_service_that_is_not_clear_is_asked_for(
    run: Run, street: str, tmp_path: Path, words: tuple[str, ...], about: str
) -> None:
    file = tmp_path / "old.txt"
    file.write_text("imported_total 5 1700000000\n# EOF\n", encoding="utf-8")

    result = run(*(str(file) if word == "FILE" else word for word in words), "--storage", street)

    assert result.exit_code == 1
    assert about in " ".join(result.error.split())


def test_the_processes_of_all_services_are_listed_from_the_storage(run: Run, street: str) -> None:
    result = run("instances", "--storage", street)

    rows = [line.split() for line in result.output.splitlines()[1:]]
    assert [row[0] for row in rows] == ["running"] * 3
    assert sorted(row[2] for row in rows) == ["shop", "town/till@live", "town/till@test"]


def test_what_is_old_of_one_service_goes(run: Run, street: str) -> None:
    database, till = Database(url=street, clock=SystemClock()), Service("till", "town", "live")
    old = [Record("error", SystemClock().now_ms() - 10 * DAY_MS, "one")]
    assert database.ensure()
    with database.write() as connection:
        for service in (SHOP, till):
            append_records(connection, old, service=service.key)

    result = run("cleanup", "--service", "shop", "--errors-days", "4", "--storage", street)

    with database.read() as connection:
        left = [len(load_records(connection, "error", service=one.key)) for one in (SHOP, till)]
    database.close()
    assert result.exit_code == 0
    assert left == [0, 1]
