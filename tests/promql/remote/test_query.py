"""A server that is asked over HTTP: what it says, and how it may misbehave."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.errors import QueryError, QueryTimeoutError
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.promql.remote.query import RemoteOptions, RemoteQuery
from otel_monitoring.testing import FakeClock
from tests.promql.remote.serving import ONE, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.promql.remote.serving import Server


def test_a_query_at_one_time_is_posted(server: Server, ask: Callable[..., RemoteQuery]) -> None:
    server.script = [said(ONE)]

    result = ask(f"{server.url}/prometheus/", bearer_token="t0k", headers={"X-Scope-OrgID": "shop"})(
        "up", 1_500
    )

    method, path, form, headers = server.asked[0]
    assert (method, path) == ("POST", "/prometheus/api/v1/query")
    assert form == {"query": ["up"], "time": ["1.500"], "timeout": ["10.000"]}
    assert (headers["authorization"], headers["x-scope-orgid"]) == ("Bearer t0k", "shop")
    assert (result.kind, result.scalar, result.time_ms) == ("scalar", 1.0, 1_500)


def test_a_range_is_asked_with_its_step(server: Server, ask: Callable[..., RemoteQuery]) -> None:
    row = {"metric": {"a": "b"}, "values": [[0, "1"], [0.5, "+Inf"], [1, "NaN"]]}
    server.script = [
        said(
            {
                "status": "success",
                "data": {"resultType": "matrix", "result": [row]},
                "warnings": ["w"],
                "tiers": ["memory", "hour"],
            }
        )
    ]

    result = ask()("up", 0, 1_000, 500)

    assert server.asked[0][1] == "/api/v1/query_range"
    assert server.asked[0][2]["step"] == ["0.500"]
    assert result.series[0].labels.as_dict() == {"a": "b"}
    assert result.series[0].times_ms.tolist() == [0, 500, 1_000]
    assert [str(value) for value in result.series[0].values.tolist()] == ["1.0", "inf", "nan"]
    assert (result.warnings, result.tiers) == (("w",), ("memory", "hour"))


def test_a_vector_and_a_string_are_read(server: Server, ask: Callable[..., RemoteQuery]) -> None:
    vector = [{"metric": {"__name__": "up"}, "value": [2, "0.25"]}]
    server.script = [
        said({"status": "success", "data": {"resultType": "vector", "result": vector}}),
        said({"status": "success", "data": {"resultType": "string", "result": [2, "x"]}}),
    ]
    query = ask()

    assert [(labels.as_dict(), value) for labels, value in query("up", 0).samples] == [
        ({"__name__": "up"}, 0.25)
    ]
    assert query('"x"', 0).text == "x"


def test_a_user_and_a_password_are_sent_and_never_shown(
    server: Server, ask: Callable[..., RemoteQuery]
) -> None:
    server.script = [said({"status": "error", "errorType": "bad_data", "error": "no"}, 400)]
    url = server.url.replace("//", "//joe:p%40ss@")

    with pytest.raises(QueryError) as caught:
        ask(url)("up", 0)

    assert server.asked[0][3]["authorization"] == "Basic am9lOnBAc3M="
    assert str(caught.value) == f"{server.url} answered 400: bad_data: no"


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_server_in_trouble_is_asked_again(
    server: Server, ask: Callable[..., RemoteQuery], status: int
) -> None:
    server.script = [said(b"busy", status), said(ONE)]
    query = ask()

    assert query("1", 0).scalar == 1.0
    assert query.stats() == {"queries": 1, "queries_failed": 0, "retries": 1}


def test_the_wait_that_a_server_asks_for_is_kept(server: Server, ask: Callable[..., RemoteQuery]) -> None:
    server.script = [said(b"busy", 429, Retry_After="3"), said(ONE)]
    waited: list[float] = []
    query = RemoteQuery(server.url, clock=FakeClock(0), wait=waited.append)

    query("1", 0)
    query.close()

    assert waited == [3.0]


def test_a_server_that_stays_in_trouble_is_named(server: Server, ask: Callable[..., RemoteQuery]) -> None:
    server.script = [said(b"<h1>Bad\n Gateway</h1>" + b"x" * 300, 502)] * 3

    with pytest.raises(QueryError, match=r"answered 502: <h1>Bad Gateway</h1>x+…$"):
        ask()("1", 0)

    assert len(server.asked) == 3


@pytest.mark.parametrize("status", [400, 401, 422, 500])
def test_an_error_about_the_query_is_not_asked_again(
    server: Server, ask: Callable[..., RemoteQuery], status: int
) -> None:
    server.script = [said({"status": "error", "errorType": "execution", "error": "too many"}, status)]

    with pytest.raises(QueryError, match=f"answered {status}: execution: too many"):
        ask()("1", 0)

    assert len(server.asked) == 1


def test_a_query_that_the_server_gave_up_is_a_timeout(
    server: Server, ask: Callable[..., RemoteQuery]
) -> None:
    body = b'{"status":"error","errorType":"timeout","error":"query timed out"}'
    server.script = [said(body, 503)]

    with pytest.raises(QueryTimeoutError, match="query timed out"):
        ask()("1", 0)

    assert len(server.asked) == 1


def test_a_server_without_post_is_asked_by_get(server: Server, ask: Callable[..., RemoteQuery]) -> None:
    server.script = [said(b"no", 405), said(ONE)]

    assert ask()("1 + 1", 0).scalar == 1.0
    assert [(method, form["query"]) for method, _, form, _ in server.asked] == [
        ("POST", ["1 + 1"]),
        ("GET", ["1 + 1"]),
    ]


def test_a_redirect_is_not_followed_with_the_token(server: Server, ask: Callable[..., RemoteQuery]) -> None:
    server.script = [said(b"moved", 302, Location="http://127.0.0.1:1/elsewhere")]

    with pytest.raises(QueryError, match="answered 302, and no JSON: moved"):
        ask(bearer_token="t")("1", 0)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>", "answered 200, and no JSON: <html>"),
        (b"[1]", r"answered 200: \[1\]"),
        (b'{"status": "success"}', "does not have the shape"),
        (b'{"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}}]}}', "shape"),
        (b'{"status": "success", "data": {"resultType": "scalar", "result": [0, "x"]}}', "shape"),
        (b'{"status": "success", "data": {"resultType": "streams", "result": []}}', "unknown type 'streams'"),
        (
            b'{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"histogram":[0,{}]}]}}',
            "native histogram",
        ),
    ],
)
def test_another_answer_is_refused_by_name(
    server: Server, ask: Callable[..., RemoteQuery], body: bytes, message: str
) -> None:
    server.script = [said(body)]

    with pytest.raises(QueryError, match=message) as caught:
        ask()("1", 0)

    assert server.url in str(caught.value)


def test_an_answer_that_is_too_long_is_left(server: Server, ask: Callable[..., RemoteQuery]) -> None:
    server.script = [said(b"x" * 5000)]

    with pytest.raises(QueryError, match="more than 1000 bytes"):
        ask(max_bytes=1000)("1", 0)


def test_a_server_that_cannot_be_reached_is_named(ask: Callable[..., RemoteQuery]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(QueryError, match=f"{url} cannot be reached: "):
            ask(url)("1", 0)


def test_a_server_that_says_nothing_is_left_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        query = RemoteQuery(url, options=RemoteOptions(timeout_s=0.2), clock=SystemClock())

        with contextlib.closing(query), pytest.raises(QueryTimeoutError, match=r"within 0.2 s"):
            query("1", 0)


def test_an_answer_that_trickles_is_left_in_time(server: Server) -> None:
    """Each look at the clock is a second later: the third part of the answer is too late."""

    class Ticking(FakeClock):
        def monotonic_s(self) -> float:
            self.advance(1)
            return super().monotonic_s()

    server.script = [said(b"x" * 1_000_000)]
    query = RemoteQuery(server.url, options=RemoteOptions(timeout_s=4), clock=Ticking(0))

    with contextlib.closing(query), pytest.raises(QueryTimeoutError):
        query("1", 0)


@pytest.mark.parametrize("url", ["prometheus:9090", "ftp://host", "http://", ""])
def test_a_url_without_scheme_or_host_is_refused(url: str) -> None:
    with pytest.raises(QueryError, match="a server to query needs a URL such as"):
        RemoteQuery(url, clock=FakeClock(0))


def test_a_forked_child_connects_anew(server: Server, ask: Callable[..., RemoteQuery]) -> None:
    server.script = [said(ONE), said(ONE)]
    query = ask()
    query("1", 0)
    parents = query._transport._client
    assert parents is not None

    query.after_fork()
    query("1", 0)
    parents.close()

    assert query._transport._client is not parents


def test_requests_are_shielded(server: Server) -> None:
    entered: list[str] = []

    @contextlib.contextmanager
    def shield() -> Iterator[None]:
        entered.append("in")
        yield
        entered.append("out")

    server.script = [said(ONE)]
    query = RemoteQuery(server.url, clock=FakeClock(0), shield=shield)

    query("1", 0)
    query.close()

    assert entered == ["in", "out"]


def test_a_query_may_have_limits_of_its_own(server: Server, ask: Callable[..., RemoteQuery]) -> None:
    server.script = [said(ONE), said(ONE)]
    query = ask()

    query.tuned(timeout_s=2, lookback_ms=90_000)("up", 60_000)
    query.tuned(timeout_s=600)("up", 60_000)

    first, second = (form for _, _, form, _ in server.asked)
    assert (first["timeout"], first["lookback_delta"]) == (["2.000"], ["90.000"])
    assert second["timeout"] == ["10.000"]
    assert "lookback_delta" not in second
