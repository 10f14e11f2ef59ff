"""Every route of the API is in a guide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.testclient import TestClient

from otel_monitoring import setup_telemetry
from tools.services.places import REPOSITORY

if TYPE_CHECKING:
    import pytest

GUIDES = REPOSITORY / "docs" / "guides"


def test_every_route_is_in_a_guide(fresh_process: pytest.MonkeyPatch) -> None:
    app = FastAPI()
    setup_telemetry(app, api={"token": "t0ken"}, system={"enabled": False})
    with TestClient(app) as client:
        answer = client.get("/monitoring/openapi.json", headers={"authorization": "Bearer t0ken"})
    text = "\n".join(guide.read_text(encoding="utf-8") for guide in sorted(GUIDES.glob("*.md")))

    paths = list(answer.json()["paths"])

    assert "/alerts/{fingerprint}/acknowledge" in paths
    assert [path for path in paths if path not in text] == []
