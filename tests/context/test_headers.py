"""Request ids, trace headers and timing headers, on good and on hostile bytes."""

from __future__ import annotations

import logging
import os
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.trace import SpanContext, TraceFlags, TraceState, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from otel_monitoring.context.headers import (
    RequestIdPolicy,
    new_request_id,
    parse_traceparent,
    parse_tracestate,
    printable_ascii,
    server_timing,
    traceresponse,
)
from otel_monitoring.errors import ContextError

VALID = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
HOSTILE = [
    b"a" * 10_240,
    b"id\r\nSet-Cookie: admin=1",
    b"id\nlevel=INFO forged",
    b"id\r",
    b"\x00",
    b"id\x1b[31m",
    b"id\x7f",
    "zoë".encode(),
    "zoë".encode("latin-1"),
    b"",
    b" ",
    b"<script>",
    b'${jndi:ldap://x}"',
]

hex_bytes = st.text("0123456789abcdefABCDEF_ +-", min_size=30, max_size=34)
shaped = st.builds(
    lambda pad, version, trace, span, flags, rest: f"{pad}{version}-{trace}-{span}-{flags}{rest}",
    st.sampled_from(["", " ", "\t ", "\n", "x"]),
    st.sampled_from(["00", "01", "fe", "ff", "FF", "0"]),
    st.one_of(
        st.just("0" * 32),
        st.just("0af7651916cd43dd8448eb211c80319c"),
        st.text("0123456789abcdef", min_size=32, max_size=32),
        hex_bytes,
    ),
    st.one_of(st.just("0" * 16), st.text("0123456789abcdef", min_size=15, max_size=17)),
    st.sampled_from(["00", "01", "02", "ff", "0g", "1"]),
    st.sampled_from(["", " ", "\t", "\n", "-", "-extra", "-extra\n", "x", "-a\r", "\r\n"]),
).map(str.encode)


def answer_of_the_sdk(header: bytes, tracestate: bytes | None = None) -> SpanContext | None:
    carrier = {"traceparent": header.decode("latin-1")}
    if tracestate is not None:
        carrier["tracestate"] = tracestate.decode("latin-1")
    context = TraceContextTextMapPropagator().extract(carrier)
    found = get_current_span(context).get_span_context()
    return found if found.is_valid else None


def test_a_request_id_is_32_hex_digits() -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", new_request_id())


def test_request_ids_differ_even_where_the_application_seeds_the_shared_generator() -> None:
    random.seed(1)
    first = new_request_id()
    random.seed(1)
    second = new_request_id()

    assert first != second


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_makes_other_ids_than_its_parent() -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, new_request_id().encode())
        os._exit(0)
    os.close(writer)
    mine = new_request_id()
    theirs = os.read(reader, 100).decode()
    os.close(reader)
    os.waitpid(child, 0)

    assert len(theirs) == 32
    assert theirs != mine


@pytest.mark.parametrize(
    "raw", [b"0af7651916cd43dd", b"01HZX3T9", b"a1b2-c3:d4/e5+f6==", b"req_1.2~3@eu", b"a" * 128]
)
def test_takes_over_an_id_of_the_usual_shapes(raw: bytes) -> None:
    assert RequestIdPolicy().accept(raw) == raw.decode()


@pytest.mark.parametrize("raw", HOSTILE)
def test_refuses_and_counts_what_is_hostile(raw: bytes) -> None:
    policy = RequestIdPolicy()

    assert policy.accept(raw) is None
    assert sum(policy.refused().values()) == 1


@pytest.mark.parametrize("raw", HOSTILE)
def test_refuses_what_is_not_printable_ascii_whatever_the_pattern_allows(raw: bytes) -> None:
    policy = RequestIdPolicy(pattern=r"(?s).*")

    accepted = policy.accept(raw)

    assert accepted is None or (accepted.isascii() and accepted.isprintable() and accepted)


@given(st.binary(max_size=300))
def test_accepts_only_bounded_printable_ascii(raw: bytes) -> None:
    accepted = RequestIdPolicy(pattern=r"(?s).+", max_length=100).accept(raw)

    assert accepted is None or (
        accepted.isascii()
        and accepted.isprintable()
        and 1 <= len(accepted) <= 100
        and accepted.encode() == raw
    )


def test_a_missing_header_is_no_refusal() -> None:
    policy = RequestIdPolicy()

    assert policy.accept(None) is None
    assert policy.refused() == {"too_long": 0, "not_valid": 0}


