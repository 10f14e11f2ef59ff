"""SIGHUP to real servers: uvicorn goes on with new rules, gunicorn's workers begin anew with them."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.integration.lifecycle.processes import environment, running
from tests.integration.servers import eventually, free_ports

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

APP = "tests.integration.alerts.hangup_app:app"
UVICORN = ("uvicorn", "--port", "PORT", APP)
GUNICORN = ("gunicorn", "-k", "uvicorn.workers.UvicornWorker", "-w", "1", "-b", "127.0.0.1:PORT", APP)
RULES = "groups: [{{name: a, rules: [{{alert: {name}, expr: up == 0}}]}}]"


@pytest.mark.parametrize(
    ("command", "by_us"),
    [
        pytest.param(UVICORN, True, id="uvicorn"),
        pytest.param(GUNICORN, False, id="gunicorn"),
        pytest.param((*GUNICORN, "--preload"), False, id="gunicorn --preload"),
    ],
)
def test_new_rules_run_after_the_signal_and_the_server_goes_on(
    tmp_path: Path, command: tuple[str, ...], *, by_us: bool
) -> None:
    (port,), rules = free_ports(1), tmp_path / "rules.yml"
    rules.write_text(RULES.format(name="First"))
    words = [word.replace("PORT", str(port)) for word in command]

    def ask(path: str) -> dict[str, Any]:
        url, headers = f"http://127.0.0.1:{port}/monitoring/{path}", {"Authorization": "Bearer t"}
        with contextlib.suppress(httpx.HTTPError):
            answer = httpx.get(url, headers=headers, timeout=30)
            return dict(answer.json()) if answer.is_success else {}
        return {}

    def names() -> set[str]:
        return {rule["name"] for group in ask("rules").get("groups", []) for rule in group["rules"]}

    env = environment(None, RULES=str(rules))
    with running(
        words, env=env, folder=tmp_path, port=port, ready="Application startup complete", times=1
    ) as server:
        eventually(lambda: names() == {"First"}, what="the first rule")
        rules.write_text(RULES.format(name="Second"))

        server.process.send_signal(signal.SIGHUP)

        eventually(lambda: names() == {"Second"}, what="the second rule")
        assert server.process.poll() is None
        told = eventually(lambda: ask("audit"), what="what was done")  # not by a worker that is replaced
        actors = {one["actor"] for one in told["actions"] if one["name"] == "rules.reloaded"}
        assert by_us is ("signal" in actors)
        assert "Traceback" not in server.printed()
