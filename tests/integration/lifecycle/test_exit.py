"""The end of a process: nothing that was recorded is lost while there is a Collector."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.integration.lifecycle.load import Answers, run_load
from tests.integration.lifecycle.processes import environment, run_program

if TYPE_CHECKING:
    from tests.integration.lifecycle.conftest import Serve
    from tests.integration.lifecycle.processes import Server
    from tests.integration.lifecycle.receiver import Receiver

UVICORN = ("uvicorn", "--host", "127.0.0.1", "--port", "PORT", "--no-access-log")
GUNICORN = ("gunicorn", "-b", "127.0.0.1:PORT")
ASGI_WORKER = ("-k", "uvicorn.workers.UvicornWorker")
SYNC_READY = "Booting worker"
ENDED_AFTER = 400


def load_with_a_sigterm_in_the_middle(server: Server) -> Answers:
    """Send requests until SIGTERM has ended the server; return what was answered until then."""
    enough = threading.Event()
    seconds: list[float] = []

    def end() -> None:
        enough.wait()
        seconds.append(server.terminate())

    ending = threading.Thread(target=end)
    ending.start()
    answers = run_load(
        server.port,
        requests=1500,
        connections=8,
        on_answer=lambda count: enough.set() if count >= ENDED_AFTER else None,
    )
    ending.join()
    assert seconds
    return answers


@pytest.mark.parametrize(
    ("command", "workers"),
    [
        pytest.param((*UVICORN, "APPS.shop:app"), 1, id="uvicorn"),
        pytest.param((*UVICORN, "--workers", "2", "APPS.shop:app"), 2, id="uvicorn --workers"),
        pytest.param((*GUNICORN, *ASGI_WORKER, "-w", "2", "APPS.shop:app"), 2, id="gunicorn, uvicorn worker"),
        pytest.param((*UVICORN, "APPS.plain_asgi:app"), 1, id="uvicorn, no lifespan in the application"),
        pytest.param(
            (*GUNICORN, *ASGI_WORKER, "-w", "2", "APPS.plain_asgi:app"),
            2,
            id="gunicorn, no lifespan in the application",
        ),
    ],
)
def test_a_sigterm_in_the_middle_of_the_load_loses_no_span(
    serve: Serve, receiver: Receiver, command: tuple[str, ...], workers: int
) -> None:
    server = serve(*command, endpoint=receiver.url, workers=workers)

    answers = load_with_a_sigterm_in_the_middle(server)

    assert answers.answered >= ENDED_AFTER
    assert len(answers.trace_ids) == answers.answered
    assert answers.trace_ids - receiver.received.trace_ids() == set()


@pytest.mark.parametrize("worker", ["sync", "gthread"])
@pytest.mark.parametrize("preload", [(), ("--preload",)], ids=["", "preload"])
def test_a_wsgi_worker_exports_all_at_its_exit(
    serve: Serve, receiver: Receiver, worker: str, preload: tuple[str, ...]
) -> None:
    command = (*GUNICORN, "-k", worker, "-w", "2", "--threads", "2", *preload, "APPS.wsgi:app")
    server = serve(*command, endpoint=receiver.url, workers=2, ready=SYNC_READY)

    answers = run_load(server.port, requests=300)
    server.terminate()

    assert answers.statuses == {200: 300}
    assert answers.trace_ids - receiver.received.trace_ids() == set()
    counted_at_import = 1000 * (1 if preload else len(receiver.received.by_instance("wsgi.requests")))
    assert receiver.received.total("wsgi.requests") == 300 + counted_at_import


def test_a_script_exports_all_when_the_interpreter_ends(receiver: Receiver) -> None:
    run_program("script", env=environment(receiver.url))

    received = receiver.received
    assert [span.name for span in received.spans] == ["work"]
    assert received.total("script.rows") == 7


def test_a_process_that_only_imported_the_application_exports_what_it_counted(receiver: Receiver) -> None:
    run_program("unserved", env=environment(receiver.url))

    assert receiver.received.total("script.rows") == 7
    assert [span.name for span in receiver.received.spans] == ["work"]