def test_without_trust_every_request_gets_a_new_id() -> None:
    policy = RequestIdPolicy(trust=False)

    assert policy.accept(b"abc") is None
    assert policy.request_id([(b"x-request-id", b"abc")]) != "abc"


def test_takes_the_first_valid_id_in_the_order_of_the_header_names() -> None:
    policy = RequestIdPolicy(header_names=("X-Request-ID", "X-Correlation-ID"))

    headers = [(b"x-correlation-id", b"second"), (b"x-request-id", b"not valid\n")]

    assert policy.request_id(headers) == "second"
    assert policy.request_id([*headers, (b"x-request-id", b"first")]) == "first"


def test_makes_an_id_where_no_header_carries_one() -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", RequestIdPolicy().request_id([(b"host", b"shop")]))


def test_answers_under_the_first_header_name() -> None:
    assert RequestIdPolicy(header_names=("X-Trace", "X-Request-ID")).response_header == b"x-trace"


@pytest.mark.parametrize(
    ("names", "pattern", "max_length", "said"),
    [
        ((), "a", 1, "header_names is empty"),
        (("X Request",), "a", 1, "'X Request'"),
        (("X-Id\r\n",), "a", 1, r"X-Id\\r\\n"),
        (("X-Id",), "(", 1, r"pattern is '\('"),
        (("X-Id",), "ö", 1, "over ASCII"),
        (("X-Id",), "a", 0, "max_length is 0"),
    ],
)
def test_an_unusable_policy_says_which_argument(
    names: tuple[str, ...], pattern: str, max_length: int, said: str
) -> None:
    with pytest.raises(ContextError, match=said):
        RequestIdPolicy(header_names=names, pattern=pattern, max_length=max_length)


def test_reads_a_traceparent() -> None:
    assert parse_traceparent(VALID) == SpanContext(
        0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331, is_remote=True, trace_flags=TraceFlags(1)
    )


@given(st.one_of(st.binary(max_size=80), shaped))
def test_reads_any_traceparent_as_the_sdk_does(header: bytes) -> None:
    assert parse_traceparent(header) == answer_of_the_sdk(header)


@given(st.binary(max_size=60).map(lambda tail: VALID[: 60 - len(tail)] + tail))
def test_reads_a_damaged_traceparent_as_the_sdk_does(header: bytes) -> None:
    assert parse_traceparent(header) == answer_of_the_sdk(header)


state_text = st.text("ab1=,@ \t-_/*\x00é~!", max_size=40).map(lambda text: text.encode("latin-1"))
state_members = st.lists(
    st.sampled_from([b"a=1", b"b=2", b"t@v=x y", b"A=1", b"a=", b"", b" c=3 ", b"a" * 257 + b"=1"]),
    max_size=5,
).map(b",".join)
many_members = st.integers(30, 35).map(lambda n: b",".join(b"k%d=v" % i for i in range(n)))


@given(st.one_of(st.binary(max_size=60), state_text, state_members, many_members))
def test_reads_any_tracestate_as_the_sdk_does(tracestate: bytes) -> None:
    ours = parse_traceparent(VALID, tracestate)

    theirs = answer_of_the_sdk(VALID, tracestate)
    assert ours is not None
    assert theirs is not None
    assert list(ours.trace_state.items()) == list(theirs.trace_state.items())


def test_a_huge_tracestate_is_dropped() -> None:
    assert parse_tracestate(b"a=" + b"x" * 10_000) == TraceState()


@pytest.mark.parametrize("raw", [*HOSTILE, b"a=\r\nforged", b",".join(b"k%d=v" % i for i in range(99))])
def test_a_hostile_tracestate_reaches_no_log(raw: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    assert len(parse_tracestate(raw)) == 0
    assert caplog.records == []


@given(st.integers(1, 2**128 - 1), st.integers(1, 2**64 - 1), st.integers(0, 255))
def test_traceresponse_reads_back_as_the_span_it_names(trace_id: int, span_id: int, flags: int) -> None:
    span_context = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))

    assert parse_traceparent(traceresponse(span_context)) == span_context


def test_server_timing_is_in_milliseconds() -> None:
    assert server_timing(0.01234) == b"total;dur=12.3"


def test_server_timing_names_the_trace_for_the_browser() -> None:
    assert server_timing(1, traceparent=VALID) == b'total;dur=1000.0, traceparent;desc="%b"' % VALID


@given(st.text(max_size=50))
def test_printable_ascii_is_what_it_says(text: str) -> None:
    made = printable_ascii(text, max_length=10)

    assert made.isascii()
    assert made.isprintable()
    assert len(made) == min(len(text), 10)
