from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.instrument.asgi.exclude import AccessLogFilter, Exclusions

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize(
    ("path", "is_out"),
    [
        ("/health", True),
        ("/healthy", False),
        ("/internal/a/b", True),
        ("/internal", False),
        ("/a/static/b.css", True),
        ("/a/static/b.js", False),
    ],
)
def test_paths_are_left_out_exactly_below_or_by_pattern(path: str, *, is_out: bool) -> None:
    exclusions = Exclusions(paths=("/health", "/internal/*", "/*/static/*.css"))

    assert exclusions.path(path) is is_out


def test_probes_are_known_by_the_beginning_of_their_user_agent() -> None:
    exclusions = Exclusions(user_agents=("kube-probe/",))

    found = [
        exclusions.user_agent(agent) for agent in (b"kube-probe/1.30", b"Mozilla/5 kube-probe/1", b"\xff")
    ]

    assert found == [True, False, False]


def test_user_agents_chosen_by_clients_are_not_remembered_without_bound() -> None:
    exclusions = Exclusions(user_agents=("kube-probe/",))

    for number in range(1000):
        exclusions.user_agent(b"agent %d" % number)

    assert len(exclusions._known) <= 256


@pytest.fixture
def access_log() -> Iterator[AccessLogFilter]:
    installed = AccessLogFilter(Exclusions(paths=("/health",)), prefix="/monitoring")
    installed.install()
    yield installed
    installed.remove()


def test_the_access_log_of_uvicorn_is_silent_about_what_is_left_out(
    access_log: AccessLogFilter, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("uvicorn.access")
    with caplog.at_level(logging.INFO, logger="uvicorn.access"):
        for path in ("/health?a=1", "/monitoring", "/monitoring/alerts", "/monitoringx", "/orders"):
            logger.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", path, "1.1", 200)

    assert [record.args[2] for record in caplog.records if isinstance(record.args, tuple)] == [
        "/monitoringx",
        "/orders",
    ]


def test_the_access_log_of_gunicorn_is_silent_too(
    access_log: AccessLogFilter, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("gunicorn.access")
    with caplog.at_level(logging.INFO, logger="gunicorn.access"):
        for path in ("/health", "/orders"):
            logger.info("%(U)s", {"U": path})
        logger.info("no access record")

    assert caplog.messages == ["/orders", "no access record"]


def test_the_filter_is_installed_once_and_goes_again(access_log: AccessLogFilter) -> None:
    logger = logging.getLogger("uvicorn.access")

    access_log.install()
    count = len(logger.filters)
    access_log.remove()

    assert (count, logger.filters) == (1, [])
