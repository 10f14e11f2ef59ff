"""How answers travel: with an ``ETag``, and compressed for whoever takes that (RFC 9110).

Only whole answers to ``GET`` are looked at; what is streamed goes through as it is. What says ``no-store`` is
neither tagged nor compressed: an answer that holds a secret must not change its length with what a stranger
could put beside that secret (BREACH).
"""

from __future__ import annotations

import gzip
import hashlib
from typing import TYPE_CHECKING, Any, Final

from anyio import to_thread

from otel_monitoring.api.exposition.negotiate import coding_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otel_monitoring.api.asgi import ASGIApp, Message, Receive, Scope, Send

_OK: Final = 200
_LEAST_BYTES: Final = 1024
_LONG_BYTES: Final = 65_536
"""From here on the work is done in a thread, since it would hold up the event loop."""
_GZIP_LEVEL: Final = 1
_KINDS: Final = (b"application/json",)
_OURS: Final = frozenset((b"content-length", b"content-encoding", b"etag", b"vary", b"cache-control"))
_VARY: Final = b"Accept-Encoding, Authorization, Cookie"


class Encoding:
    """Tag and compress the answers of an application.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._codings = codings()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Answer(scope, send, self._codings).send)


def codings() -> Mapping[str, Callable[[bytes], bytes]]:
    """Return how to compress, by the name of the coding, the best in front; zstd where a package has it."""
    found: dict[str, Callable[[bytes], bytes]] = {}
    zstd = _zstd()
    if zstd is not None:
        found["zstd"] = zstd
    found["gzip"] = lambda body: gzip.compress(body, compresslevel=_GZIP_LEVEL, mtime=0)
    return found


def _zstd() -> Callable[[bytes], bytes] | None:
    try:
        import zstandard
    except ImportError:
        return None
    return lambda body: zstandard.ZstdCompressor().compress(body)  # one object serves one thread


class _Answer:
    """One answer on its way out."""

    def __init__(self, scope: Scope, send: Send, known: Mapping[str, Callable[[bytes], bytes]]) -> None:
        self._scope = scope
        self._send = send
        self._known = known
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        """Hold back the start until it is known whether the body is whole."""
        if message["type"] == "http.response.start" and _is_plain(message):
            self._start = message
            return
        start, self._start = self._start, None
        if start is None:
            await self._send(message)
        elif message["type"] == "http.response.body" and not message.get("more_body"):
            await self._whole(start, message.get("body", b""))
        else:
            await self._send(start)
            await self._send(message)

    async def _whole(self, start: Message, body: bytes) -> None:
        asked = _header(self._scope["headers"], b"accept-encoding").decode("latin-1")
        coding = coding_for(asked, tuple(self._known)) if len(body) >= _LEAST_BYTES else ""
        held = _header(self._scope["headers"], b"if-none-match")

        def work() -> tuple[bytes, bytes | None]:
            tag = _tag(body, coding)
            if _matches(held, tag):
                return tag, None
            return tag, self._known[coding](body) if coding else body

        is_long = len(body) > _LONG_BYTES
        tag, sent = await to_thread.run_sync(work) if is_long else work()
        headers = _headers(start, tag)
        if sent is None:
            await self._send({**start, "status": 304, "headers": _without_type(headers)})
            await self._send({"type": "http.response.body", "body": b""})
            return
        if coding:
            headers.append((b"content-encoding", coding.encode()))
        headers.append((b"content-length", str(len(sent)).encode()))
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": sent})


def _is_plain(start: Message) -> bool:
    """Tell whether an answer may be tagged and compressed."""
    headers = start["headers"]
    names = {name.lower() for name, _ in headers}
    return (
        start["status"] == _OK
        and _header(headers, b"content-type").startswith(_KINDS)
        and not names & {b"content-encoding", b"etag", b"set-cookie"}
        and b"no-store" not in _header(headers, b"cache-control")
    )


def _headers(start: Message, tag: bytes) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in start["headers"] if name.lower() not in _OURS]
    cache = _header(start["headers"], b"cache-control") or b"private, no-cache"
    vary = b", ".join(filter(None, (_header(start["headers"], b"vary"), _VARY)))
    return [*kept, (b"etag", tag), (b"cache-control", cache), (b"vary", vary)]


def _without_type(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name.lower() != b"content-type"]


def _tag(body: bytes, coding: str) -> bytes:
    """Return a strong validator: other bytes have another one, so each coding has its own."""
    digest = hashlib.blake2b(body, digest_size=16).hexdigest()
    return f'"{digest}-{coding}"'.encode() if coding else f'"{digest}"'.encode()


def _matches(held: bytes, tag: bytes) -> bool:
    """Tell whether ``If-None-Match`` names what would be sent; a weak tag does as well."""
    names = [one.strip().removeprefix(b"W/") for one in held.split(b",")]
    return tag in names or names == [b"*"]


def _header(headers: Any, wanted: bytes) -> bytes:
    return b", ".join(value for name, value in headers if name.lower() == wanted)
