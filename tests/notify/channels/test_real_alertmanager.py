"""What a real Alertmanager sends to a webhook for an alert, beside what we send for it."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import jsonschema
import pytest

from otel_monitoring.alerts.routing.tree import braced
from otel_monitoring.model.alert import Notice, SentAlert
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.notify.channels.webhook import WebhookChannel
from otel_monitoring.notify.message import message_of, rfc3339
from tests.integration.servers import program
from tests.notify.channels.schemas import ALERTMANAGER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.notify.receiver import Receiver

INSTALLED = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")

CONFIGURATION = """
route: {receiver: ops, group_by: [alertname, note], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
receivers: [{name: ops, webhook_configs: [{url: URL, send_resolved: true}]}]
"""


def free_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


@contextmanager
def alertmanager(binary: str, folder: Path, hook: str) -> Iterator[str]:
    """Run Alertmanager with one webhook; yield its base URL."""
    (folder / "alertmanager.yml").write_text(CONFIGURATION.replace("URL", hook))
    url = f"http://127.0.0.1:{free_port()}"
    command = [
        *(binary, f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/data"),
        *(f"--web.listen-address={url.removeprefix('http://')}", "--cluster.listen-address="),
        "--web.external-url=http://m/monitoring",
        "--web.route-prefix=/",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        transport = httpx.HTTPTransport(retries=8)
        with httpx.Client(transport=transport, trust_env=False) as client:
            assert client.get(f"{url}/-/ready", timeout=30).status_code == 200
        yield url
    finally:
        process.terminate()
        process.wait(10)


def alert(*, resolved: bool, starts_at_ms: int, ends_at_ms: int) -> SentAlert:
    return SentAlert(
        labels=Labels.of(alertname="HighCpu", job="shop", note='a "b" \\ ü\t\u200b'),
        annotations={"summary": "CPU is at 97%"},
        value=0.97,
        starts_at_ms=starts_at_ms,
        ends_at_ms=ends_at_ms,
        is_resolved=resolved,
        generator_url="http://m/graph",
    )


@pytest.fixture(params=["installed", "newest"])
def binary(request: pytest.FixtureRequest) -> str:
    """The Alertmanager that the system has, and the newest that `make services` builds."""
    if request.param == "newest":
        return str(program("alertmanager"))
    if INSTALLED is None:
        pytest.skip("Alertmanager is not installed")
    return INSTALLED


@pytest.mark.integration
@pytest.mark.parametrize("resolved", [False, True])
def test_our_message_is_that_of_a_real_alertmanager(
    binary: str, tmp_path: Path, receiver: Receiver, resolved: bool
) -> None:
    """S9.11."""
    now_ms = SystemClock().now_ms()
    one = alert(resolved=resolved, starts_at_ms=now_ms - 90_000, ends_at_ms=now_ms - 500)
    firing = alert(resolved=False, starts_at_ms=one.starts_at_ms, ends_at_ms=now_ms + 60_000)

    with alertmanager(binary, tmp_path, receiver.url) as url:
        for sent in [firing, one] if resolved else [firing]:
            body = [
                {
                    "labels": sent.labels.as_dict(),
                    "annotations": dict(sent.annotations),
                    "startsAt": rfc3339(sent.starts_at_ms),
                    "endsAt": rfc3339(sent.ends_at_ms),
                    "generatorURL": sent.generator_url,
                }
            ]
            httpx.post(f"{url}/api/v2/alerts", json=body, timeout=10, trust_env=False).raise_for_status()
            receiver.wait()
    theirs = receiver.bodies[-1]
    ours = message_of(
        Notice(
            key="k",
            receiver="ops",
            group_key="{}:" + braced(one.labels.only("alertname", "note")),
            group_labels=one.labels.only("alertname", "note"),
            alerts=(one,),
        ),
        external_url="http://m/monitoring",
    )
    channel = WebhookChannel(receiver.url, clock=SystemClock())
    channel.send(ours)
    channel.close()

    newer = {"routeLabels", "notification_reason"}
    jsonschema.validate({key: value for key, value in theirs.items() if key not in newer}, ALERTMANAGER)
    assert json.dumps(receiver.bodies[-1], sort_keys=True) == json.dumps(
        {key: value for key, value in theirs.items() if key not in newer}, sort_keys=True
    )
