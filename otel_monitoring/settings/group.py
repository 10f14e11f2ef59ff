"""What every group of options is: a frozen value, closed against names that nobody reads."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field


class Group(BaseModel):
    """Options of one part: frozen, and closed against names that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    shorthand: ClassVar[str] = ""
    """The option that is meant where the group is given a list or a text in place of a table."""


def option(default: Any, description: str) -> Any:
    """Return a field with a default that is copied and one line of explanation."""
    return Field(default=default, description=description)
