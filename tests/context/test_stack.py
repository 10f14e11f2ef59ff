from __future__ import annotations

import traceback

import pytest

from otel_monitoring.context import stack


def raised(error: BaseException, *, cause: BaseException | None = None) -> BaseException:
    try:
        raise error from cause  # noqa: TRY301 - it is caught to have a stack
    except BaseException as caught:  # noqa: BLE001 - any exception is wanted
        return caught


def plain(text: str) -> str:
    """The standard library's layout without its carets."""
    return "".join(
        line for line in text.splitlines(keepends=True) if not line.strip() or set(line.strip()) - set("^~")
    )


def test_a_stack_reads_like_the_standard_librarys_without_carets() -> None:
    error = raised(ValueError("wrong"))

    assert stack.format_exception(error) == plain("".join(traceback.format_exception(error)))


def test_a_cause_comes_first_and_is_named_as_such() -> None:
    cause = raised(KeyError("inner"))
    error = raised(ValueError("outer"), cause=cause)

    assert stack.format_exception(error) == plain("".join(traceback.format_exception(error)))


def test_a_context_is_named_as_such_unless_it_is_suppressed() -> None:
    def provoke(*, suppress: bool) -> BaseException:
        try:
            try:
                raise KeyError("inner")  # noqa: EM101, TRY301 - it is caught to have a stack
            except KeyError:
                if suppress:
                    raise ValueError("outer") from None  # noqa: EM101 - a test
                raise ValueError("outer")  # noqa: B904, EM101 - a test
        except ValueError as caught:
            return caught

    assert "During handling of the above" in stack.format_exception(provoke(suppress=False))
    assert "KeyError" not in stack.format_exception(provoke(suppress=True))


def test_a_long_stack_keeps_head_and_tail() -> None:
    error = raised(ValueError("x" * 5000))

    text = stack.format_exception(error, max_chars=500)

    assert len(text) <= 500
    assert text.startswith("Traceback (most recent call last):")
    assert text.endswith("x\n")
    assert "characters cut" in text


def test_a_deep_recursion_is_bounded() -> None:
    def dive(depth: int) -> None:
        if not depth:
            msg = "bottom"
            raise ValueError(msg)
        dive(depth - 1)

    with pytest.raises(ValueError, match="bottom") as caught:
        dive(500)

    text = stack.format_exception(caught.value)
    assert text.count("in dive") == 199
    assert "frames cut" in text


def test_a_message_that_cannot_be_written_says_so() -> None:
    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    text = stack.format_exception(raised(MuteError()))

    assert "MuteError.__str__ raised RuntimeError" in text


def test_notes_and_groups_are_written() -> None:
    inner = raised(ValueError("one"))
    group = raised(BaseExceptionGroup("several", [inner, KeyError("two")]))
    group.add_note("seen at night")

    text = stack.format_exception(group)

    assert "seen at night" in text
    assert "ValueError: one" in text
    assert "2 of 2" in text


def test_what_refers_to_itself_ends() -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first

    assert stack.format_exception(first).count("ValueError") == 2


@pytest.mark.parametrize(
    ("error", "name"),
    [(ValueError(), "ValueError"), (pytest.UsageError(), "pytest.UsageError")],
)
def test_a_type_is_qualified_unless_it_is_built_in(error: BaseException, name: str) -> None:
    assert stack.type_name(error) == name


def test_frames_are_remembered_within_bounds() -> None:
    for number in range(stack._KEPT + 10):
        namespace: dict[str, object] = {}
        exec(compile("def f(): raise ValueError", f"<{number}>", "exec"), namespace)
        try:
            namespace["f"]()  # type: ignore[operator]
        except ValueError as error:
            stack.format_exception(error)

    assert len(stack._frames) <= stack._KEPT


def test_an_error_that_is_marked_is_known_as_recorded() -> None:
    error = ValueError("wrong")

    before = stack.is_recorded(error)
    stack.mark_recorded(error)

    assert not before
    assert stack.is_recorded(error)
    assert not stack.is_recorded(None)


def test_an_error_that_takes_no_mark_stays_unrecorded() -> None:
    class Closed(Exception):  # noqa: N818 - it says what it is
        def __setattr__(self, name: str, value: object) -> None:
            raise AttributeError(name)

    error = Closed()

    stack.mark_recorded(error)

    assert not stack.is_recorded(error)
