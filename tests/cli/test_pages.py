"""Talking to the pages: where they lie, and errors that say what to look at."""

from __future__ import annotations

import contextlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from otel_monitoring.cli.main import build
from otel_monitoring.cli.pages import Pages, PagesError, actor
from tests.integration.servers import free_ports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROBLEM = "application/problem+json"
LIVE = (200, "application/json", {"status": "alive"})

Answer = tuple[int, str, Any]


@pytest.fixture
def serve() -> Iterator[Callable[[dict[str, Answer]], str]]:
    """Give a function that serves these answers by path, and 404 in HTML elsewhere."""
    with contextlib.ExitStack() as open_ones:

        def start(answers: dict[str, Answer]) -> str:
            class Answering(BaseHTTPRequestHandler):
                def do_GET(self) -> None:
                    status, kind, body = answers.get(self.path, (404, "text/html", "<h1>shop</h1>"))
                    content = body if isinstance(body, str) else json.dumps(body)
                    self.send_response(status)
                    self.send_header("content-type", kind)
                    self.end_headers()
                    self.wfile.write(content.encode())

                def log_message(self, *_: object) -> None:
                    """Say nothing."""

            server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
            Thread(target=server.serve_forever, daemon=True).start()
            open_ones.callback(server.server_close)
            open_ones.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}"

        yield start


@pytest.mark.parametrize(
    ("place", "given"),
    [("/monitoring", ""), ("/monitoring", "/monitoring"), ("/ops", "/ops/"), ("/shop/monitoring", "/shop")],
)
def test_the_pages_are_found_from_the_application_and_from_themselves(
    serve: Callable[[dict[str, Answer]], str], place: str, given: str
) -> None:
    url = serve({f"{place}/health/live": LIVE})

    assert Pages(url + given).url == url + place


def test_an_application_that_is_alive_in_other_words_has_no_pages(
    serve: Callable[[dict[str, Answer]], str],
) -> None:
    url = serve({"/health/live": (200, "application/json", {"status": "ok"})})

    with pytest.raises(PagesError, match=r"has no pages of otel_monitoring: expected --url to end with"):
        Pages(url)


def test_nothing_that_listens_is_said_with_the_option() -> None:
    (port,) = free_ports(1)

    with pytest.raises(PagesError, match=rf"http://127.0.0.1:{port} cannot be reached: .*--url says where"):
        Pages(f"127.0.0.1:{port}")


@pytest.mark.parametrize(("token", "words"), [("", "asks for a token"), ("wrong", "refuses the token")])
def test_a_closed_door_names_setting_options_and_variable(
    serve: Callable[[dict[str, Answer]], str], token: str, words: str
) -> None:
    url = serve({"/monitoring/health/live": LIVE, "/monitoring/alerts": (401, PROBLEM, {})})

    with pytest.raises(PagesError) as caught:
        Pages(url, token=token).get("alerts")

    for part in (words, "api.token", "--token", "OTEL_MONITORING_API__TOKEN"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            (422, PROBLEM, {"detail": "silence has no end: expected endsAt"}),
            "silence has no end: expected endsAt",
        ),
        ((404, "application/json", {}), "does not exist: the application runs a version without it"),
        ((500, "text/plain", "oops"), "answered 500"),
    ],
)
def test_a_refusal_is_told_in_the_words_of_the_application(
    serve: Callable[[dict[str, Answer]], str], answer: Answer, message: str
) -> None:
    url = serve({"/monitoring/health/live": LIVE, "/monitoring/silences": answer})

    with pytest.raises(PagesError, match=message):
        Pages(url).get("silences")


def test_who_does_it_can_be_stated() -> None:
    assert actor("kim") == "kim"


def test_a_command_leaves_with_one_line_and_one(monkeypatch: pytest.MonkeyPatch) -> None:
    (port,) = free_ports(1)

    result = CliRunner().invoke(build(), ["alerts", "list", "--url", f"http://127.0.0.1:{port}"])

    assert isinstance(result.exception, PagesError)
