"""Whatever a person gets wrong is said in a line, and nothing is changed."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.storage.database import Database

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

USAGE, PROBLEM = 2, 1


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A storage, a database of somebody else, and files of other kinds."""
    monkeypatch.chdir(tmp_path)
    database = Database(url="sqlite:///s.db", clock=SystemClock())
    assert database.ensure()
    database.close()
    other = sqlite3.connect("shop.db")
    other.execute("CREATE TABLE orders (id INTEGER)")
    other.commit()
    other.close()
    (tmp_path / "notes.txt").write_text("milk, eggs and a great deal more than a header takes " * 40)
    (tmp_path / "image.bin").write_bytes(bytes(range(256)))
    (tmp_path / "half.txt.gz").write_bytes(b"\x1f\x8b\x08\x00cut off")
    return tmp_path


HERE = ("--storage", "sqlite:///s.db")


@pytest.mark.parametrize(
    ("words", "code", "about"),
    [
        (("export", "metrics", "--storage", "sqlite:///none.db"), PROBLEM, "not there"),
        (("export", "metrics", "--storage", "sqlite:///shop.db"), PROBLEM, "holds no storage"),
        (("cleanup", "--storage", "sqlite:///notes.txt"), PROBLEM, "no database of SQLite"),
        (("instances", "--storage", "sqlite:///notes.txt"), PROBLEM, "no database of SQLite"),
        (("import", "metrics", "notes.txt", "--storage", "sqlite:///shop.db"), PROBLEM, "holds no storage"),
        (("export", "metrics", "--storage", "mysql://host/name"), PROBLEM, "mysql"),
        (("export", "metrics", "--storage", "s.db"), PROBLEM, "expected sqlite:///path"),
        (("export", "dreams", *HERE), USAGE, "dreams"),
        (("import", "audit", "notes.txt", *HERE), USAGE, "audit"),
        (("export", "metrics", "--format", "xlsx", *HERE), USAGE, "xlsx"),
        (("export", "metrics", "--since", "a while", *HERE), USAGE, "--since"),
        (("export", "metrics", "--start", "yesterday", *HERE), USAGE, "--start"),
        (("export", "metrics", "--end", "25:00", *HERE), USAGE, "--end"),
        (("export", "metrics", "--start", "20", "--end", "10", *HERE), USAGE, "after the end"),
        (("export", "metrics", "--start", "20", "--since", "1h", *HERE), USAGE, "one of them"),
        (("export", "metrics", "--series", "rate(x[5m])", *HERE), USAGE, "--series"),
        (("export", "metrics", "-o", "notes.txt", *HERE), PROBLEM, "is there already"),
        (("export", "metrics", "-o", "nowhere/day.txt", *HERE), PROBLEM, "cannot be written"),
        (("import", "metrics", "none.txt", "--service", "shop", *HERE), PROBLEM, "cannot be read"),
        (("import", "metrics", "notes.txt", "--service", "shop", *HERE), PROBLEM, "line 1"),
        (("import", "metrics", "image.bin", "--service", "shop", *HERE), PROBLEM, "no text"),
        (("import", "metrics", "half.txt.gz", "--service", "shop", *HERE), PROBLEM, "cannot be read"),
        (("import", "events", "notes.txt", *HERE), PROBLEM, "line 1"),
        (("import", "metrics", "-", "--format", "parquet", *HERE), USAGE, "standard input"),
        (("backup", "notes.txt", *HERE), PROBLEM, "is there already"),
        (("backup", "nowhere/copy.db", *HERE), PROBLEM, "cannot be copied"),
        (("backup", "copy.db", "--storage", "sqlite:///notes.txt"), PROBLEM, "cannot be copied"),
    ],
)
def test_what_is_wrong_is_said(run: Run, folder: Path, words: tuple[str, ...], code: int, about: str) -> None:
    before = {path.name: path.stat().st_size for path in folder.iterdir() if "s.db" not in path.name}

    result = run(*words)

    said = result.error + result.output
    assert (result.exit_code, about in said, "Traceback" in said) == (code, True, False), said
    after = {path.name: path.stat().st_size for path in folder.iterdir() if "s.db" not in path.name}
    assert after == before


def test_a_table_of_bytes_is_not_for_a_terminal(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("otel_monitoring.cli.storage.export.sys", _Terminal())

    result = run("export", "metrics", "--format", "parquet", *HERE)

    assert (result.exit_code, "--output" in result.output) == (USAGE, True)
    assert folder.exists()


class _Terminal:
    """Stands for ``sys`` where its output is a terminal."""

    class stdout:  # noqa: N801 - as sys calls it
        """A terminal."""

        @staticmethod
        def isatty() -> bool:
            return True


def test_several_files_are_taken_as_one(run: Run, folder: Path) -> None:
    for number in range(2):
        (folder / f"{number}.txt").write_text(f'up{{n="1"}} 1 {1_700_000_000 + number * 15}.000\n# EOF\n')

    result = run("import", "metrics", "0.txt", "1.txt", "--service", "shop", *HERE)

    assert (result.exit_code, result.stdout.startswith("2 samples of 1 series")) == (0, True)
