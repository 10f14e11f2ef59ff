"""The pieces of ``make demo``; the whole of it runs in ``tests/docs/test_examples.py``."""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tools.demo import backend, story
from tools.demo.process import Service, ServiceError
from tools.demo.screen import RED, Screen
from tools.demo.traffic import Tally, trace_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def listening() -> Iterator[str]:
    """The address of something that listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def nowhere() -> str:
    """The address of a port on which nothing listens any more."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def index(tmp_path: Path, listening: str) -> Path:
    """What ``make stack`` leaves behind."""
    addresses = {"collector": {"otlp_http": listening}, "jaeger": {"query": "http://127.0.0.1:16686"}}
    path = tmp_path / "stack.json"
    servers = {name: {"addresses": told} for name, told in addresses.items()}
    path.write_text(json.dumps({"servers": servers}))
    return path


def test_the_stack_is_the_target_when_it_listens(index: Path, listening: str) -> None:
    target = backend.find({}, index=index)

    assert target is not None
    assert target.environment == {
        "OTEL_EXPORTER_OTLP_ENDPOINT": listening,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
    }
    assert target.trace_url(TRACE_ID) == f"http://127.0.0.1:16686/trace/{TRACE_ID}"


def test_the_environment_goes_before_the_stack(index: Path, nowhere: str) -> None:
    assert backend.find({"OTEL_EXPORTER_OTLP_ENDPOINT": nowhere}, index=index) is None


def test_the_environment_names_collector_and_jaeger(tmp_path: Path, listening: str) -> None:
    told = {"OTEL_EXPORTER_OTLP_ENDPOINT": listening, "DEMO_JAEGER_URL": "http://jaeger:16686/"}

    target = backend.find(told, index=tmp_path / "absent.json")

    assert target is not None
    assert (target.endpoint, target.jaeger_url) == (listening, "http://jaeger:16686")


def test_without_a_stack_there_is_no_target(tmp_path: Path) -> None:
    assert backend.find({}, index=tmp_path / "absent.json") is None


def test_a_stream_that_is_no_terminal_gets_no_colours() -> None:
    stream = io.StringIO()

    Screen(stream).event("it breaks", RED)

    assert stream.getvalue() == "   0:00  it breaks\n"


def test_a_terminal_gets_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()

    Screen(stream).event("it breaks", RED)

    assert f"\x1b[{RED}mit breaks\x1b[0m" in stream.getvalue()


def test_no_color_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()

    Screen(stream).event("it breaks", RED)

    assert "\x1b" not in stream.getvalue()


@pytest.mark.parametrize(
    ("header", "trace_id"),
    [(f"00-{TRACE_ID}-b7ad6b7169203331-01", TRACE_ID), ("", None), ("nonsense", None)],
)
def test_the_trace_id_is_read_from_the_answer(header: str, trace_id: str | None) -> None:
    assert trace_of(httpx.Response(200, headers={"traceresponse": header})) == trace_id


def test_the_tally_remembers_the_first_order_that_failed() -> None:
    async def tallied() -> Tally:
        tally = Tally()
        for status, trace_id in ((200, "1" * 32), (404, "2" * 32), (500, "3" * 32), (500, "4" * 32)):
            header = {"traceresponse": f"00-{trace_id}-b7ad6b7169203331-01"}
            tally.count(httpx.Response(status, headers=header))
        return tally

    tally = asyncio.run(tallied())

    assert (tally.requests, tally.failed) == (4, 2)
    assert (tally.first_trace.result(), tally.failed_trace.result()) == ("1" * 32, "3" * 32)


def test_a_service_that_does_not_start_shows_the_end_of_its_output(tmp_path: Path) -> None:
    async def started() -> None:
        service = Service("shop", "examples.nothing:app", folder=tmp_path)
        await service.start({})
        async with httpx.AsyncClient() as client:
            await service.ready(client)

    with pytest.raises(ServiceError, match=r"(?s)shop did not start.*examples\.nothing"):
        asyncio.run(started())


@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda one: one.name)
def test_nothing_of_the_demo_outlives_it(number: signal.Signals) -> None:
    """Ctrl-C, a polite kill, and a terminal that is closed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    with subprocess.Popen(
        [sys.executable, "-m", "tools.demo"],
        cwd=ROOT,
        env={**kept, "DEMO_SECONDS": "60"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        said = "".join(itertools.takewhile(lambda line: "Visitors arrive" not in line, demo.stdout))
        address = re.search(r"shop\s+(http://127\.0\.0\.1:\d+)", said)
        demo.send_signal(number)
        demo.stdout.read()

    assert demo.returncode == 0
    assert address is not None, said
    with pytest.raises(httpx.ConnectError):
        httpx.get(address[1])


def test_a_shop_that_is_slow_to_begin_is_asked_again() -> None:
    """The demo goes on where its first question gets no answer, as on a machine that is busy."""
    said = io.StringIO()
    asked: list[bytes] = []
    answers = {
        b"query": {"data": {"result": [{"value": [0, "768"]}]}},
        b"history": {"episodes": [{"durationSeconds": 26.0}]},
    }

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1]
        asked.append(path)
        if len(asked) > 1:
            body = next(json.dumps(body).encode() for part, body in answers.items() if part in path)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        writer.close()

    async def tell() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, httpx.AsyncClient(base_url=url) as client:
            await story.tell_what_was_kept(client, 768, Screen(said))

    asyncio.run(tell())

    assert "answered 768 requests before, and knows of 768 by now" in said.getvalue()
    assert "ShopErrors fired for 26 seconds" in said.getvalue()
    assert len(asked) == 3
