"""Rows in columns."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from otel_monitoring.cli.table import harmless, print_table

if TYPE_CHECKING:
    import pytest

ROWS = [["firing", "A", "team=web,\nroute=/"], ["pending", "LongName", ""]]


def test_a_pipe_gets_whole_lines_that_stand_under_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("STATE", "ALERT", "LABELS"), ROWS, fixed=frozenset())

    assert capsys.readouterr().out.splitlines() == [
        "STATE    ALERT     LABELS",
        "firing   A         team=web, route=/",
        "pending  LongName  -",
    ]


def test_a_terminal_gets_columns_within_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    written = Terminal()
    monkeypatch.setattr(sys, "stdout", written)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")

    print_table(("STATE", "TEXT"), [["firing", "word " * 20]], fixed=frozenset({"STATE"}))

    lines = written.getvalue().splitlines()
    assert "\x1b[1;31mfiring" in lines[1]
    assert len(lines) > 3


def test_what_a_terminal_takes_for_a_command_is_shown_as_unknown() -> None:
    assert harmless("a\x1b[2Jb\x9bc\n\tü") == "a\ufffd[2Jb\ufffdc\n\ufffdü"
