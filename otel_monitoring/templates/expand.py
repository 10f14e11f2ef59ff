"""The Go text templates of labels and annotations (alerting semantics S4).

A template is parsed once and expanded for every alert at every evaluation. Expanding never runs longer
than a bounded number of steps and never reaches into Python objects: fields are looked up in maps, in
samples and in the four values that a template is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from otel_monitoring.templates import functions, go_format, quantities
from otel_monitoring.templates.compare import AnyMap, is_true
from otel_monitoring.templates.functions import FUNCTIONS, LAZY, Context, Sample
from otel_monitoring.templates.lexer import TemplateError
from otel_monitoring.templates.nodes import (
    Action,
    Call,
    Chain,
    Command,
    Constant,
    Dot,
    Field,
    Function,
    If,
    Leave,
    Nil,
    Pipe,
    Range,
    Text,
    Variable,
    With,
)
from otel_monitoring.templates.parser import parse
from otel_monitoring.templates.records import Method, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.templates.functions import Function as TableFunction
    from otel_monitoring.templates.nodes import Body, Node, Operand, Parsed

_MOST_STEPS = 100_000
_MOST_OUTPUT = 1_000_000
_DEEPEST_CALL = 100
_VARIABLES = ("$labels", "$value", "$externalLabels", "$externalURL")


@dataclass(frozen=True, slots=True)
class Data:
    """What a template is expanded with.

    Attributes:
        labels: The labels of the sample, the metric's name included where the expression kept it.
        value: The value of the expression.
        external_labels: The labels that are added on sending.
        context: What functions need.
    """

    labels: Mapping[str, str]
    value: float
    external_labels: Mapping[str, str] = field(default_factory=dict)
    context: Context = field(default_factory=Context)

    def go_fields(self) -> tuple[object, ...]:
        """Return what Go's struct holds, in its order."""
        return (self.labels, self.external_labels, self.context.external_url, self.value)

    def __str__(self) -> str:
        """Write it as Go writes a struct; ``{{ . }}`` prints this."""
        return f"{{{' '.join(map(go_format.format_value, self.go_fields()))}}}"


