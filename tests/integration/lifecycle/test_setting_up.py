"""Set-up in every order, in processes of their own: each request and each measurement is told once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.lifecycle.processes import environment, run_program

if TYPE_CHECKING:
    from tests.integration.lifecycle.receiver import Received, Receiver

DURATION = "http.server.request.duration"


def outcome(receiver: Receiver, what: str, **variables: str) -> dict[str, Any]:
    program = run_program("setting_up", what, env=environment(receiver.url, **variables))
    told: dict[str, Any] = json.loads(program.stdout)
    return told


def names(received: Received) -> list[str]:
    return [span.name for span in received.spans]


def test_a_second_call_with_the_same_settings_changes_nothing(receiver: Receiver) -> None:
    told = outcome(receiver, "again_with_the_same")

    assert told == {"same": True, "lines": []}
    assert names(receiver.received) == ["GET"]
    assert receiver.received.total(DURATION) == 1


def test_a_second_call_with_others_says_what_differs(receiver: Receiver) -> None:
    told = outcome(receiver, "again_with_others")

    (line,) = told["lines"]
    assert "service_name" in line
    assert "alerts.interval_s" in line
    assert {one["service.name"] for one in receiver.received.resources.values()} == {"shop"}
    assert names(receiver.received) == ["work"]


def test_two_applications_share_one_instance(receiver: Receiver) -> None:
    told = outcome(receiver, "another_application")

    assert told == {"same": True, "lines": []}
    assert names(receiver.received) == ["GET", "GET"]
    assert receiver.received.total(DURATION) == 2


def test_after_a_shutdown_one_can_begin_again(receiver: Receiver) -> None:
    told = outcome(receiver, "again_after_the_end")

    assert told == {"same": False, "lines": []}
    assert names(receiver.received) == ["GET", "before", "GET", "after"]
    assert receiver.received.total("by.hand") == 1


def test_a_shutdown_leaves_no_thread_behind(receiver: Receiver) -> None:
    assert outcome(receiver, "quiet_after_the_end") == {"running": True, "left": [], "lines": []}


@pytest.mark.parametrize(
    ("what", "variables"), [("switched_off", {"OTEL_SDK_DISABLED": "true"}), ("not_enabled", {})]
)
def test_switched_off_it_does_nothing_at_all(
    receiver: Receiver, what: str, variables: dict[str, str]
) -> None:
    told = outcome(receiver, what, **variables)

    assert told == {"is_the_app": True, "flushed": True, "threads": [], "lines": []}
    assert not receiver.contacted.is_set()
