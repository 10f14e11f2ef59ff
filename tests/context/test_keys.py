"""Keys from settings, files and from an issuer that is sometimes out."""

from __future__ import annotations

import itertools
import json
import logging
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from otel_monitoring.context.correlation import bind, current
from otel_monitoring.context.keys import MAX_BYTES, FixedKeys, RemoteKeys, read_keys
from otel_monitoring.errors import ContextError
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
SECRET = OctKey.generate_key(256, {"kid": "secret"})


def published(*keys: RSAKey | ECKey | OctKey) -> bytes:
    return json.dumps(KeySet(list(keys)).as_dict(private=False)).encode()


@dataclass
class Issuer:
    """What the HTTP server of the tests answers, and how often it was asked."""

    url: str = ""
    status: int = 200
    body: bytes = b""
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    state = Issuer(body=published(RSA))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.headers.get("traceparent", ""))
            self.send_response(state.status)
            self.send_header("content-length", str(len(state.body)))
            self.end_headers()
            self.wfile.write(state.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}/jwks.json"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


def settled(keys: RemoteKeys) -> RemoteKeys:
    """Wait for the fetch that is under way, if there is one."""
    if keys._thread is not None:
        keys._thread.join(10)
    return keys


def kids(keys: RemoteKeys) -> list[str | None]:
    return [key.kid for key in keys.known() or ()]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (RSA.as_pem(private=False), "RSA"),
        (EC.as_pem(private=False), "EC"),
        (b"\n" + RSA.as_pem(private=False), "RSA"),
        (json.dumps(EC.as_dict(private=False)).encode(), "EC"),
        (published(RSA), "RSA"),
        (b"a shared secret of forty characters here", "oct"),
    ],
    ids=["pem-rsa", "pem-ec", "pem-after-a-blank-line", "jwk", "jwks", "secret"],
)
def test_reads_a_key_in_any_usual_form(data: bytes, kind: str) -> None:
    assert [key.key_type for key in read_keys(data)] == [kind]


def test_leaves_out_keys_that_it_does_not_understand() -> None:
    known = json.loads(published(EC))["keys"]
    unknown = [{"kty": "AKP", "alg": "ML-DSA-44"}, {"kty": "RSA"}, {"kty": "EC", "crv": "P-1"}]

    found = read_keys(json.dumps({"keys": [*unknown, *known]}).encode())

    assert [key.kid for key in found] == ["ec"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"{}",
        b'{"keys": []}',
        b'{"keys": 3}',
        b'{"keys": [3]}',
        b'{"kty": "RSA", "n": "topsecret"}',
        b"-----BEGIN PUBLIC KEY-----\ntopsecret\n-----END PUBLIC KEY-----",
    ],
)
def test_what_holds_no_key_is_an_error_that_does_not_repeat_it(data: bytes) -> None:
    with pytest.raises(ContextError, match="key") as caught:
        read_keys(data)

    assert "topsecret" not in str(caught.value)


def test_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "issuer.pem"
    path.write_bytes(RSA.as_pem(private=False))

    assert [key.key_type for key in FixedKeys.from_file(path).known()] == ["RSA"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContextError, match=r"gone\.pem"):
        FixedKeys.from_file(tmp_path / "gone.pem")


def test_fixed_keys_have_nowhere_else_to_look() -> None:
    keys = FixedKeys(published(RSA).decode())
    keys.missed()

    assert [key.kid for key in keys.known()] == ["rsa"]


@pytest.mark.parametrize("url", ["", "issuer.example/jwks", "file:///etc/passwd", "https://"])
def test_a_url_has_to_be_one(url: str) -> None:
    with pytest.raises(ContextError, match="jwks_url"):
        RemoteKeys(url, clock=FakeClock())


def test_the_first_question_starts_the_fetch_and_does_not_wait(issuer: Issuer) -> None:
    keys = RemoteKeys(issuer.url, clock=FakeClock())

    assert issuer.asked == []
    first = keys.known()
    settled(keys)

    assert first is None
    assert kids(keys) == ["rsa"]
    assert keys.stats() == {"fetched": 1, "failed": 0, "keys": 1}


def test_the_fetch_has_no_part_in_the_request_that_asked(issuer: Issuer) -> None:
    seen = []

    class Watched(RemoteKeys):
        def _fetch(self) -> None:
            seen.append(current())

    with bind():
        keys = Watched(issuer.url, clock=FakeClock())
        keys.known()
        settled(keys)

    assert seen == [None]


