"""Servers of several workers: started, loaded, one of them killed in the middle, and asked one by one."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from otel_monitoring.storage.ledger import ledger_folder
from otel_monitoring.storage.service import Service
from tests.integration.lifecycle.load import run_load
from tests.integration.lifecycle.processes import FLUSH_S, HEALTHCHECK, environment, running
from tests.integration.servers import eventually, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.integration.lifecycle.load import Answers
    from tests.integration.lifecycle.processes import Server

APP = "tests.integration.storage.workers_app:app"
GUNICORN = ("gunicorn", "-k", "uvicorn.workers.UvicornWorker", "-b", "127.0.0.1:PORT", APP, "-w", "4")
UVICORN = (
    *("uvicorn", "--host", "127.0.0.1", "--port", "PORT", "--no-access-log", APP),
    *("--workers", "4", *HEALTHCHECK),
)
COUNT = "http_server_request_duration_seconds_count"
TOTAL = f'sum({COUNT}{{http_route="/x"}})'

_TOKEN = "of-these-tests"
_COMMAND = "from otel_monitoring.cli.main import main; main()"
_READY = "Application startup complete"
_ASKED_AT_ONCE = 6
"""Who takes a connection is for the system to say: of several at once each worker gets its share."""
_ANSWERED_S = 120.0
_SETTLED_S = 180.0


@dataclass
class Workers:
    """A server of several workers.

    Attributes:
        server: What was started.
        client: Asks it, by a connection of its own each time.
        killed: The processes that were killed, or asked to end.
        token: What opens its pages.
    """

    server: Server
    client: httpx.Client
    killed: list[int] = field(default_factory=list)
    token: str = _TOKEN

    @property
    def port(self) -> int:
        """Where it listens on the loopback."""
        return self.server.port

    def printed_tokens(self) -> list[str]:
        """Return the tokens that its workers made and printed, each as often as that was."""
        return re.findall(
            r"'Authorization: Bearer (\S+)', which holds at every process", self.server.printed()
        )

    def ask(self, path: str, **params: str) -> tuple[int, httpx.Response]:
        """Ask whoever takes the connection; return its process id as well.

        A worker that ends drops the connections that it has accepted and not read yet, killed or not
        (uvicorn does so by itself): whoever asks asks another one then.
        """

        def look() -> tuple[int, httpx.Response] | None:
            try:
                return self.do("GET", path, params=params)
            except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
                if not self.killed:
                    raise
                return None

        return eventually(look, timeout_s=_ANSWERED_S, what=f"an answer to {path}")

    def do(self, method: str, path: str, **more: Any) -> tuple[int, httpx.Response]:
        """Do something at whoever takes the connection; return its process id as well."""
        headers = {"Authorization": f"Bearer {self.token}", "Connection": "close"}
        url = f"http://127.0.0.1:{self.port}{path}"
        answer = self.client.request(method, url, headers=headers, **more)
        if answer.is_error:
            msg = f"{path} answered {answer.status_code} {answer.text}:\n{self.server.printed()[-4000:]}"
            raise AssertionError(msg)
        return int(answer.headers["x-pid"]), answer

    def pids(self, count: int) -> list[int]:
        """Return the process ids of ``count`` workers that live."""
        found: set[int] = set()

        def look() -> bool:
            found.update(pid for pid, _ in self._ask_several("/openapi.json"))
            return len(found - set(self.killed)) >= count

        eventually(look, timeout_s=_ANSWERED_S, what=f"{count} workers")
        return sorted(found - set(self.killed))

    def kill(self, pid: int) -> None:
        """End a worker as nobody can prepare for."""
        os.kill(pid, signal.SIGKILL)
        self.killed.append(pid)

    def end(self, pid: int) -> None:
        """Ask a worker to end, as whoever replaces it does."""
        os.kill(pid, signal.SIGTERM)
        self.killed.append(pid)

    def command(self, *words: str) -> str:
        """Return what a command of ours prints when it asks this server."""
        where = ("--url", f"http://127.0.0.1:{self.port}")
        return subprocess.run(
            [sys.executable, "-c", _COMMAND, *words, *where],
            env=environment(None, OTEL_MONITORING_API__TOKEN=_TOKEN),
            check=True,
            capture_output=True,
            text=True,
            timeout=_ANSWERED_S,
        ).stdout

    def from_each(self, path: str, *, count: int = 4, **params: str) -> dict[int, httpx.Response]:
        """Ask until ``count`` living workers have answered; return the last answer of each."""
        answers: dict[int, httpx.Response] = {}

        def look() -> bool:
            answers.update(self._ask_several(path, **params))
            for pid in self.killed:  # one that was asked to end may answer a last time
                answers.pop(pid, None)
            return len(answers) >= count

        eventually(look, timeout_s=_ANSWERED_S, what=f"answers of {count} workers")
        return answers

    def totals(self) -> dict[int, float]:
        """Return the total of requests by PromQL, by the worker that was asked."""
        answers = self.from_each("/monitoring/prometheus/api/v1/query", query=TOTAL)
        return {pid: _value(answer.json()) for pid, answer in answers.items()}

    def values(self, query: str) -> list[float]:
        """Return the values of the series that a query answers with."""
        _, answer = self.ask("/monitoring/prometheus/api/v1/query", query=query)
        return [float(one["value"][1]) for one in answer.json()["data"]["result"]]

    def _ask_several(self, path: str, **params: str) -> list[tuple[int, httpx.Response]]:
        """Ask a few times at once; return the answers with the process ids."""
        with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
            asked = [pool.submit(self.ask, path, **params) for _ in range(_ASKED_AT_ONCE)]
            return [one.result() for one in asked]

    def stop(self) -> None:
        """End the server as planned."""
        self.server.terminate()

    def exposed_totals(self) -> dict[int, float]:
        """Return the total of requests by ``/monitoring/metrics``, by the worker that was asked."""
        answers = self.from_each("/monitoring/metrics")
        return {pid: exposed_total(answer.text) for pid, answer in answers.items()}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a load came to.

    Attributes:
        completed: Requests whose answer arrived.
        in_flight: Requests whose connection ended before the answer: those of the killed worker.
    """

    completed: int
    in_flight: int

    def allows(self, total: float) -> bool:
        """Tell whether a total is right.

        What was in flight may have been counted or not; and of a loop one request at most has been answered
        and not counted yet, since nothing else runs between the two.
        """
        return self.completed - (1 if self.in_flight else 0) <= total <= self.completed + self.in_flight


