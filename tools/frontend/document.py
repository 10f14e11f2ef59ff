"""The document of the API, from which the types of the page are generated."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_COMPATIBLE = ("/prometheus/", "/alertmanager/")
"""What has documents of its own and is asked in its own words."""


def written_to(path: Path) -> None:
    """Write the document, asked of an instance in a process of its own."""
    environ = {
        key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "PYTHONSTART"))
    }
    said = subprocess.run(
        [sys.executable, "-m", "tools.frontend.document"],
        env={**environ, "OTEL_MONITORING_STORAGE__URL": "memory"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    path.write_text(said)


def document() -> dict[str, Any]:
    """Return the document without descriptions and examples, which change nothing of a type."""
    import httpx
    from fastapi import FastAPI

    from otel_monitoring import setup_telemetry

    app, token = FastAPI(), "the-token-of-a-process-that-only-describes-itself"
    monitoring = setup_telemetry(app, api={"token": token}, alerts={"enabled": False})

    async def ask() -> dict[str, Any]:
        transport = httpx.ASGITransport(app)
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost", headers=headers
        ) as client:
            answer = await client.get("/monitoring/openapi.json")
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
            return found

    try:
        found = asyncio.run(ask())
    finally:
        monitoring.shutdown()
    paths = {path: way for path, way in found["paths"].items() if not path.startswith(_COMPATIBLE)}
    bare: dict[str, Any] = _bare({**found, "paths": paths})
    return bare


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _bare(one)
            for key, one in value.items()
            if key not in ("examples", "example") and not (key == "description" and isinstance(one, str))
        }
    return [_bare(one) for one in value] if isinstance(value, list) else value


if __name__ == "__main__":
    print(json.dumps(document()))
