"""WebSocket connections around a real application."""

from __future__ import annotations

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from starlette.testclient import TestClient

from tests.instrument.asgi.server_rig import ServerRig


def chat() -> FastAPI:
    app = FastAPI()

    @app.websocket("/chat/{room}")
    async def talk(socket: WebSocket, room: str) -> None:
        await socket.accept()
        try:
            while True:
                text = await socket.receive_text()
                if text == "boom":
                    raise RuntimeError(text)
                await socket.send_text(f"{room}: {text}")
        except WebSocketDisconnect:
            return

    return app


def test_a_connection_is_one_span_with_its_messages() -> None:
    rig = ServerRig(chat())

    with TestClient(rig.app).websocket_connect("/chat/tea") as socket:
        socket.send_text("hello")
        assert socket.receive_text() == "tea: hello"
        assert [point.value for point in rig.points("otel_monitoring.websocket.active_connections")] == [1]

    attributes = dict(rig.span.attributes or {})
    assert rig.span.name == "WS /chat/{room}"
    assert attributes["http.route"] == "/chat/{room}"
    assert (
        attributes["otel_monitoring.websocket.received"],
        attributes["otel_monitoring.websocket.sent"],
    ) == (1, 1)
    assert [point.value for point in rig.points("otel_monitoring.websocket.active_connections")] == [0]


def test_messages_are_counted_by_route_and_direction() -> None:
    rig = ServerRig(chat())
    client = TestClient(rig.app)

    for text in ("a", "b"):
        with client.websocket_connect("/chat/tea") as socket:
            socket.send_text(text)
            socket.receive_text()

    counted = {
        (point.attributes["http.route"], point.attributes["network.io.direction"]): point.value
        for point in rig.points("otel_monitoring.websocket.messages")
    }
    assert counted == {("/chat/{room}", "receive"): 2, ("/chat/{room}", "transmit"): 2}


def test_an_error_in_a_connection_is_recorded_once() -> None:
    rig = ServerRig(chat())

    def provoke() -> None:
        with TestClient(rig.app).websocket_connect("/chat/tea") as socket:
            socket.send_text("boom")
            socket.receive_text()

    with pytest.raises(RuntimeError, match="boom"):
        provoke()

    (record,) = rig.logs
    assert record.attributes["exception.type"] == "RuntimeError"
    assert rig.span.status.description == "RuntimeError: boom"
