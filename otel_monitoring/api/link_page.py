"""The page that a link in a message opens: plain HTML for a phone, with nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Mood: TypeAlias = Literal["ask", "done", "late"]

_STYLE = """
:root{color-scheme:light dark;--page:#f3f4f6;--card:#fff;--text:#111827;--quiet:#4b5563;--line:#e5e7eb;
--accent:#1d4ed8;--edge:#b45309}
@media(prefers-color-scheme:dark){:root{--page:#0b0f19;--card:#161c2a;--text:#f3f4f6;--quiet:#a3adbd;
--line:#2b3446;--accent:#2563eb}}
*{box-sizing:border-box}
body{margin:0;padding:24px 16px;background:var(--page);color:var(--text);
font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}
main{max-width:520px;margin:0 auto;background:var(--card);border:1px solid var(--line);border-radius:12px;
padding:24px;overflow-wrap:anywhere}
h1{font-size:22px;line-height:1.3;margin:0 0 8px}
p{margin:0 0 16px;color:var(--quiet)}
ul{list-style:none;margin:0 0 16px;padding:0}
li{margin:0 0 8px;padding:12px 14px;border:1px solid var(--line);border-left:4px solid var(--edge);
border-radius:8px}
li b{display:block;font-weight:600;line-height:1.35}
li span{display:block;margin-top:2px;color:var(--quiet);font-size:14px}
.critical{--edge:#dc2626}.info{--edge:#2563eb}.warning{--edge:#d97706}
label{display:block;font-size:14px;font-weight:600;margin:0 0 16px}
input,select{display:block;width:100%;margin-top:6px;padding:11px 12px;font:inherit;font-size:16px;
font-weight:400;color:inherit;background:var(--card);border:1px solid #8b94a3;border-radius:8px}
button{width:100%;padding:14px;font:inherit;font-weight:600;color:#fff;background:var(--accent);border:0;
border-radius:8px;cursor:pointer}
button:focus-visible,input:focus-visible,select:focus-visible{outline:3px solid #93c5fd;outline-offset:2px}
code{font:13px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--text)}
.mark{width:44px;height:44px;margin:0 0 14px;border-radius:50%;font-size:22px;line-height:44px;
text-align:center;color:#fff;background:#6b7280}
.done .mark{background:#15803d}
.done p:last-child,.late p:last-child{margin-bottom:0}
"""

_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
"""What keeps the page from showing, loading or giving away anything else."""


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
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex,nofollow">'
        f"<title>{escape(asked.title)}</title><style>{_STYLE}</style></head>"
        f'<body><main class="{asked.mood}">{"".join(parts)}</main></body></html>'
    )


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
