"""Tags and compression of answers."""

from __future__ import annotations

import gzip
import sys
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.api.encoding import Encoding, codings
from tests.api.client import get

if TYPE_CHECKING:
    import httpx

    from otel_monitoring.api.asgi import Receive, Scope, Send

LONG = b'{"text": "' + b"monitoring " * 200 + b'"}'
VERY_LONG = b'{"text": "' + b"monitoring " * 20_000 + b'"}'


class App:
    """Answers with the same body always, and in parts where told to."""

    def __init__(self, body: bytes = LONG, *, parts: int = 1, status: int = 200, **headers: str) -> None:
        self._bodies = [body] * parts
        self._status = status
        named = {"content_type": "application/json", **headers}
        self._headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()]

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self._status, "headers": self._headers})
        for left, body in reversed(list(enumerate(self._bodies))):
            await send({"type": "http.response.body", "body": body, "more_body": left > 0})


def ask(app: App, **headers: Any) -> httpx.Response:
    return get(Encoding(app), "/", **{"accept_encoding": "identity", **headers})


def test_an_answer_that_is_known_is_not_sent_again() -> None:
    first = ask(App())

    again = ask(App(), if_none_match=first.headers["etag"])

    assert (first.status_code, first.content) == (200, LONG)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert "content-type" not in again.headers


@pytest.mark.parametrize("held", ["*", 'W/"{}"', '"x", "{}"'])
def test_tags_are_compared_as_the_standard_says(held: str) -> None:
    tag = ask(App()).headers["etag"].strip('"')

    assert ask(App(), if_none_match=held.format(tag)).status_code == 304


@pytest.mark.parametrize("held", ['"x"', "", "{}"])
def test_another_tag_is_another_answer(held: str) -> None:
    tag = ask(App()).headers["etag"].strip('"')

    assert ask(App(), if_none_match=held.format(tag)).status_code == 200


@pytest.mark.parametrize("body", [LONG, VERY_LONG])
def test_what_is_compressed_is_the_same_text_with_a_tag_of_its_own(body: bytes) -> None:
    plain, packed = ask(App(body)), ask(App(body), accept_encoding="gzip")

    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content == body
    assert int(packed.headers["content-length"]) < len(body)
    assert packed.headers["etag"] != plain.headers["etag"]
    assert ask(App(body), accept_encoding="gzip", if_none_match=packed.headers["etag"]).status_code == 304


def test_gzip_says_nothing_of_the_time() -> None:
    assert codings()["gzip"](LONG) == gzip.compress(LONG, compresslevel=1, mtime=0)


def test_zstd_is_offered_where_its_package_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    zstandard = pytest.importorskip("zstandard")

    assert zstandard.ZstdDecompressor().decompress(codings()["zstd"](LONG)) == LONG
    monkeypatch.setitem(sys.modules, "zstandard", None)
    assert list(codings()) == ["gzip"]


@pytest.mark.parametrize(
    ("app", "accepted"),
    [
        (App(b"{}"), "gzip"),
        (App(cache_control="no-store"), "gzip"),
        (App(set_cookie="a=b"), "gzip"),
        (App(status=500), "gzip"),
        (App(content_type="text/event-stream"), "gzip"),
        (App(parts=2), "gzip"),
        (App(), "identity, gzip;q=0"),
        (App(), ""),
    ],
)
def test_what_is_short_secret_or_streamed_is_not_compressed(app: App, accepted: str) -> None:
    """BREACH: an answer with a secret must not change its length with what a stranger puts beside it."""
    assert "content-encoding" not in ask(app, accept_encoding=accepted).headers


def test_what_must_not_be_kept_has_no_tag() -> None:
    answer = ask(App(cache_control="no-store"))

    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


def test_only_the_browser_that_asked_keeps_an_answer_and_asks_again() -> None:
    answer = ask(App(vary="Accept"))

    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["vary"] == "Accept, Accept-Encoding, Authorization, Cookie"


def test_only_reading_is_tagged() -> None:
    assert "etag" not in get(Encoding(App()), "/", method="POST").headers
