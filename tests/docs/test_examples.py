"""Every example runs, as its page says."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
WAIT_S = 60.0
Process = subprocess.Popen[str]
pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without what would send telemetry somewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")} | more


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(*command: str, output: int | IO[str] = subprocess.PIPE, **more: str) -> Iterator[Process]:
    """Run ``python -m command`` and end it with SIGTERM."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment(PYTHONUNBUFFERED="1", **more),
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


@contextmanager
def served(application: str, **more: str) -> Iterator[httpx.Client]:
    """Serve an application and give a client of it once it answers."""
    port = free_port()
    with (
        # A file, since a pipe that nobody reads would fill up and stop the server.
        tempfile.TemporaryFile("w+", encoding="utf-8") as output,
        running("uvicorn", application, "--port", str(port), output=output, **more) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=WAIT_S) as client,
    ):
        if not answers(client, process):
            output.seek(0)
            pytest.fail(f"{application} does not answer:\n{output.read()}")
        yield client


def answers(client: httpx.Client, process: Process) -> bool:
    """Wait until the application answers; return whether it does."""
    end_s = time.monotonic() + WAIT_S
    while time.monotonic() < end_s and process.poll() is None:
        try:
            client.get("/monitoring/health/live")
        except httpx.TransportError:
            threading.Event().wait(0.1)
        else:
            return True
    return False


def test_every_example_has_its_line_on_the_page() -> None:
    folders = {path.name for path in EXAMPLES.iterdir() if any(path.glob("*.py"))}

    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")

    assert {name for name in folders if f"| `{name}/` |" not in page} == set()


def test_minimal_answers_with_a_request_id_and_a_trace() -> None:
    with served("examples.minimal.app:app") as client:
        answer = client.get("/hello/ada")

    assert answer.json() == {"hello": "ada"}
    assert answer.headers["x-request-id"]
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[13]", answer.headers["traceresponse"])


def test_script_runs_and_exits() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "examples.script.report"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )

    assert (ended.returncode, ended.stdout.splitlines()[-1]) == (0, "total: 50.00")


def test_custom_rules_tell_the_receiver() -> None:
    port = str(free_port())
    channels = f'["http://127.0.0.1:{port}/"]'
    with (
        running("examples.custom_rules.receiver", port) as receiver,
        served(
            "examples.custom_rules.app:app",
            OTEL_MONITORING_NOTIFY__CHANNELS=channels,
            OTEL_MONITORING_NOTIFY__ALLOW_PRIVATE="true",
        ) as client,
    ):
        assert receiver.stdout is not None
        assert receiver.stdout.readline().startswith("listening on")
        told = threading.Event()
        thread = threading.Thread(target=keep_failing, args=(client, told))
        thread.start()
        line = receiver.stdout.readline()
        told.set()
        thread.join()

    assert line == "firing OrdersFail: /orders/{number} ended in an error\n"


def keep_failing(client: httpx.Client, told: threading.Event) -> None:
    """Ask for the broken order until the alert was told."""
    while not told.wait(0.3):
        client.get("/orders/13")


def test_the_demo_shows_the_alert_and_its_resolution() -> None:
    """The whole story, ended by Ctrl-C once it is told."""
    with running("tools.demo") as demo:
        assert demo.stdout is not None
        lines = []
        for line in demo.stdout:
            lines.append(line)
            if "That was all" in line:
                demo.send_signal(signal.SIGINT)
        code = demo.wait(timeout=30)
    told = "".join(lines)

    assert code == 0, told
    assert re.search(r"First trace: [0-9a-f]{32}\n", told), told
    assert told.index("ALERT firing: ShopErrors") < told.index("ALERT resolved: ShopErrors"), told
    kept = re.search(r"had answered (\d+) requests before, and knows of (\d+) by now", told)
    assert kept, told
    assert int(kept[2]) >= int(kept[1]), told
    assert re.search(r"ShopErrors fired for [1-9]\d* seconds", told), told
    assert re.search(r"Done: \d+ requests, [1-9]\d* of them failed\.\n$", told), told


def test_the_demo_ends_by_itself_and_leaves_no_process() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tools.demo"],
        cwd=ROOT,
        env=environment(DEMO_SECONDS="2"),
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    url = re.search(r"shop +(http://127\.0\.0\.1:\d+)/docs", ended.stdout)
    assert url is not None
    with pytest.raises(httpx.ConnectError):
        httpx.get(url[1])
