"""Rules and pages that ask a real Prometheus."""

from __future__ import annotations

import contextlib
import ssl
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from otel_monitoring.alerts.evaluation.asking import Asking
from otel_monitoring.bootstrap import parts
from otel_monitoring.bootstrap.analysis import Analysis
from otel_monitoring.errors import QueryError
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.engine import Engine
from otel_monitoring.promql.remote.query import RemoteOptions, RemoteQuery
from otel_monitoring.settings import load_settings
from otel_monitoring.stores.series import SeriesStore
from tests.integration.servers import eventually, free_ports, program
from tests.telemetry.certificates import certificates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.servers import Prometheus

T_MS = 1_700_000_000_000
USER, PASSWORD = "reader", "s3cret"
HASH = "$2b$04$NvdrCAvCo0b7EWi5ii1DkOh8E2F0CKSCdIkz2/XxtwVsn.l5IJmZu"
"""Of the password, by bcrypt, as Prometheus wants it."""


@dataclass(frozen=True)
class Strict:
    """A Prometheus that talks TLS to whoever knows the password."""

    host: str
    authority: str

    def remote(self, login: str, **options: Any) -> RemoteQuery:
        url = f"https://{login}@{self.host}"
        return RemoteQuery(url, options=RemoteOptions(**options), clock=SystemClock(), wait=lambda _: None)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Strict]:
    folder = tmp_path_factory.mktemp("strict")
    made = certificates(folder)
    host = f"127.0.0.1:{free_ports(1)[0]}"
    tls = {"cert_file": made.server, "key_file": made.server_key}
    for name, content in {
        "web.yml": {"tls_server_config": tls, "basic_auth_users": {USER: HASH}},
        "prometheus.yml": {"scrape_configs": []},
    }.items():
        (folder / name).write_text(yaml.safe_dump(content), encoding="utf-8")
    command = [
        str(program("prometheus")),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--web.config.file={folder / 'web.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={host}",
    ]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            eventually(lambda: _is_ready(host, made.authority), what="Prometheus")
            yield Strict(host, made.authority)
        finally:
            process.terminate()
            process.wait(15)


def _is_ready(host: str, authority: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        context = ssl.create_default_context(cafile=authority)
        answer = httpx.get(f"https://{host}/-/ready", auth=(USER, PASSWORD), verify=context, timeout=5)
        return answer.is_success
    return False


def test_a_server_with_a_password_and_a_certificate_is_asked(strict: Strict) -> None:
    with contextlib.closing(strict.remote(f"{USER}:{PASSWORD}", ca_file=strict.authority)) as remote:
        assert remote("1 + 1", T_MS).scalar == 2.0


def test_a_wrong_password_is_told_without_it(strict: Strict) -> None:
    with (
        contextlib.closing(strict.remote(f"{USER}:guess", ca_file=strict.authority)) as remote,
        pytest.raises(QueryError, match=rf"^https://{strict.host} answered 401, and no JSON: Unauthorized$"),
    ):
        remote("1", T_MS)


def test_an_authority_that_is_not_known_is_told(strict: Strict) -> None:
    with (
        contextlib.closing(strict.remote(f"{USER}:{PASSWORD}")) as remote,
        pytest.raises(QueryError, match=rf"^https://{strict.host} cannot be reached: .*VERIFY_FAILED"),
    ):
        remote("1", T_MS)


def test_a_timeout_may_be_part_of_a_second(prometheus: Prometheus) -> None:
    options = RemoteOptions(timeout_s=30.5)
    with contextlib.closing(RemoteQuery(prometheus.url, options=options, clock=SystemClock())) as remote:
        assert remote("1", T_MS).scalar == 1.0


@pytest.mark.parametrize(
    "expr",
    [
        "1 / 3",
        "vector(time())",
        '"text"',
        "vector(0) / 0",
        'label_replace(vector(1), "a", "b", "", "")',
        "nobody",
    ],
)
def test_a_real_server_and_the_engine_give_the_same_result(prometheus: Prometheus, expr: str) -> None:
    engine = Engine(SeriesStore())
    with contextlib.closing(RemoteQuery(prometheus.url, clock=SystemClock())) as remote:
        theirs, ours = remote(expr, T_MS), engine(expr, T_MS)

    assert (theirs.kind, str(theirs.samples)) == (ours.kind, str(ours.samples))
    assert (theirs.text, str(theirs.scalar)) == (ours.text, str(ours.scalar))


def test_a_range_has_the_same_points(prometheus: Prometheus) -> None:
    span = (T_MS, T_MS + 60_000, 15_000)
    with contextlib.closing(RemoteQuery(prometheus.url, clock=SystemClock())) as remote:
        theirs = remote("vector(time())", *span)

    ours = Engine(SeriesStore())("vector(time())", *span)
    assert theirs.series[0].times_ms.tolist() == ours.series[0].times_ms.tolist()
    assert theirs.series[0].values.tolist() == ours.series[0].values.tolist()


def test_an_error_says_which_server_said_what(prometheus: Prometheus) -> None:
    with (
        contextlib.closing(RemoteQuery(prometheus.url, clock=SystemClock())) as remote,
        pytest.raises(QueryError, match=rf"{prometheus.url} answered 400: bad_data: .*parse error"),
    ):
        remote("sum(", T_MS)


def test_one_setting_makes_rules_ask_a_server(
    prometheus: Prometheus, fresh_process: pytest.MonkeyPatch
) -> None:
    told: dict[str, Any] = {"url": prometheus.url}
    loaded = load_settings(settings=None, environ={}, query=told, storage={"url": "memory"})
    builder = parts.begin(loaded, {})
    analysis = Analysis(builder)

    found = Asking(analysis.ask)("vector(7)", T_MS)
    analysis.stop(1)

    assert [(one.labels, one.value) for one in found] == [(Labels.of(), 7.0)]
    assert analysis.remote is not None
    assert analysis.remote.stats()["queries"] == 1
