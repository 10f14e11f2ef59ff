"""The correlation of one unit of work: carried by the context, shared by all that belongs to it."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.context import Context, attach, detach, get_current
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.semconv._incubating.attributes import session_attributes, user_attributes
from opentelemetry.trace import get_current_span

from otel_monitoring.context import correlation
from otel_monitoring.context.correlation import Correlation, bind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.sdk.trace import Span


@pytest.fixture(autouse=True)
def _known_key() -> Iterator[None]:
    correlation.configure(hash_user=correlation.keyed_hash(b"key of the tests"))
    yield
    correlation.configure(hash_user=None)


def started(name: str = "request") -> Span:
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("tests")
    return cast("Span", tracer.start_span(name))


def test_there_is_none_outside_of_a_unit_of_work() -> None:
    assert correlation.current() is None
    assert correlation.request_id() is None
    assert correlation.attributes() == {}
    assert correlation.log_fields() == {}


def test_bind_gives_a_block_its_own_correlation() -> None:
    with bind(request_id="job-7", session_id="visit", tenant_id="acme") as mine:
        inside = correlation.current()
        fields = correlation.log_fields()

    assert inside is mine
    assert fields == {"request_id": "job-7", "session_id": "visit", "tenant_id": "acme"}
    assert correlation.current() is None


def test_bind_makes_an_id_where_none_is_given() -> None:
    with bind() as first:
        with bind() as second:
            pass
        after = correlation.current()

    assert len(first.request_id) == 32
    assert second.request_id != first.request_id
    assert after is first


def test_bind_makes_an_id_safe_for_headers() -> None:
    with bind(request_id="job\r\nX-Admin: ö" + "a" * 1000) as made:
        assert made.request_id.startswith("job??X-Admin: ?a")
        assert len(made.request_id) == 128


def test_a_bind_that_is_left_twice_does_nothing_the_second_time() -> None:
    block = bind()
    with block:
        pass
    block.__exit__(None, None, None)

    assert correlation.current() is None


def test_the_names_of_the_attributes_are_those_of_the_convention() -> None:
    everything = Correlation("r", user_hash="u", session_id="s", tenant_id="t")

    assert everything.attributes() == {
        "otel_monitoring.request.id": "r",
        user_attributes.USER_HASH: "u",
        session_attributes.SESSION_ID: "s",
        "otel_monitoring.tenant.id": "t",
    }
    assert everything.log_fields() == {
        "request_id": "r",
        "user_hash": "u",
        "session_id": "s",
        "tenant_id": "t",
    }


def test_one_context_carries_correlation_and_span() -> None:
    span = started()
    mine = Correlation("r")

    token = attach(correlation.in_context(mine, Context({"other": 1}), span=span))
    found = (correlation.current(), get_current_span(), get_current()["other"])
    detach(token)

    assert found == (mine, span, 1)


def test_a_context_is_asked_for_its_own_correlation() -> None:
    mine = Correlation("r")

    with bind():
        assert correlation.of_context(correlation.in_context(mine)) is mine
        assert correlation.of_context(Context()) is None
        assert correlation.of_context(None) is correlation.current()


def test_a_user_named_in_a_task_is_seen_by_the_request() -> None:
    async def handler() -> None:
        await asyncio.sleep(0)
        correlation.set_user("ada", session_id="visit", tenant_id="acme")

    async def request() -> Correlation:
        with bind() as mine:
            await asyncio.create_task(handler())
            return mine

    seen = asyncio.run(request())

    assert seen.user_hash == correlation.hash_user("ada")
    assert (seen.session_id, seen.tenant_id) == ("visit", "acme")


def test_a_user_named_in_a_thread_is_seen_by_the_request() -> None:
    with bind() as mine:
        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=(correlation.set_user, "ada"))
        thread.start()
        thread.join()

    assert mine.user_hash == correlation.hash_user("ada")


def test_a_user_named_deep_inside_reaches_the_first_and_the_current_span() -> None:
    first, inner = started(), started("inner")
    mine = Correlation("r", span=first)

    token = attach(correlation.in_context(mine, span=inner))
    correlation.set_user("ada")
    detach(token)

    assert first.attributes is not None
    assert inner.attributes is not None
    assert first.attributes["user.hash"] == inner.attributes["user.hash"] == correlation.hash_user("ada")


def test_an_ended_span_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    span = started()
    span.end()

    Correlation("r", span=span).set_tenant("acme")

    assert caplog.records == []


def test_without_a_unit_of_work_the_current_span_hears_of_the_user() -> None:
    span = started()

    token = attach(correlation.in_context(Correlation("r"), span=span))
    correlation.set_session("visit")
    correlation.set_tenant("acme")
    detach(token)

    assert span.attributes is not None
    assert span.attributes["session.id"] == "visit"
    assert span.attributes["otel_monitoring.tenant.id"] == "acme"


def test_naming_a_user_outside_of_everything_does_nothing() -> None:
    correlation.set_user("ada")

    assert correlation.current() is None


def test_what_was_named_can_be_forgotten() -> None:
    mine = Correlation("r", user_hash="u", session_id="s", tenant_id="t")

    mine.set_user(None)
    mine.set_session(None)
    mine.set_tenant(None)

    assert mine.log_fields() == {"request_id": "r"}


@given(st.text(min_size=8).map(lambda text: f"«{text}»"))
def test_a_user_id_never_stands_raw(user_id: str) -> None:
    with bind(user_id=user_id) as mine:
        seen = repr(mine) + repr(mine.attributes()) + repr(mine.log_fields())

    assert user_id not in seen
    assert mine.user_hash is not None


def test_the_hash_depends_on_user_and_key() -> None:
    hash_a, hash_b = correlation.keyed_hash(b"a"), correlation.keyed_hash(b"b")

    assert hash_a("ada") == hash_a("ada")
    assert len({hash_a("ada"), hash_a("bob"), hash_b("ada")}) == 3


def test_without_a_key_a_user_has_one_hash_within_the_process() -> None:
    correlation.configure(hash_user=None)

    assert correlation.hash_user("ada") == correlation.hash_user("ada")
    assert correlation.hash_user("ada") != correlation.keyed_hash(b"key of the tests")("ada")


def test_a_failing_hash_leaves_the_user_unnamed_and_is_counted() -> None:
    def fails(user_id: str) -> str:
        raise LookupError(user_id)

    before = correlation.failures().get("LookupError", 0)
    correlation.configure(hash_user=fails)
    mine = Correlation("r")

    mine.set_user("ada")

    assert mine.user_hash is None
    assert correlation.failures()["LookupError"] == before + 1


def test_a_value_that_cannot_be_written_as_text_is_left_out() -> None:
    class Odd:
        def __str__(self) -> str:
            raise LookupError

    mine = Correlation("r")

    mine.set_user(Odd())
    mine.set_tenant(Odd())

    assert mine.log_fields() == {"request_id": "r"}


def test_session_and_tenant_are_bounded_and_hold_no_control_characters() -> None:
    mine = Correlation("r")

    mine.set_session("a\r\nb\x1b" + "x" * 10_000)
    mine.set_tenant(42)

    assert mine.session_id is not None
    assert mine.session_id.startswith("a??b?x")
    assert len(mine.session_id) == correlation.MAX_VALUE_LENGTH
    assert mine.tenant_id == "42"
