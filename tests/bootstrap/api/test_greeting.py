"""How to get in is printed once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.bootstrap.api.greeting import Greeting
from otel_monitoring.bootstrap.api.listening import Listening

if TYPE_CHECKING:
    import pytest

NOWHERE = Listening((), "host/1/1.00")
LOCAL = Listening(("127.0.0.1:8000",), "host/1/1.00")


class Process:
    """A process with its greeting; what it found out can be changed."""

    def __init__(self, **more: Any) -> None:
        self.tokens = ["t0k3n"]
        self.found = LOCAL
        self.is_agreed = True
        self.claims: list[str] = []
        parts: dict[str, Any] = {
            "prefix": "/monitoring",
            "made": lambda: self.tokens,
            "is_shared": lambda: self.is_agreed,
            "agree": lambda: self.is_agreed,
            "claim": self._claim,
            "listening": lambda: self.found,
            "scheme": lambda: "http",
        }
        self.greeting = Greeting(**{**parts, **more})

    def step(self, times: int = 1) -> None:
        for _ in range(times):
            self.greeting.step(0)

    def _claim(self, name: str) -> bool:
        self.claims.append(name)
        return True


def test_the_link_is_printed_once_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    process = Process()

    process.step(5)

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("t0k3n") == 2
    assert "sign in at http://127.0.0.1:8000/monitoring/sign-in?token=t0k3n\n" in printed.err
    assert "'Authorization: Bearer t0k3n'" in printed.err


def test_it_waits_until_the_server_listens(capsys: pytest.CaptureFixture[str]) -> None:
    process = Process()
    process.found = NOWHERE

    process.step(2)
    before = capsys.readouterr().err
    process.found = LOCAL
    process.step()

    assert before == ""
    assert "http://127.0.0.1:8000/monitoring" in capsys.readouterr().err


def test_where_no_server_is_found_the_path_alone_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    process = Process()
    process.found = NOWHERE

    process.step(10)

    assert "sign in at /monitoring/sign-in?token=t0k3n\n" in capsys.readouterr().err


def test_it_waits_for_the_token_of_all_but_not_for_ever(capsys: pytest.CaptureFixture[str]) -> None:
    process = Process()
    process.is_agreed = False

    process.step(4)
    before = capsys.readouterr().err
    process.step()

    assert before == ""
    assert "until this process ends" in capsys.readouterr().err


def test_the_address_from_outside_goes_first(capsys: pytest.CaptureFixture[str]) -> None:
    Process(external_url=lambda: "https://shop.example/monitoring/").step()

    assert "sign in at https://shop.example/monitoring/sign-in?token=t0k3n\n" in capsys.readouterr().err


def test_of_the_workers_of_one_server_one_prints(capsys: pytest.CaptureFixture[str]) -> None:
    claimed: set[str] = set()

    def claim(name: str) -> bool:
        is_first = name not in claimed
        claimed.add(name)
        return is_first

    for _ in range(3):
        Process(claim=claim).step(3)

    assert capsys.readouterr().err.count("Bearer") == 1


def test_another_token_is_printed_too(capsys: pytest.CaptureFixture[str]) -> None:
    """A storage that began anew under the process."""
    process = Process()
    process.step()

    process.tokens.insert(0, "another")
    process.step(3)

    assert capsys.readouterr().err.count("Bearer another") == 1
    assert len(set(process.claims)) == 2


def test_what_is_claimed_holds_no_token() -> None:
    process = Process()
    process.step()

    assert process.claims[0].startswith(LOCAL.leader)
    assert "t0k3n" not in process.claims[0]
