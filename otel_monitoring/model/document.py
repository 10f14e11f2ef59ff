"""A document that people are sent: a report, whole, beside alerts that come one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Document:
    """A document in all the forms that channels need.

    Attributes:
        name: What its file is called, without an ending.
        title: What it is called.
        lines: What matters most, for places where there is little room.
        html: The page, whole.
        markdown: The text.
        body: Plain values, for programs.
    """

    name: str
    title: str
    lines: tuple[str, ...]
    html: str
    markdown: str
    body: Mapping[str, Any]
