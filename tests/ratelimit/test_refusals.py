"""Refused requests as security events."""

from __future__ import annotations

from typing import Any

from otel_monitoring.ratelimit.asked import Asked
from otel_monitoring.ratelimit.limiter import Limiter
from otel_monitoring.ratelimit.refusals import EVENT_NAME, Refusals
from otel_monitoring.ratelimit.rule import parse_rule
from otel_monitoring.ratelimit.windows import MovingWindows
from otel_monitoring.testing import FakeClock


class FakeLogger:
    """A logger that keeps what it is handed."""

    def __init__(self) -> None:
        self.emitted: list[dict[str, Any]] = []

    def emit(self, **record: Any) -> None:
        self.emitted.append(record)


class House:
    """A limiter, its refusals and a logger."""

    def __init__(self, **options: Any) -> None:
        self.clock, self.logger = FakeClock(), FakeLogger()
        self.refusals = Refusals(logger=self.logger, clock=self.clock, **options)  # type: ignore[arg-type]
        self.limiter = Limiter(
            [parse_rule("login: 1/hour")],
            windows=MovingWindows(clock=self.clock),
            on_refused=self.refusals,
        )

    def ask(self, count: int, *, address: str = "192.0.2.1", user: str | None = None) -> None:
        """Ask so often that all but the first are refused."""
        for _ in range(count):
            self.limiter.decide(Asked("/login", address, route="/login", user=user))

    def counts(self) -> list[int]:
        """Return the numbers of the events so far."""
        return [one["attributes"]["otel_monitoring.ratelimit.count"] for one in self.logger.emitted]


def test_says_who_was_refused_what_and_how_often() -> None:
    """As an event of a name, in the one attribute a word."""
    house = House()
    house.ask(4, user="4f2a")

    house.refusals.tell()

    [event] = house.logger.emitted
    assert event["event_name"] == EVENT_NAME == "security.rate_limit"
    assert event["body"] == "rate limit 'login': 3 requests of 192.0.2.1 refused"
    assert event["attributes"] == {
        "otel_monitoring.ratelimit.rule": "login",
        "otel_monitoring.ratelimit.outcome": "refused",
        "otel_monitoring.ratelimit.count": 3,
        "url.path": "/login",
        "client.address": "192.0.2.1",
        "otel_monitoring.ratelimit.user": "4f2a",
        "http.route": "/login",
    }


def test_a_flood_is_one_event_a_minute() -> None:
    """Ten thousand refusals within a minute and a bit are three events, and no refusal is lost."""
    house = House()
    for _ in range(100):
        house.ask(100)
        house.refusals.tell()
        house.clock.advance(0.625)

    house.refusals.tell(all_of_them=True)

    assert len(house.logger.emitted) == 3
    assert sum(house.counts()) == 9999


def test_a_flood_from_many_addresses_is_bounded_too() -> None:
    """Those beyond the bound are told together."""
    house = House(most_callers=10, most_events=5)
    for number in range(1000):
        house.ask(2, address=f"198.51.100.{number}")

    runs = [house.refusals.tell() for _ in range(4)]

    assert runs == [5, 5, 1, 0]
    assert sum(house.counts()) == 1000
    assert len(house.refusals._noted) == 11


def test_what_is_over_is_forgotten() -> None:
    """Callers that behave again take no memory."""
    house = House()
    house.ask(2)
    house.refusals.tell()
    house.clock.advance(61)

    house.refusals.tell()

    assert house.refusals._noted == {}


def test_what_is_left_at_the_end_is_told() -> None:
    """Even what a minute has not passed since."""
    house = House()
    house.ask(2)
    house.refusals.tell()
    house.ask(5)

    assert [house.refusals.tell(), house.refusals.tell(all_of_them=True)] == [0, 1]


def test_a_very_long_path_is_cut() -> None:
    """Whoever asks chooses it."""
    house = House()
    for _ in range(2):
        house.limiter.decide(Asked("/" + "a" * 10_000))

    house.refusals.tell()

    assert len(house.logger.emitted[0]["attributes"]["url.path"]) == 200
