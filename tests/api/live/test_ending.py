"""Whether the server has begun to end."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.api.live.ending import is_ending

if TYPE_CHECKING:
    from pathlib import Path

SERVER = """
import sys
import uvicorn
from fastapi import FastAPI
from otel_monitoring import setup_telemetry

app = FastAPI()
setup_telemetry(app, api={"token": "t"}, system={"enabled": False}, storage={"url": "memory"})

config = uvicorn.Config(app, port=0, log_level="warning")
server = uvicorn.Server(config)
startup = server.startup

async def tell(sockets=None):
    await startup(sockets)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)

server.startup = tell
server.run()
"""


class ServerFake:
    """A server that notes a signal as uvicorn does."""

    should_exit = False

    def handle(self, *_: object) -> None:
        self.should_exit = True


def test_a_server_ends_once_it_has_heard_the_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    server = ServerFake()
    monkeypatch.setattr(signal, "getsignal", lambda _: server.handle)
    before = is_ending()

    server.handle()

    assert (before, is_ending()) == (False, True)


@pytest.mark.parametrize("handler", [signal.SIG_DFL, None, print, ServerFake.handle])
def test_no_other_handler_says_anything(handler: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "getsignal", lambda _: handler)

    assert not is_ending()


def test_an_open_stream_does_not_hold_up_the_end_of_uvicorn(tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        connection = http.client.HTTPConnection("127.0.0.1", int(server.stdout.readline()), timeout=60)
        connection.request("GET", "/monitoring/stream", headers={"authorization": "Bearer t"})
        stream = connection.getresponse()
        first = stream.readline()

        server.send_signal(signal.SIGTERM)
        rest = stream.read()
        stream.close()
        connection.close()
        code = server.wait(60)

    assert (stream.status, first) == (200, b"retry: 2000\n")
    assert rest.startswith(b"id: ")
    assert code in (0, -signal.SIGTERM)
