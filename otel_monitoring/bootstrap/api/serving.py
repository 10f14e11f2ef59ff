"""The pages on a port of their own: a small server in a thread, for those who never expose them otherwise.

Of several processes on a host the first to bind the port serves; when it ends another one takes over. Nothing
of it reaches the application: no signal handler, no error, and it holds up no end of the process.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
from typing import TYPE_CHECKING, Any

from opentelemetry.instrumentation.utils import suppress_instrumentation

if TYPE_CHECKING:
    from otel_monitoring.api.asgi import ASGIApp, Receive, Scope, Send
    from otel_monitoring.guard import Guard

_log = logging.getLogger(__name__)

_AGAIN_S = 1.0
_LOOK_S = 1.0
_GRACE_S = 1
_WAITING = 128


class AdminServer:
    """A server of the pages in a daemon thread.

    Args:
        app: What is served.
        host: The address to listen on.
        port: The port; 0 for any that is free.
        prefix: Where the pages lie, to find out who has the port.
        guard: Catches what goes wrong.
        again_s: How long to wait before a port that is taken is tried again.
    """

    def __init__(
        self, app: ASGIApp, *, host: str, port: int, prefix: str, guard: Guard, again_s: float = _AGAIN_S
    ) -> None:
        self._app = _quiet(app)
        self._host = host
        self._port = port
        self._prefix = prefix
        self._guard = guard
        self._again_s = again_s
        self._thread: threading.Thread | None = None
        self._ends = threading.Event()
        self._listening = threading.Event()
        self._socket: socket.socket | None = None
        self._server: Any = None

    @property
    def port(self) -> int | None:
        """The port that is listened on; ``None`` while another process has it."""
        listening = self._socket
        return listening.getsockname()[1] if listening is not None and self._listening.is_set() else None

    def start(self) -> None:
        """Start the thread; harmless where it runs."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="otel-monitoring-admin", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """End the thread and free the port; connections that go on are cut."""
        self._ends.set()
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(timeout_s)
        self._close()

    def wait(self, timeout_s: float) -> bool:
        """Wait until the port is listened on; return whether it is."""
        return self._listening.wait(timeout_s)

    def after_fork(self) -> None:
        """Leave the port to the parent: its sockets are not ours."""
        server, self._server = self._server, None
        for connection in () if server is None else tuple(server.server_state.connections):
            _forget(connection)
        self._close()
        self._thread = None
        self._listening = threading.Event()

    def _run(self) -> None:
        ends, has_looked = self._ends, False
        with self._guard:
            while not ends.is_set():
                listening = self._bind()
                if listening is not None:
                    self._serve(listening, ends)
                    return
                if not has_looked:
                    has_looked = True
                    self._say_who_has_it()
                ends.wait(self._again_s)

    def _bind(self) -> socket.socket | None:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        found = socket.socket(family, socket.SOCK_STREAM)
        try:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind((self._host, self._port))
            found.listen(_WAITING)
        except OSError:
            found.close()
            return None
        found.settimeout(0)
        return found

    def _serve(self, listening: socket.socket, ends: threading.Event) -> None:
        import uvicorn

        config = uvicorn.Config(
            self._app,
            lifespan="off",
            log_config=None,
            log_level=logging.WARNING,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            loop="asyncio",
            timeout_graceful_shutdown=_GRACE_S,
        )
        self._socket, self._server = listening, uvicorn.Server(config)
        if ends.is_set():
            return
        self._listening.set()
        _log.info("the pages are at http://%s:%s%s/", self._host, self.port, self._prefix)
        self._server.run(sockets=[listening])

    def _say_who_has_it(self) -> None:
        """Tell a foreign program on the port from another process of ours, which is as it should be."""
        if not self._is_ours():
            _log.warning(
                "api.admin_port is %s, which something else on %s listens on or which cannot be bound: the "
                "pages are not served until it is free",
                self._port,
                self._host,
            )

    def _is_ours(self) -> bool:
        import http.client

        asked = http.client.HTTPConnection(self._host, self._port, timeout=_LOOK_S)
        try:
            with suppress_instrumentation():
                asked.request("GET", f"{self._prefix}/health/live")
                return b"alive" in asked.getresponse().read(1000)
        except (OSError, http.client.HTTPException):
            return False
        finally:
            asked.close()

    def _close(self) -> None:
        self._listening.clear()
        found, self._socket = self._socket, None
        if found is not None:
            found.close()


def _quiet(app: ASGIApp) -> ASGIApp:
    """Return an application whose requests are in no telemetry."""

    async def quiet(scope: Scope, receive: Receive, send: Send) -> None:
        with suppress_instrumentation():
            await app(scope, receive, send)

    return quiet


def _forget(connection: Any) -> None:
    """Close our copy of a connection of the parent, which would stay open for as long as we live."""
    with contextlib.suppress(Exception):
        os.close(connection.transport.get_extra_info("socket").fileno())