def test_keys_are_fetched_again_when_they_are_old(issuer: Issuer) -> None:
    clock = FakeClock()
    keys = RemoteKeys(issuer.url, clock=clock, refresh_s=3600)
    keys.known()
    settled(keys)
    issuer.body = published(EC)

    clock.advance(3000)
    before = kids(settled(keys))
    clock.advance(601)
    keys.known()
    settled(keys)

    assert before == ["rsa"]
    assert kids(keys) == ["ec"]


def test_an_unknown_key_is_looked_for_at_most_once_an_interval(issuer: Issuer) -> None:
    clock = FakeClock()
    keys = RemoteKeys(issuer.url, clock=clock, min_interval_s=60)
    keys.known()
    settled(keys)
    issuer.body = published(RSA, EC)

    for _ in range(100):
        keys.missed()
    settled(keys)
    clock.advance(60)
    for _ in range(100):
        keys.missed()
        settled(keys)

    assert len(issuer.asked) == 2
    assert kids(keys) == ["rsa", "ec"]


def test_an_outage_keeps_the_keys_and_doubles_the_pause(
    issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock()
    keys = RemoteKeys(issuer.url, clock=clock, min_interval_s=60, refresh_s=300)
    keys.known()
    settled(keys)
    issuer.status = 503
    asked_at_s = []

    for second in range(0, 1300, 10):
        before = len(issuer.asked)
        keys.known()
        keys.missed()
        settled(keys)
        if len(issuer.asked) > before:
            asked_at_s.append(second)
        clock.advance(10)

    pauses = [later - earlier for earlier, later in itertools.pairwise(asked_at_s)]
    assert pauses == [60, 120, 240, 300, 300]
    assert kids(keys) == ["rsa"]
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) == 1


def test_the_end_of_an_outage_is_noticed(issuer: Issuer) -> None:
    clock = FakeClock()
    issuer.status = 500
    keys = RemoteKeys(issuer.url, clock=clock, min_interval_s=60)
    keys.known()
    settled(keys)

    issuer.status = 200
    during = keys.known()
    clock.advance(60)
    keys.known()
    settled(keys)

    assert during is None
    assert kids(keys) == ["rsa"]
    assert keys.stats() == {"fetched": 1, "failed": 1, "keys": 1}


def test_nobody_there_is_counted() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        url = f"http://127.0.0.1:{server.server_port}/"
    keys = RemoteKeys(url, clock=FakeClock())

    keys.known()
    settled(keys)

    assert keys.known() is None
    assert keys.stats()["failed"] == 1


@pytest.mark.parametrize(
    "body", [b"<html>", published(SECRET), b" " * (MAX_BYTES + 1)], ids=["page", "secret", "huge"]
)
def test_an_answer_without_public_keys_is_a_failure(issuer: Issuer, body: bytes) -> None:
    issuer.body = body
    keys = RemoteKeys(issuer.url, clock=FakeClock())

    keys.known()
    settled(keys)

    assert keys.known() is None
    assert keys.stats()["failed"] == 1


def test_an_unexpected_error_is_a_failure_as_well(issuer: Issuer) -> None:
    class Broken(RemoteKeys):
        def _fetch(self) -> None:
            raise LookupError

    keys = Broken(issuer.url, clock=FakeClock())
    keys.known()
    settled(keys)

    assert keys.known() is None
    assert keys.stats()["failed"] == 1


def test_a_process_that_can_start_no_thread_goes_on(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(thread: threading.Thread) -> None:
        msg = "can't start new thread"
        raise RuntimeError(msg)

    clock = FakeClock()
    keys = RemoteKeys(issuer.url, clock=clock, min_interval_s=60)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", full)
        assert keys.known() is None
    clock.advance(60)
    keys.known()
    settled(keys)

    assert kids(keys) == ["rsa"]


def test_a_child_forked_in_mid_fetch_fetches_for_itself(issuer: Issuer) -> None:
    keys = RemoteKeys(issuer.url, clock=FakeClock())
    keys._busy.acquire()
    keys.known()
    during = list(issuer.asked)

    keys.after_fork()
    keys.known()
    settled(keys)

    assert during == []
    assert kids(keys) == ["rsa"]
