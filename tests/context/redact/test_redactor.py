"""What the redactor does with texts, attributes of any type, headers and user ids."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.context.limits import MAX_TEXT_CHARS
from otel_monitoring.context.redact import MARK, Limits, Redactor
from otel_monitoring.errors import ContextError

KEY = b"a key of the tests, 32 bytes long"
TOKEN = "9f86d081884c7d659a2feaa0c55ad015"

VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(),
        st.binary(),
        st.decimals(),
        st.dates(),
    ),
    lambda inner: st.one_of(
        st.lists(inner), st.tuples(inner, inner), st.dictionaries(st.one_of(st.text(), st.integers()), inner)
    ),
    max_leaves=20,
)


class Colour(Enum):
    RED = "red"


class Broken:
    def __str__(self) -> str:
        msg = "no text for you"
        raise ValueError(msg)


class BrokenMapping(dict[str, int]):
    def items(self) -> Any:
        msg = "no items for you"
        raise OSError(msg)


def redactor(**options: Any) -> Redactor:
    return Redactor(hash_key=KEY, **options)


@given(st.text())
def test_never_raises_on_any_text_and_is_idempotent(text: str) -> None:
    once = redactor().text(text)

    assert redactor().text(once) == once


@given(
    st.lists(
        st.sampled_from(
            [
                "password",
                "=",
                ":",
                " ",
                "token",
                "a@b.cc",
                "://",
                "@",
                '"',
                "'",
                "x1",
                "\\",
                "&",
                "Cookie",
                "[",
                "eyJabcdef.abcdef.x",
                "\n",
                "4111111111111111",
                "-",
                "<",
                ">",
                "%3D",
            ]
        )
    ).map("".join)
)
def test_is_idempotent_on_pieces_of_secrets(text: str) -> None:
    once = redactor().text(text)

    assert redactor().text(once) == once


@given(st.text(max_size=30), VALUES)
def test_never_raises_on_any_attribute(key: str, value: Any) -> None:
    left = redactor().attribute(key, value)

    assert left is None or isinstance(left, (str, bool, int, float, list, tuple, dict))


@given(st.text())
def test_never_raises_on_any_query_url_or_statement_and_is_idempotent(text: str) -> None:
    one = redactor()

    once = (one.query(text), one.url(text), one.sql(text))

    assert (one.query(once[0]), one.url(once[1]), one.sql(once[2])) == once


def test_keeps_numbers_texts_and_their_containers() -> None:
    value = {"n": 1, "ratio": 0.5, "on": True, "none": None, "names": ["a", "b"], "pair": (1, 2)}

    assert redactor().attribute("app.data", value) == value


def test_takes_secrets_out_of_nested_values() -> None:
    value = {"user": {"password": "x1", "mails": ["ann@example.org"]}, "note": "token=" + TOKEN}

    assert redactor().attribute("app.data", value) == {
        "user": {"password": MARK, "mails": [MARK]},
        "note": f"token={MARK}",
    }


def test_keeps_the_form_of_a_list_that_is_secret_by_name() -> None:
    assert redactor().attribute("http.request.header.authorization", ["Bearer x"]) == [MARK]


def test_redacts_numbers_behind_secret_names_but_no_flags() -> None:
    left = redactor().attributes({"pin_code": 1234, "app.password": 5.5, "cookie": True, "csrf": None})

    assert left == {"pin_code": MARK, "app.password": MARK, "cookie": True, "csrf": None}


def test_finds_a_card_number_among_integers() -> None:
    left = redactor().attributes({"a": 4111111111111111, "b": 4111111111111112, "c": [378282246310005]})

    assert left == {"a": MARK, "b": 4111111111111112, "c": [MARK]}


def test_makes_integers_that_do_not_fit_into_64_bits_texts() -> None:
    left = redactor().attribute("n", 2**63)

    assert left == str(2**63)


def test_makes_an_integer_too_long_to_print_a_bounded_text() -> None:
    assert redactor().attribute("n", 10**5000) == "<int>"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("1.5"), "1.5"),
        (Colour.RED, "Colour.RED"),
        (IntEnum("Level", "LOW").LOW, 1),  # type: ignore[attr-defined]
        (b"token=" + TOKEN.encode(), f"token={MARK}"),
        (OrderedDict(a=1), {"a": 1}),
        (Broken(), "<Broken>"),
        ([Broken()], ["<Broken>"]),
        (BrokenMapping(a=1), "<BrokenMapping>"),
    ],
)
def test_makes_odd_values_bounded_texts(value: Any, expected: Any) -> None:
    assert redactor().attribute("app.value", value) == expected


def test_keeps_not_a_number_and_infinity() -> None:
    assert math.isnan(redactor().attribute("x", math.nan))
    assert redactor().attribute("x", math.inf) == math.inf


def test_bounds_a_value_that_contains_itself() -> None:
    value: list[Any] = []
    value.append(value)

    assert len(str(redactor().attribute("loop", value))) < 200


def test_bounds_the_number_of_values_in_one_attribute() -> None:
    value = [[["x"] * 1000] * 1000] * 1000

    left = redactor().attribute("wide", value)

    assert str(left).count("x") <= 512


def test_cuts_long_attributes_and_keeps_both_ends_of_a_stack() -> None:
    limits = Limits(attribute_chars=100, stacktrace_chars=500)
    long = "head " + "x" * 2000 + " tail"

    left = redactor(limits=limits).attributes({"a": long, "exception.stacktrace": long})

    assert len(left["a"]) == 100
    assert len(left["exception.stacktrace"]) <= 500
    assert left["exception.stacktrace"].startswith("head")
    assert left["exception.stacktrace"].endswith("tail")


def test_finds_a_secret_on_the_edge_of_what_is_kept() -> None:
    left = redactor().attribute("note", "x" * 4080 + " password=" + "s" * 60)

    assert "sss" not in left


def test_keeps_128_attributes_and_counts_the_others() -> None:
    one = redactor()

    left = one.attributes({f"k{number}": number for number in range(130)})

    assert len(left) == 128
    assert one.stats() == {"attributes_dropped": 2}


def test_cuts_a_text_of_a_megabyte_before_it_looks_at_it() -> None:
    left = redactor().text("a " * 500_000 + "password=" + TOKEN)

    assert len(left) <= MAX_TEXT_CHARS
    assert left.endswith(f"password={MARK}")


def test_hashes_user_ids_under_the_name_for_hashes() -> None:
    one = redactor()

    left = one.attributes({"user.id": 42, "enduser.id": "ann"})

    assert left == {"user.hash": one.user_id(42), "enduser.pseudo.id": one.user_id("ann")}
    assert one.name("user.id") == "user.hash"


def test_leaves_a_hash_alone_that_is_there_already() -> None:
    left = redactor().attributes({"user.hash": "abc", "user.id": "ann"})

    assert left == {"user.hash": "abc"}


def test_hashes_equal_ids_equally_under_one_key_only() -> None:
    assert redactor().user_id("42") == redactor().user_id(42)
    assert redactor().user_id("42") != Redactor(hash_key=b"another").user_id("42")
    assert len(Redactor().user_id("42")) == 32


def test_refuses_an_empty_hash_key() -> None:
    with pytest.raises(ContextError, match="hash_key is empty"):
        Redactor(hash_key=b"")


def test_refuses_a_pattern_that_is_no_regular_expression() -> None:
    with pytest.raises(ContextError, match=r"patterns holds '\(', expected a regular expression"):
        redactor(patterns=["("])


def test_takes_further_names_and_patterns() -> None:
    one = redactor(extra_keys=["customer_no", "shoe"], patterns=[r"\bACME-\d+"])

    left = one.attributes({"customerNo": "7", "shoe.size": 42, "shoelace": "x", "note": "see ACME-12"})

    assert left == {"customerNo": MARK, "shoe.size": MARK, "shoelace": "x", "note": f"see {MARK}"}
    assert one.text("customer_no=7") == f"customer_no={MARK}"


def test_takes_words_in_place_of_the_built_in_ones() -> None:
    one = redactor(keys=["shoe"])

    assert one.attributes({"shoe": "x", "password": "y"}) == {"shoe": MARK, "password": "y"}
    assert one.text("shoe=x password=y") == f"shoe={MARK} password=y"


def test_allows_names_and_texts() -> None:
    one = redactor(allow=["user.email", "password", "help@example.org"])

    left = one.attributes(
        {"user.email": "ann@example.org", "password": "x", "note": "Help@example.org a@b.cc"}
    )

    assert left == {"user.email": "ann@example.org", "password": "x", "note": f"Help@example.org {MARK}"}


def test_keeps_only_the_sizes_where_it_is_switched_off() -> None:
    one = redactor(enabled=False, limits=Limits(attribute_chars=12))

    assert one.attributes({"password": "x" * 50, "user.id": "ann"}) == {
        "password": "x" * 11 + "…",
        "user.id": "ann",
    }
    assert one.text("password=x") == "password=x"
    assert one.query("token=x") == "token=x"


def test_counts_what_it_took_out_by_kind() -> None:
    one = redactor()

    one.text("ann@example.org and bob@example.org with password=x1")
    one.query("token=1")

    assert one.stats() == {"email": 2, "named": 1, "parameter": 1}


def test_reads_headers_as_mapping_and_as_pairs_of_bytes() -> None:
    as_mapping = redactor().headers({"Accept": "*/*", "Cookie": "a=b"})
    as_pairs = redactor().headers([(b"accept", b"*/*"), (b"Cookie", b"a=b"), (b"cookie", b"c=d")])

    assert as_mapping == {"accept": ["*/*"], "cookie": [MARK]}
    assert as_pairs == {"accept": ["*/*"], "cookie": [MARK, MARK]}


def test_redacts_names_of_attributes_as_well() -> None:
    assert redactor().attributes({"ann@example.org": 1, "": 2}) == {MARK: 1, "_": 2}


def test_stays_bounded_over_many_different_names_and_values() -> None:
    one = redactor()

    for number in range(10_000):
        one.attribute(f"key{number}", f"value{number}")

    assert len(one._plans) <= 2048
    assert len(one._texts) <= 2048


def test_serves_several_threads() -> None:
    one = redactor()
    left: list[str] = []

    def work(number: int) -> None:
        left.extend(one.text(f"{number} password={number}x{round_}") for round_ in range(200))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(left) == 800
    assert all(text.endswith(f"password={MARK}") for text in left)


def stack(message: str, *, source: str = "connect(password='hunter2')") -> str:
    return (
        'Traceback (most recent call last):\n  File "a.py", line 1, in main\n    run()\n'
        f'  File "b.py", line 2, in run\n    {source}\nValueError: {message}\n'
    )


@pytest.mark.parametrize("message", ["token=abc123secret", "token=abc123secret\nand more", "plain", ""])
def test_a_stack_trace_is_redacted_as_a_text_the_first_time_and_the_second(message: str) -> None:
    redactor = Redactor()
    expected = redactor.text(stack(message))

    found = [redactor.attribute("exception.stacktrace", stack(message)) for _ in range(2)]

    assert found == [expected, expected]
    assert "hunter2" not in found[0]
    assert "abc123secret" not in found[0]


def test_the_frames_of_stack_traces_are_remembered_within_bounds() -> None:
    redactor = Redactor()

    for number in range(200):
        redactor.attribute("exception.stacktrace", stack("x", source=f"call({number})"))
    redactor.attribute("exception.stacktrace", stack("x", source="y" * 20_000))

    assert 0 < len(redactor._frames) <= 64
    assert max(map(len, redactor._frames)) <= 16_384


@pytest.mark.parametrize(
    "text", ["no stack at all", 'x\n  File "a.py", line 1, in f', 'x\n  File "a"\n    y', "\n"]
)
def test_what_is_no_whole_stack_trace_is_redacted_all_the_same(text: str) -> None:
    redactor = Redactor()

    assert redactor.attribute("exception.stacktrace", f"{text} password=hunter2") == redactor.text(
        f"{text} password=hunter2"
    )
