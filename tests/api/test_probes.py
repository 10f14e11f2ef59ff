"""Probes: answered by no framework, whatever becomes of the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.api.mount import Mounted
from otel_monitoring.api.probes import Probes
from tests.api.client import get

if TYPE_CHECKING:
    from otel_monitoring.api.asgi import ASGIApp, Receive, Scope, Send


def unbuildable() -> ASGIApp:
    msg = "there are no pages"
    raise RuntimeError(msg)


def mounted(*, is_ready: bool = True) -> Mounted:
    return Mounted(unbuildable, prefix="/monitoring", probes=Probes(lambda: is_ready))


@pytest.mark.parametrize("prefix", ["/monitoring", "/proxy/monitoring"])
@pytest.mark.parametrize(
    ("path", "is_ready", "status", "body"),
    [
        ("/health/live", False, 200, {"status": "alive"}),
        ("/health/ready", True, 200, {"status": "ready"}),
        ("/health/ready", False, 503, {"status": "not ready"}),
    ],
)
def test_probes_are_answered_where_pages_cannot_be_built(
    prefix: str, path: str, is_ready: bool, status: int, body: dict[str, str]
) -> None:
    """P16."""

    async def behind_a_proxy(scope: Scope, receive: Receive, send: Send) -> None:
        inner = {**scope, "root_path": prefix.removesuffix("/monitoring")}
        await mounted(is_ready=is_ready)(inner, receive, send)

    answer = get(behind_a_proxy, f"{prefix}{path}")

    assert (answer.status_code, answer.json()) == (status, body)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


def test_the_head_of_a_probe_has_no_body() -> None:
    answer = get(mounted(is_ready=False), "/monitoring/health/ready", method="HEAD")

    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (503, b"", "22")


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/health/live", "POST"),
        ("/health/ready", "DELETE"),
        ("/health/ready", "get"),
        ("/health/live/", "GET"),
        ("/health/live/x", "GET"),
        ("/health", "GET"),
        ("/health/../health/ready", "GET"),
        ("/health//ready", "GET"),
        ("/Health/ready", "GET"),
    ],
)
def test_whatever_is_not_quite_a_probe_goes_to_the_pages(path: str, method: str) -> None:
    assert Probes(lambda: True).find(method, path) is None


def test_a_probe_learns_nothing_but_one_word() -> None:
    """Everybody may probe."""
    assert get(mounted(is_ready=False), "/monitoring/health/ready").json().keys() == {"status"}
