"""How a process ended is told to those who are not its parents, where the kernel does so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.storage.ends import GONE, STOPPED, Watch, end_reason, own_end_reason

if TYPE_CHECKING:
    from collections.abc import Iterator


def kernel_tells() -> bool:
    """Tell whether this is Linux 6.15 or later."""
    release = os.uname().release.split(".") if sys.platform == "linux" else ["0", "0"]
    return (int(release[0]), int(release[1])) >= (6, 15)


needs_kernel = pytest.mark.skipif(not kernel_tells(), reason="the kernel tells parents alone")


@pytest.fixture
def watch() -> Iterator[Watch]:
    made = Watch()
    yield made
    made.close()


def process(code: str = "import time; time.sleep(60)") -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-S", "-c", code], stdin=subprocess.PIPE)


def open_files() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


@needs_kernel
@pytest.mark.parametrize(
    ("by", "reason"),
    [
        (signal.SIGKILL, "killed by SIGKILL"),
        (signal.SIGSEGV, "killed by SIGSEGV"),
        (signal.SIGTERM, "stopped by SIGTERM"),
    ],
)
def test_the_signal_is_known_that_ended_a_process(watch: Watch, by: signal.Signals, reason: str) -> None:
    with process() as one:
        watch.hold("one", one.pid)
        one.send_signal(by)

    assert watch.end_of("one") == reason


@needs_kernel
def test_the_exit_code_is_known(watch: Watch) -> None:
    with process("import sys; sys.stdin.read(); sys.exit(3)") as one:
        watch.hold("one", one.pid)

    assert watch.end_of("one") == "exit code 3"


@needs_kernel
def test_a_parent_that_takes_no_note_is_waited_for_a_while(watch: Watch) -> None:
    with process() as one:
        watch.hold("one", one.pid)
        one.kill()

        found = [watch.end_of("one") for _ in range(3)]

    assert found == [None, None, GONE]


def test_of_a_process_that_nobody_held_on_to_nothing_is_known(watch: Watch) -> None:
    assert watch.end_of("one") == GONE


def test_a_process_that_is_not_there_cannot_be_held(watch: Watch) -> None:
    with process("") as one:
        pass
    watch.hold("one", one.pid)

    assert watch.end_of("one") == GONE


def test_files_are_closed_of_those_who_are_not_kept(watch: Watch) -> None:
    before = open_files()
    for number in range(10):
        watch.hold(f"it {number}", os.getpid())

    watch.keep(["it 3"])
    after_one = open_files()
    watch.close()

    assert after_one - before == (1 if hasattr(os, "pidfd_open") else 0)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (0, "stopped with exit code 0"),
        (1 << 8, "exit code 1"),
        (int(signal.SIGABRT) | 0x80, "killed by SIGABRT"),
        (int(signal.SIGINT), "stopped by SIGINT"),
        (int(signal.SIGRTMIN) + 1, f"killed by signal {int(signal.SIGRTMIN) + 1}"),
    ],
)
def test_a_wait_status_is_said_in_words(status: int, reason: str) -> None:
    assert end_reason(status) == reason


def test_a_process_that_ends_by_itself_was_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("last_exc", "last_value"):
        monkeypatch.delattr(sys, name, raising=False)

    assert own_end_reason() == STOPPED


@pytest.mark.parametrize(
    ("error", "reason"), [(ValueError("secret"), "uncaught ValueError"), (KeyboardInterrupt(), STOPPED)]
)
def test_an_exception_that_nobody_caught_is_named_without_what_it_says(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, reason: str
) -> None:
    monkeypatch.delattr(sys, "last_exc", raising=False)
    monkeypatch.setattr(sys, "last_value", error, raising=False)

    assert own_end_reason() == reason
