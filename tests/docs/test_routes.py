"""Every route of the API is in a guide or in the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.testclient import TestClient

from otel_monitoring import setup_telemetry
from tools.services.places import REPOSITORY

if TYPE_CHECKING:
    import pytest

DOCS = REPOSITORY / "docs"
MOUNTED = ("/prometheus/", "/alertmanager/")


def test_every_route_is_in_the_docs(fresh_process: pytest.MonkeyPatch) -> None:
    app = FastAPI()
    setup_telemetry(app, api={"token": "t0ken"}, system={"enabled": False})
    with TestClient(app) as client:
        answer = client.get("/monitoring/openapi.json", headers={"authorization": "Bearer t0ken"})
    text = "\n".join(guide.read_text(encoding="utf-8") for guide in sorted(DOCS.rglob("*.md")))

    paths = [path for path in answer.json()["paths"] if not path.startswith(MOUNTED)]

    assert "/alerts/{fingerprint}/acknowledge" in paths
    assert [path for path in paths if path not in text] == []