@contextlib.contextmanager
def workers(
    command: Sequence[str],
    *,
    url: str,
    folder: Path,
    endpoint: str | None = None,
    has_token: bool = True,
    **variables: str,
) -> Iterator[Workers]:
    """Serve the application by four workers.

    Args:
        command: A module and its arguments; ``PORT`` becomes a free port.
        url: Of the storage.
        folder: Where the output goes.
        endpoint: Where telemetry is exported to.
        has_token: Whether the settings name a token; else the workers make one.
        variables: Further variables of the environment.
    """
    (port,) = free_ports(1)
    words = [word.replace("PORT", str(port)) for word in command]
    env = environment(endpoint, **{**_settings(url), **variables})
    if not has_token:
        del env["OTEL_MONITORING_API__TOKEN"]
    with (
        running(words, env=env, folder=folder, port=port, ready=_READY, times=4) as server,
        httpx.Client(timeout=_ANSWERED_S) as client,
    ):
        found = Workers(server, client)
        if not has_token:
            eventually(found.printed_tokens, timeout_s=_ANSWERED_S, what="the token of all workers")
            found.token = found.printed_tokens()[0]
        found.pids(4)
        yield found


def forget_ledgers(url: str) -> None:
    """Remove what processes left that were killed at the end of a test."""
    ledgers = ledger_folder(url, Service("shop").key)
    if ledgers is not None:
        shutil.rmtree(ledgers, ignore_errors=True)


def load_and_kill(server: Workers, *, requests: int) -> Outcome:
    """Send requests and kill one worker half-way; return when another has taken its place."""
    victim = server.pids(4)[0]

    def on_answer(count: int) -> None:
        if count >= requests // 2 and not server.killed:
            server.kill(victim)

    answers: Answers = run_load(
        server.port, requests=requests, connections=32, path="/x", on_answer=on_answer
    )
    server.pids(4)
    assert set(answers.statuses) == {200}
    return Outcome(answers.answered, answers.broken)


def settled(look: Any, outcome: Outcome, *, count: int = 4) -> dict[int, float]:
    """Return the totals of all workers once they agree on one that is right, or the last ones there were."""
    found: dict[int, float] = {}

    def agree() -> bool:
        found.clear()
        found.update(look())
        return len(set(found.values())) == 1 and outcome.allows(next(iter(found.values())))

    with contextlib.suppress(pytest.fail.Exception):
        eventually(agree, timeout_s=_SETTLED_S, what="one total")
    assert len(found) >= count
    return found


def exposed_total(text: str) -> float:
    """Return the sum over the requests to ``/x`` in an exposition."""
    lines = re.findall(rf'^{COUNT}{{[^}}]*http_route="/x"[^}}]*}} (\S+)', text, re.MULTILINE)
    return sum(float(value) for value in lines)


def _value(answer: Mapping[str, Any]) -> float:
    result = answer["data"]["result"]
    return float(result[0]["value"][1]) if result else 0.0


def _settings(url: str) -> dict[str, str]:
    return {
        "OTEL_MONITORING_STORAGE__URL": url,
        "OTEL_MONITORING_API__TOKEN": _TOKEN,
        "OTEL_MONITORING_TELEMETRY__COLLECT_INTERVAL_S": "1",
        "OTEL_MONITORING_TELEMETRY__FLUSH_TIMEOUT_S": FLUSH_S,
        "OTEL_MONITORING_ALERTS__ENABLED": "false",
        "OTEL_METRIC_EXPORT_INTERVAL": "1000",
    }
