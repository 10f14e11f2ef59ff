"""SIGHUP: rules and routes are read anew, and whoever had the signal still hears of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.bootstrap.reload import HangUp

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")


@pytest.fixture(autouse=True)
def _give_back() -> Iterator[None]:
    before = signal.getsignal(signal.SIGHUP)
    yield
    signal.signal(signal.SIGHUP, before)


def test_the_signal_only_notes_and_the_next_tick_reloads_once() -> None:
    reloads: list[str] = []
    hang_up = HangUp(lambda: reloads.append("again"))
    assert hang_up.listen()

    os.kill(os.getpid(), signal.SIGHUP)
    os.kill(os.getpid(), signal.SIGHUP)
    assert reloads == []
    hang_up.tick(0)
    hang_up.tick(0)

    assert reloads == ["again"]


def test_whoever_had_the_signal_hears_it_as_well() -> None:
    heard: list[int] = []
    signal.signal(signal.SIGHUP, lambda number, _frame: heard.append(number))
    hang_up = HangUp(lambda: None)
    assert hang_up.listen()

    os.kill(os.getpid(), signal.SIGHUP)

    assert heard == [signal.SIGHUP]


@pytest.mark.parametrize("before", [signal.SIG_IGN, signal.SIG_DFL])
def test_closing_gives_the_signal_back(before: signal.Handlers) -> None:
    signal.signal(signal.SIGHUP, before)
    hang_up = HangUp(lambda: None)
    assert hang_up.listen()

    hang_up.close()
    hang_up.close()

    assert signal.getsignal(signal.SIGHUP) is before


def test_closing_leaves_the_signal_to_whoever_took_it_since() -> None:
    def other(_number: int, _frame: object) -> None:
        """Take it."""

    hang_up = HangUp(lambda: None)
    assert hang_up.listen()
    signal.signal(signal.SIGHUP, other)

    hang_up.close()

    assert signal.getsignal(signal.SIGHUP) is other


def test_another_thread_is_told_in_the_log_and_nothing_is_taken(caplog: pytest.LogCaptureFixture) -> None:
    before = signal.getsignal(signal.SIGHUP)
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(HangUp(lambda: None).listen()))

    thread.start()
    thread.join()

    assert answers == [False]
    assert "SIGHUP reloads nothing: expected setup_telemetry to be called from the main thread" in caplog.text
    assert signal.getsignal(signal.SIGHUP) == before


PROGRAM = """
import os, signal, sys
from pathlib import Path
from otel_monitoring import setup_telemetry

path = Path(sys.argv[1])
heard = []
signal.signal(signal.SIGHUP, lambda *_: heard.append("before"))
monitoring = setup_telemetry(
    alerts={"rule_files": [str(path)], "default_rules": False, "reload_on_sighup": True},
    system={"enabled": False}, instrumentation={"libraries": False, "threads": False},
)
def send(text):
    path.write_text(text)
    os.kill(os.getpid(), signal.SIGHUP)
    monitoring.tick()
    print(sorted(monitoring.rules.names()), heard)
rule = "groups: [{name: a, rules: [{alert: %s, expr: up == 0}]}]"
send(rule % "Second")
send("groups: [")
monitoring.shutdown()
heard.clear()
os.kill(os.getpid(), signal.SIGHUP)
print("still here", heard)
"""


def test_a_real_signal_reloads_a_real_instance_and_a_bad_file_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rules.yml"
    path.write_text("groups: [{name: a, rules: [{alert: First, expr: up == 0}]}]")

    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
    )

    assert ended.stdout.splitlines() == [
        "['Second'] ['before']",
        "['Second'] ['before', 'before']",
        "still here ['before']",
    ], ended.stderr
    assert f"{path}:2:1: could not parse YAML" in ended.stderr
