"""A plain ASGI application without a lifespan of its own: it raises at one, as many do."""

from __future__ import annotations

from typing import Any

from otel_monitoring import setup_telemetry


async def plain(scope: Any, receive: Any, send: Any) -> None:
    """Answer every request."""
    if scope["type"] != "http":
        msg = f"{scope['type']} is not served"
        raise NotImplementedError(msg)
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


app = setup_telemetry(plain, service_name="plain").app
