"""The page that a link in a message opens: plain HTML for a phone, with nothing from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Literal, TypeAlias

from otel_monitoring.api.plain_page import document

if TYPE_CHECKING:
    from collections.abc import Sequence

Mood: TypeAlias = Literal["ask", "done", "late"]


@dataclass(frozen=True, slots=True)
class Subject:
    """One alert, as the page names it.

    Attributes:
        title: What it is.
        detail: Which series, and since when.
        severity: How bad it is.
    """

    title: str
    detail: str
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page says, and what it asks before anything is done.

    Attributes:
        mood: Whether it asks, says that something is done, or that it is too late.
        title: In a few words.
        text: In a sentence or two.
        subjects: The alerts.
        more: How many further alerts there are.
        matchers: What a silence would match.
        choices: How long something may last: values of the form, and how they read.
        button: What the button says; empty for no form.
    """

    mood: Mood
    title: str
    text: str
    subjects: Sequence[Subject] = ()
    more: int = 0
    matchers: Sequence[str] = ()
    choices: Sequence[tuple[str, str]] = field(default=())
    button: str = ""


_MARKS: dict[Mood, str] = {"ask": "", "done": "✓", "late": "!"}


def link_page(asked: Asked) -> str:
    """Write the page."""
    mark = _MARKS[asked.mood]
    parts = [
        f'<div class="mark" aria-hidden="true">{mark}</div>' if mark else "",
        f"<h1>{escape(asked.title)}</h1>",
        f"<p>{escape(asked.text)}</p>",
        _subjects(asked),
        _matchers(asked.matchers),
        _form(asked) if asked.button else "",
    ]
    return document(asked.title, "".join(parts), mood=asked.mood)


def _subjects(asked: Asked) -> str:
    items = "".join(_subject(one) for one in asked.subjects)
    more = f"<p>and {asked.more} more</p>" if asked.more else ""
    return f"<ul>{items}</ul>{more}" if items else ""


def _subject(one: Subject) -> str:
    known = one.severity if one.severity in ("critical", "warning", "info") else "warning"
    return f'<li class="{known}"><b>{escape(one.title)}</b><span>{escape(one.detail)}</span></li>'


def _matchers(matchers: Sequence[str]) -> str:
    lines = "<br>".join(f"<code>{escape(one)}</code>" for one in matchers)
    return f"<p>It covers every alert with<br>{lines}</p>" if lines else ""


def _form(asked: Asked) -> str:
    options = "".join(
        f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in asked.choices
    )
    choice = f'<label>For how long<select name="for">{options}</select></label>' if options else ""
    return (
        f'<form method="post">{choice}<label>Your name, if others should see it'
        '<input name="name" maxlength="80" autocomplete="name"></label>'
        f'<button type="submit">{escape(asked.button)}</button></form>'
    )
