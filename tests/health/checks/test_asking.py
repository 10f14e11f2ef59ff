"""Answers, late answers and errors as verdicts."""

from __future__ import annotations

import errno
import socket
import ssl
from typing import TYPE_CHECKING

import pytest
from opentelemetry.instrumentation.utils import is_instrumentation_enabled

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.check import Health
from otel_monitoring.health.checks.asking import AskError, Asking
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from otel_monitoring.model.deadline import Deadline


def asking(**options: object) -> Asking:
    return Asking("the shop at shop:80", **{"advice": "Start it.", **options})  # type: ignore[arg-type]


def raising(error: Exception) -> Health:
    def ask(_: Deadline) -> None:
        raise error

    return asking(secrets=["hunter2", ""]).verdict(ask, (OSError, ValueError))


def test_a_good_answer_is_healthy_and_says_nothing() -> None:
    assert asking().verdict(lambda _: None) == Health()


def test_a_verdict_of_the_question_itself_is_kept() -> None:
    full = Health("degraded", "almost full", "Empty it.")

    assert asking().verdict(lambda _: full) == full


def test_a_late_answer_is_degraded() -> None:
    clock = FakeClock(0)

    found = asking(slow_s=0.5, clock=clock).verdict(lambda _: clock.advance(0.75))

    assert (found.status, found.message) == (
        "degraded",
        "the shop at shop:80 took 0.75 s to answer, more than 0.5 s",
    )
    assert found.advice


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (AskError("answered 500"), "answered 500"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "cannot be asked: Connection refused"),
        (socket.gaierror(-2, "Name or service not known"), "cannot be asked: its name cannot be resolved"),
        (TimeoutError(), "gave no answer in time"),
        (ValueError("bad\nsecond line"), "cannot be asked: ValueError: bad"),
        (ValueError(), "cannot be asked: ValueError"),
        (
            ssl.SSLError(1, "[SSL] wrong version number"),
            "cannot be asked: SSLError: [SSL] wrong version number",
        ),
    ],
)
def test_an_error_is_unhealthy_in_plain_words(error: Exception, words: str) -> None:
    assert raising(error) == Health("unhealthy", f"the shop at shop:80 {words}", "Start it.")


def test_the_cause_beneath_a_library_s_error_is_told() -> None:
    wrapped = ValueError("something went wrong")
    wrapped.__cause__ = ConnectionResetError(errno.ECONNRESET, "x")

    assert "Connection reset by peer" in raising(wrapped).message


def test_what_others_say_is_shown_short_printable_and_without_secrets() -> None:
    said = raising(ValueError("login of ann:hunter2 \x1b[31m refused" + "x" * 500)).message

    assert "hunter2" not in said
    assert "ann:*** [31m refused" in said
    assert said.isprintable()
    assert len(said) < 300


def test_whatever_breaks_off_at_the_end_of_the_time_took_too_long() -> None:
    def ask(deadline: Deadline) -> None:
        while not deadline.is_over:
            pass
        raise ConnectionResetError(errno.ECONNRESET, "x")

    found = asking(timeout_s=0.001).verdict(ask)

    assert found.message == "the shop at shop:80 gave no answer within 0.001 s"


def test_what_comes_after_the_end_of_the_time_is_no_answer() -> None:
    def ask(deadline: Deadline) -> None:
        while not deadline.is_over:
            pass

    assert asking(timeout_s=0.001).verdict(ask).message.endswith("gave no answer within 0.001 s")


def test_an_unexpected_error_is_left_to_the_guard() -> None:
    def ask(_: Deadline) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        asking().verdict(ask)


def test_what_a_check_asks_is_in_no_telemetry() -> None:
    seen: list[bool] = []

    asking().verdict(lambda _: seen.append(is_instrumentation_enabled()))

    assert seen == [False]


@pytest.mark.parametrize("options", [{"timeout_s": 0}, {"slow_s": -1}, {"timeout_s": float("nan")}])
def test_times_are_above_0(options: dict[str, float]) -> None:
    with pytest.raises(SettingsError, match=f"the shop at shop:80: {next(iter(options))} is .*: expected"):
        asking(**options)
