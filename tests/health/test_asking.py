"""What a check may be and do, and what is said of it."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.context.redact import Redactor
from otel_monitoring.guard import Guard
from otel_monitoring.health.asking import Asker
from otel_monitoring.health.check import Health, Pace, Terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def ask(check: Any, asker: Asker | None = None, *, timeout_s: float = 30, **terms: Any) -> Health | None:
    asker = asker or Asker()
    found = asker.ask(Terms("db", check, pace=Pace(timeout_s=timeout_s), **terms), Guard("health.db"))
    asker.stop(10)
    return found


class CallableCheck:
    """A check that is an object."""

    async def __call__(self) -> Health:
        return Health("degraded", "slow")


async def fine() -> None:
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("check", "health"),
    [
        (lambda: None, Health()),
        (lambda: True, Health()),
        (lambda: False, Health("unhealthy", "the check said no")),
        (lambda: Health("degraded", "slow", "wait"), Health("degraded", "slow", "wait")),
        (fine, Health()),
        (CallableCheck(), Health("degraded", "slow")),
        (partial(fine), Health()),
        (
            lambda: 1,
            Health("unhealthy", "the check answered int; expected Health, True, False or None"),
        ),
        (
            lambda: Health("down"),  # type: ignore[arg-type]
            Health("unhealthy", "the check answered 'down'; expected Health, True, False or None"),
        ),
    ],
    ids=["none", "true", "false", "health", "async", "object", "returns-async", "number", "other-word"],
)
def test_whatever_a_check_answers_becomes_a_verdict(check: Callable[[], Any], health: Health) -> None:
    assert ask(check) == health


async def raises_later() -> None:
    await asyncio.sleep(0)
    msg = "postgresql://kim:hunter2@db"
    raise ConnectionError(msg)


def raises() -> None:
    msg = "postgresql://kim:hunter2@db"
    raise ConnectionError(msg)


@pytest.mark.parametrize("check", [raises, raises_later])
def test_of_an_exception_only_its_type_is_told(
    check: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    """What it says may hold anything."""
    found = ask(check)

    assert found == Health("unhealthy", "the check raised ConnectionError", "See the log.")
    assert "health.db failed with ConnectionError" in caplog.text
    assert "hunter2" not in caplog.text


def test_who_hangs_is_told_from_who_fails() -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    assert ask(hang, timeout_s=0.01) == Health("unhealthy", "no answer within 0.01 s")


@pytest.mark.parametrize(
    ("message", "secret"),
    [
        ("could not connect to postgresql://kim:hunter2@db:5432/shop", "hunter2"),
        ("https://pay.example/up?token=s3cr3t-t0ken answered 500", "s3cr3t-t0ken"),
        ("password=hunter2 was refused", "hunter2"),
        ("Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "c2lnbmF0dXJl"),
    ],
)
def test_secrets_are_taken_out_of_what_a_check_says(message: str, secret: str) -> None:
    found = ask(lambda: Health("unhealthy", message, message), Asker(redact=Redactor().text))

    assert found is not None
    assert secret not in f"{found.message} {found.advice}"
    assert found.message


def test_what_a_check_says_is_cut() -> None:
    found = ask(lambda: Health("unhealthy", "x" * 100_000))

    assert found is not None
    assert len(found.message) == 500


def test_a_check_is_in_nobodys_telemetry() -> None:
    seen: list[bool] = []
    shielded: list[bool] = [False]

    @contextmanager
    def shield() -> Iterator[None]:
        shielded[0] = True
        yield
        shielded[0] = False

    ask(lambda: seen.append(shielded[0]), Asker(shield=shield))

    assert seen == [True]
    assert shielded == [False]


def test_a_check_for_the_loop_of_the_application_waits_until_there_is_one() -> None:
    assert ask(fine, Asker(), on_app_loop=True) is None


def test_a_check_is_awaited_on_the_loop_of_the_application() -> None:
    found: list[asyncio.AbstractEventLoop] = []

    async def check() -> None:
        found.append(asyncio.get_running_loop())

    async def application() -> asyncio.AbstractEventLoop:
        loop = asyncio.get_running_loop()
        await asyncio.to_thread(ask, check, Asker(app_loop=lambda: loop), on_app_loop=True)
        return loop

    assert [asyncio.run(application())] == found
