"""What a parsed template is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: text, a number, a boolean."""

    value: str | float | bool


@dataclass(frozen=True, slots=True)
class Nil:
    """The word ``nil``."""


@dataclass(frozen=True, slots=True)
class Dot:
    """The current value."""


@dataclass(frozen=True, slots=True)
class Field:
    """``.Labels.job``: names looked up one after another from the current value."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """``$labels.job``: a variable, and names looked up from its value."""

    name: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """``(query "up" | first).Value``: names looked up from what an operand gives."""

    operand: Operand
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """The name of a function."""

    name: str


@dataclass(frozen=True, slots=True)
class Command:
    """Operands side by side; the first may be a function, the rest are its arguments."""

    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Pipe:
    """Commands joined by ``|``, whose result may go to variables.

    Attributes:
        commands: At least one.
        variables: What the result is given to, with the leading ``$``.
        declares: Whether the variables are new (``:=``) or exist already (``=``).
    """

    commands: tuple[Command, ...]
    variables: tuple[str, ...] = ()
    declares: bool = True


Operand: TypeAlias = Constant | Nil | Dot | Field | Variable | Chain | Function | Pipe


@dataclass(frozen=True, slots=True)
class Text:
    """What is printed as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Action:
    """A pipe whose result is printed, unless it goes to a variable."""

    pipe: Pipe


@dataclass(frozen=True, slots=True)
class If:
    """``if``, one body or the other."""

    pipe: Pipe
    body: Body
    otherwise: Body = ()


@dataclass(frozen=True, slots=True)
class With:
    """``with``: the body with the value as dot where it is not empty."""

    pipe: Pipe
    body: Body
    otherwise: Body = ()


@dataclass(frozen=True, slots=True)
class Range:
    """``range``: the body once per element."""

    pipe: Pipe
    body: Body
    otherwise: Body = ()


@dataclass(frozen=True, slots=True)
class Call:
    """``template``: another template by name, with the value of the pipe as its dot."""

    name: str
    pipe: Pipe | None


@dataclass(frozen=True, slots=True)
class Leave:
    """``break`` or ``continue``.

    Attributes:
        ends: Whether it ends the loop rather than the turn.
    """

    ends: bool


Node: TypeAlias = Text | Action | If | With | Range | Call | Leave
Body: TypeAlias = tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A template and those that it defines."""

    body: Body
    defined: dict[str, Body]
