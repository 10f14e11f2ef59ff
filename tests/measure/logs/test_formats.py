"""Log lines for machines and for people."""

from __future__ import annotations

import json
import logging
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.measure.logs.helpers import configured, lines


def test_writes_one_json_object_for_a_record() -> None:
    stream = configured(service="shop")

    logging.getLogger("shop.orders").warning("order %s paid", 7, extra={"order_id": 7})

    (line,) = lines(stream)
    assert line["timestamp"].endswith("Z")
    assert len(line["timestamp"]) == len("2024-05-02T10:11:12.345Z")
    del line["timestamp"]
    assert line == {
        "level": "WARNING",
        "logger": "shop.orders",
        "message": "order 7 paid",
        "service": "shop",
        "order_id": 7,
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    message=st.one_of(st.text(), st.integers(), st.none(), st.binary()),
    args=st.lists(st.one_of(st.text(), st.integers(), st.none(), st.dictionaries(st.text(), st.integers()))),
    extra=st.dictionaries(st.text(), st.one_of(st.text(), st.floats(), st.binary(), st.lists(st.integers()))),
    kind=st.sampled_from(["json", "console"]),
)
def test_never_raises_and_never_breaks_a_line(
    message: Any, args: list[Any], extra: dict[str, Any], kind: str
) -> None:
    stream = configured(format=kind)
    record = logging.LogRecord("shop", logging.INFO, "a.py", 1, message, tuple(args), None)
    record.__dict__.update({key: value for key, value in extra.items() if key not in record.__dict__})

    logging.getLogger("shop").handle(record)

    mine = [line for line in stream.getvalue().split("\n") if " shop" in line or '"logger":"shop"' in line]
    assert len(mine) == 1
    if kind == "json":
        assert json.loads(mine[0])["logger"] == "shop"


def test_writes_numbers_that_json_does_not_know_as_texts() -> None:
    stream = configured()

    logging.getLogger("shop").warning("x", extra={"ratio": float("nan"), "all": [float("inf")]})

    (line,) = lines(stream)
    assert (line["ratio"], line["all"]) == ("nan", ["inf"])


def test_lets_no_message_forge_a_line_or_steer_the_terminal() -> None:
    stream = configured(format="console")

    logging.getLogger("shop").error("first\n12:00:00 INFO forged\r\x1b[2J\u2028x")

    (line,) = stream.getvalue().splitlines()
    assert r"first\n12:00:00 INFO forged\x0d\x1b[2J\x2028x" in line


def test_indents_the_stack_beneath_the_line() -> None:
    stream = configured(format="console")

    try:
        json.loads("{")
    except ValueError:
        logging.getLogger("shop").exception("cannot read")

    head, *stack = stream.getvalue().splitlines()
    assert head.endswith("cannot read")
    assert all(line.startswith("    ") for line in stack)
    assert "JSONDecodeError" in stack[-1]