class Template:
    """One parsed template.

    Args:
        text: A Go text template.

    Raises:
        TemplateError: It does not parse, or names a variable or a function that does not exist.
    """

    __slots__ = ("_parsed", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._parsed: Parsed | None = None
        if "{{" in text:
            self._parsed = parse(text, functions=FUNCTIONS, variables=_VARIABLES)

    def expand(self, data: Data) -> str:
        """Return the text; what fails while expanding is told in the text, as S4.4 has it."""
        if self._parsed is None:
            return self.text
        try:
            return _Run(self._parsed, data, variables=_variables(data), context=data.context).text()
        except TemplateError as error:
            return f"<error expanding template: {error}>"


def expand_parsed(
    parsed: Parsed,
    dot: object,
    *,
    context: Context,
    functions: Mapping[str, TableFunction],
    escape: Callable[[object], str] | None = None,
) -> str:
    """Return the text of a template with functions of its own.

    Args:
        parsed: The template, with the templates that it may call.
        dot: What it is about.
        context: What functions need.
        functions: The functions that it was parsed with.
        escape: Applied to every value that is printed.

    Raises:
        TemplateError: It fails.
    """
    return _Run(parsed, dot, variables=(), context=context, table=functions, escape=escape).text()


def _variables(data: Data) -> list[tuple[str, object]]:
    return [
        ("$labels", data.labels),
        ("$value", data.value),
        ("$externalLabels", data.external_labels),
        ("$externalURL", data.context.external_url),
    ]


class _Loop(Exception):  # noqa: N818 - control flow, not an error
    """``break`` or ``continue`` on its way to the loop."""

    def __init__(self, *, ends: bool) -> None:
        super().__init__()
        self.ends = ends


class _Run:
    """One expansion."""

    def __init__(
        self,
        parsed: Parsed,
        dot: object,
        *,
        variables: Sequence[tuple[str, object]],
        context: Context,
        table: Mapping[str, TableFunction] = FUNCTIONS,
        escape: Callable[[object], str] | None = None,
    ) -> None:
        self._parsed = parsed
        self._dot = dot
        self._context = context
        self._table = table
        self._printed = escape or _printed
        self._out: list[str] = []
        self._length = self._steps = self._calls = 0
        self._variables: list[tuple[str, object]] = [("$", dot), *variables]

    def text(self) -> str:
        self._body(self._parsed.body, self._dot)
        return "".join(self._out)

    # ---- nodes

    def _body(self, body: Body, dot: object) -> None:
        known = len(self._variables)
        try:
            for node in body:
                self._step()
                self._node(node, dot)
        finally:
            del self._variables[known:]

    def _node(self, node: Node, dot: object) -> None:
        if isinstance(node, Text):
            self._write(node.text)
        elif isinstance(node, Action):
            value = self._pipe(node.pipe, dot)
            if not node.pipe.variables:
                self._write(self._printed(value))
        elif isinstance(node, Call):
            self._call(node, dot)
        elif isinstance(node, Leave):
            raise _Loop(ends=node.ends)
        else:
            self._control(node, dot)

    def _control(self, node: If | With | Range, dot: object) -> None:
        known = len(self._variables)
        try:
            value = self._pipe(node.pipe, dot)
            if isinstance(node, Range):
                self._range(node, value, dot)
            elif is_true(value):
                self._body(node.body, value if isinstance(node, With) else dot)
            else:
                self._body(node.otherwise, dot)
        finally:
            del self._variables[known:]

    def _range(self, node: Range, value: object, dot: object) -> None:
        elements = _elements(value, variables=len(node.pipe.variables))
        if not elements:
            self._body(node.otherwise, dot)
        for key, element in elements:
            self._step()
            known = len(self._variables)
            names = node.pipe.variables
            for name, assigned in zip(names, (key, element)[-len(names) :], strict=False):
                self._assign(name, assigned, declares=node.pipe.declares)
            try:
                self._body(node.body, element)
            except _Loop as leave:
                if leave.ends:
                    break
            finally:
                del self._variables[known:]

    def _call(self, node: Call, dot: object) -> None:
        body = self._parsed.defined.get(node.name)
        if body is None:
            msg = f'template "{node.name}" not defined'
            raise TemplateError(msg)
        value = None if node.pipe is None else self._pipe(node.pipe, dot)
        self._calls += 1
        if self._calls > _DEEPEST_CALL:
            msg = f"templates call each other more than {_DEEPEST_CALL} deep"
            raise TemplateError(msg)
        outer, self._variables = self._variables, [("$", value)]
        self._body(body, value)
        self._variables = outer
        self._calls -= 1

    # ---- values

    def _pipe(self, pipe: Pipe, dot: object) -> object:
        value: object = None
        for position, command in enumerate(pipe.commands):
            self._step()
            value = self._command(command, dot, last=(value,) if position else ())
        for name in pipe.variables[-1:]:
            self._assign(name, value, declares=pipe.declares)
        return value

    def _assign(self, name: str, value: object, *, declares: bool) -> None:
        if declares:
            self._variables.append((name, value))
            return
        for position in range(len(self._variables) - 1, -1, -1):
            if self._variables[position][0] == name:
                self._variables[position] = (name, value)
                return
        msg = f"undefined variable: {name}"
        raise TemplateError(msg)

    def _command(self, command: Command, dot: object, *, last: tuple[object, ...]) -> object:
        first, rest = command.operands[0], command.operands[1:]
        if isinstance(first, Function):
            return self._function(first.name, rest, dot, last=last)
        if rest or last:
            if isinstance(first, Field | Variable | Chain):
                arguments = [self._operand(operand, dot) for operand in rest]
                return self._method(first, dot, [*arguments, *last])
            msg = "can't give argument to non-function"
            raise TemplateError(msg)
        if isinstance(first, Nil):
            msg = "nil is not a command"
            raise TemplateError(msg)
        return self._operand(first, dot)

    def _function(
        self, name: str, operands: tuple[Operand, ...], dot: object, *, last: tuple[object, ...]
    ) -> object:
        if name in LAZY:
            return self._lazy(name, operands, dot, last=last)
        arguments = [self._operand(operand, dot) for operand in operands]
        return functions.call(name, [*arguments, *last], self._context, self._table)

    def _lazy(
        self, name: str, operands: tuple[Operand, ...], dot: object, *, last: tuple[object, ...]
    ) -> object:
        """Return the first operand that decides, else the last one."""
        decides = name == "or"
        value: object = None
        for operand in operands:
            value = self._operand(operand, dot)
            if is_true(value) is decides:
                return value
        if not operands and not last:
            msg = f"wrong number of args for {name}: want at least 1 got 0"
            raise TemplateError(msg)
        return last[0] if last else value

    def _operand(self, operand: Operand, dot: object) -> object:
        if isinstance(operand, Constant):
            return operand.value
        if isinstance(operand, Pipe):
            return self._pipe(operand, dot)
        if isinstance(operand, Function):
            return self._function(operand.name, (), dot, last=())
        return self._looked_up(operand, dot)

    def _looked_up(self, operand: Dot | Nil | Field | Variable | Chain, dot: object) -> object:
        if isinstance(operand, Nil):
            return None
        if isinstance(operand, Dot):
            return dot
        if isinstance(operand, Field):
            return _fields(dot, operand.names)
        if isinstance(operand, Variable):
            return _fields(self._variable(operand.name), operand.names)
        return _fields(self._operand(operand.operand, dot), operand.names)

    def _method(self, operand: Field | Variable | Chain, dot: object, arguments: Sequence[object]) -> object:
        if operand.names:
            owner = self._looked_up(replace(operand, names=operand.names[:-1]), dot)
            method = _raw_field(owner, operand.names[-1])
            if isinstance(method, Method):
                return method(*arguments)
        msg = "can't give argument to non-function"
        raise TemplateError(msg)

    def _variable(self, name: str) -> object:
        for known, value in reversed(self._variables):
            if known == name:
                return value
        msg = f"undefined variable: {name}"
        raise TemplateError(msg)

    # ---- bounds

    def _step(self) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            msg = f"takes more than {_MOST_STEPS} steps"
            raise TemplateError(msg)

    def _write(self, text: str) -> None:
        self._length += len(text)
        if self._length > _MOST_OUTPUT:
            msg = f"gives more than {_MOST_OUTPUT} characters"
            raise TemplateError(msg)
        self._out.append(text)


def _fields(value: object, names: tuple[str, ...]) -> object:
    for name in names:
        value = _field(value, name)
    return value


def _field(value: object, name: str) -> object:
    found = _raw_field(value, name)
    return found() if isinstance(found, Method) else found


def _raw_field(value: object, name: str) -> object:
    if isinstance(value, Record):
        fields = value.template_fields()
        if name in fields:
            return fields[name]
    if isinstance(value, Mapping):
        return value.get(name, None if isinstance(value, AnyMap) else "")
    known: dict[str, object] = {}
    if isinstance(value, Data):
        known = {
            "Labels": value.labels,
            "Value": value.value,
            "ExternalLabels": value.external_labels,
            "ExternalURL": value.context.external_url,
        }
    elif isinstance(value, Sample):
        known = {"Labels": value.labels, "Value": value.value}
    if name in known:
        return known[name]
    what = "nil data" if value is None else f"type {go_format.type_name(value)}"
    msg = f"can't evaluate field {name} in {what}"
    raise TemplateError(msg)


def _elements(value: object, *, variables: int) -> list[tuple[object, object]]:
    if isinstance(value, Mapping):
        return [(key, value[key]) for key in sorted(value)]
    if isinstance(value, list):
        return list(enumerate(value))
    if isinstance(value, int) and not isinstance(value, bool) and variables <= 1:
        return [(n, n) for n in range(min(value, _MOST_STEPS + 1))]
    if value is None:
        return []
    msg = f"range can't iterate over {go_format.format_value(value)}"
    raise TemplateError(msg)


def _printed(value: object) -> str:
    if value is None:
        return "<no value>"
    if isinstance(value, datetime):
        return quantities.time_text(value)
    return go_format.format_value(value)
