"""The end of a process: nothing that was recorded is lost while there is a Collector."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.lifecycle.load import run_load, run_load_into_sigterm
from tests.integration.lifecycle.processes import FLUSH_S, HEALTHCHECK, environment, run_program

if TYPE_CHECKING:
    from tests.integration.lifecycle.conftest import Serve
    from tests.integration.lifecycle.receiver import Receiver

UVICORN = ("uvicorn", "--host", "127.0.0.1", "--port", "PORT", "--no-access-log")
GUNICORN = ("gunicorn", "-b", "127.0.0.1:PORT")
ASGI_WORKER = ("-k", "uvicorn.workers.UvicornWorker")
SYNC_READY = "Booting worker"
ENDED_AFTER = 400


@pytest.mark.parametrize(
    ("command", "workers"),
    [
        pytest.param((*UVICORN, "APPS.shop:app"), 1, id="uvicorn"),
        pytest.param((*UVICORN, *HEALTHCHECK, "--workers", "2", "APPS.shop:app"), 2, id="uvicorn --workers"),
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
    server = serve(
        *command, endpoint=receiver.url, workers=workers, OTEL_MONITORING_TELEMETRY__FLUSH_TIMEOUT_S=FLUSH_S
    )

    answers = run_load_into_sigterm(server, after=ENDED_AFTER)

    assert answers.answered >= ENDED_AFTER
    assert len(answers.trace_ids) == answers.answered
    assert answers.trace_ids - receiver.received.trace_ids() == set()


@pytest.mark.parametrize("worker", ["sync", "gthread"])
@pytest.mark.parametrize("preload", [(), ("--preload",)], ids=["", "preload"])
def test_a_wsgi_worker_exports_all_at_its_exit(
    serve: Serve, receiver: Receiver, worker: str, preload: tuple[str, ...]
) -> None:
    command = (*GUNICORN, "-k", worker, "-w", "2", "--threads", "2", *preload, "APPS.wsgi:app")
    server = serve(
        *command,
        endpoint=receiver.url,
        workers=2,
        ready=SYNC_READY,
        OTEL_MONITORING_TELEMETRY__FLUSH_TIMEOUT_S=FLUSH_S,
    )

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
