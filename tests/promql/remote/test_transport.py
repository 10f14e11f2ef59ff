"""Servers that misbehave, and certificates."""

from __future__ import annotations

import contextlib
import gzip
import ssl
import threading
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.errors import QueryError
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.promql.remote.query import RemoteOptions, RemoteQuery
from otel_monitoring.promql.remote.transport import shown
from otel_monitoring.testing import FakeClock
from tests.promql.remote.serving import ONE, Handler, Server, said
from tests.telemetry.certificates import Certificates, certificates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECRET = "s3cret-of-mine"


def test_an_answer_that_is_cut_off_is_asked_for_again(
    server: Server, ask: Callable[..., RemoteQuery]
) -> None:
    server.script = [said(b'{"status":', Content_Length="1000"), said(ONE)]
    query = ask()

    assert query("1", 0).scalar == 1.0
    assert query.stats()["retries"] == 1


def test_a_server_that_always_cuts_off_is_named(server: Server, ask: Callable[..., RemoteQuery]) -> None:
    server.script = [said(b"{", Content_Length="1000")] * 3

    with pytest.raises(QueryError, match=f"{server.url} cannot be reached: .*without sending complete"):
        ask()("1", 0)


def test_a_compressed_answer_is_read(server: Server, ask: Callable[..., RemoteQuery]) -> None:
    packed = gzip.compress(said(ONE)[2])
    server.script = [said(packed, Content_Encoding="gzip")]

    assert ask()("1", 0).scalar == 1.0


def test_an_answer_that_is_not_compressed_as_it_says_is_refused(
    server: Server, ask: Callable[..., RemoteQuery]
) -> None:
    server.script = [said(ONE, Content_Encoding="gzip")] * 3

    with pytest.raises(QueryError, match=f"{server.url} cannot be reached: "):
        ask()("1", 0)


def test_a_compressed_answer_is_bounded_by_its_own_length(
    server: Server, ask: Callable[..., RemoteQuery]
) -> None:
    server.script = [said(gzip.compress(b" " * 1_000_000), Content_Encoding="gzip")]

    with pytest.raises(QueryError, match="more than 10000 bytes"):
        ask(max_bytes=10_000)("1", 0)


def test_an_answer_that_is_nested_without_end_is_refused(
    server: Server, ask: Callable[..., RemoteQuery]
) -> None:
    server.script = [said(b"[" * 200_000)]

    with pytest.raises(QueryError, match="answered 200, and no JSON"):
        ask()("1", 0)


def test_a_server_that_is_not_there_is_asked_again(server: Server) -> None:
    url, waited = server.url, list[float]()
    server.server_close()

    with (
        contextlib.closing(RemoteQuery(url, clock=FakeClock(0), wait=waited.append)) as query,
        pytest.raises(QueryError, match=f"{url} cannot be reached: .*refused"),
    ):
        query("1", 0)

    assert len(waited) == 2
    assert query.stats() == {"queries": 1, "queries_failed": 1, "retries": 2}


def test_the_date_that_a_server_asks_to_be_left_until_is_kept(server: Server) -> None:
    clock, waited = FakeClock(1_700_000_000_000), list[float]()
    server.script = [said(b"busy", 503, Retry_After="Tue, 14 Nov 2023 22:13:24 GMT"), said(ONE)]

    with contextlib.closing(RemoteQuery(server.url, clock=clock, wait=waited.append)) as query:
        query("1", 0)

    assert waited == [4.0]


@pytest.mark.parametrize("when", ["soon", "-5", "1e9", ""])
def test_a_wait_that_is_none_is_our_own(server: Server, when: str) -> None:
    waited = list[float]()
    server.script = [said(b"busy", 429, Retry_After=when), said(ONE)]

    with contextlib.closing(RemoteQuery(server.url, clock=FakeClock(0), wait=waited.append)) as query:
        query("1", 0)

    assert 0 < waited[0] <= 0.1


def test_nobody_waits_longer_than_there_is_time(server: Server, ask: Callable[..., RemoteQuery]) -> None:
    server.script = [said(b"busy", 503, Retry_After="3600")]

    with pytest.raises(QueryError, match="answered 503: busy"):
        ask()("1", 0)

    assert len(server.asked) == 1


@pytest.mark.parametrize("options", [{"bearer_token": f"{SECRET}\n"}, {"headers": {"X-Key": f"{SECRET}é\r"}}])
def test_a_header_that_cannot_be_sent_is_not_shown(
    server: Server, ask: Callable[..., RemoteQuery], options: dict[str, Any]
) -> None:
    with pytest.raises(QueryError, match="a header that is set for it, is not valid") as caught:
        ask(**options)("1", 0)

    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("url", ["http://[::1", "http://host:99999", "http://host:x", "http://host:0"])
def test_a_host_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(QueryError, match="a server to query needs a URL such as"):
        RemoteQuery(url, clock=FakeClock(0))


def test_what_a_server_says_cannot_paint_the_terminal(
    server: Server, ask: Callable[..., RemoteQuery]
) -> None:
    server.script = [said({"status": "error", "errorType": "x", "error": "red \x1b[31m\nnow"}, 400)]

    with pytest.raises(QueryError, match=r"answered 400: x: red \ufffd\[31m now$"):
        ask()("1", 0)


def test_what_is_shown_is_short() -> None:
    assert shown("a  b\n" + "c" * 300) == "a b " + "c" * 196 + "…"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def secure(made: Certificates) -> Iterator[str]:
    """The URL of a server whose certificate comes from an authority that nobody knows."""
    server = Server(("127.0.0.1", 0), Handler)
    server.script, server.asked = [said(ONE)] * 3, []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.server, made.server_key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.url.replace("http://", "https://")
    server.shutdown()
    thread.join()
    server.server_close()


def secured(url: str, **options: Any) -> float:
    asked = RemoteQuery(url, options=RemoteOptions(**options), clock=SystemClock(), wait=lambda _: None)
    with contextlib.closing(asked) as query:
        return query("1", 0).scalar


def test_a_certificate_of_nobody_known_is_refused(secure: str) -> None:
    with pytest.raises(QueryError, match=f"{secure} cannot be reached: .*CERTIFICATE_VERIFY_FAILED"):
        secured(secure)


def test_an_authority_that_is_named_is_trusted(secure: str, made: Certificates) -> None:
    assert secured(secure, ca_file=made.authority) == 1.0


def test_a_certificate_is_not_checked_where_nobody_wants_it(secure: str) -> None:
    assert secured(secure, verify=False) == 1.0


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "No such file"), ("x", "it holds no certificate in PEM")]
)
def test_a_file_that_holds_no_authority_is_named(
    secure: str, tmp_path: Path, content: str | None, reason: str
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content, encoding="utf-8")

    with pytest.raises(QueryError, match=rf"ca\.pem: {reason}"):
        secured(secure, ca_file=str(file))
