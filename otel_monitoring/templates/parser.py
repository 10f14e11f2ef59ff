"""From the tokens of a Go template to a tree.

Source: the documentation of Go's ``text/template``. Names are checked here, so that an undefined
variable or function makes a rule file invalid before anything runs (alerting semantics S1.5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from otel_monitoring.templates import literals
from otel_monitoring.templates.lexer import TemplateError, Token, tokens
from otel_monitoring.templates.nodes import (
    Action,
    Body,
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
    Node,
    Operand,
    Parsed,
    Pipe,
    Range,
    Text,
    Variable,
    With,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

T = TypeVar("T")

_DEEPEST = 50
_CONTROL: dict[str, type[If | With | Range]] = {"if": If, "with": With, "range": Range}
_KEYWORDS = {*_CONTROL, "define", "block", "template", "else", "end", "break", "continue"}


def parse(text: str, *, functions: Collection[str], variables: Collection[str] = ()) -> Parsed:
    """Return the tree of a template.

    Args:
        text: The template.
        functions: The names of the functions that exist.
        variables: The names of the variables that exist at the start, with their ``$``.

    Raises:
        TemplateError: The template does not parse, or names what does not exist.
    """
    return _Parser(text, functions=functions, variables=variables).parse()


class _Parser:
    def __init__(self, text: str, *, functions: Collection[str], variables: Collection[str]) -> None:
        self._tokens = list(tokens(text))
        self._at = 0
        self._functions = functions
        self._initial = ["$", *variables]
        self._variables = list(self._initial)
        self._defined: dict[str, Body] = {}
        self._loops = 0
        self._depth = 0

    def parse(self) -> Parsed:
        body, ended_by = self._body()
        if ended_by.kind != "end":
            raise _error(ended_by, f"unexpected {{{{{ended_by.text}}}}}")
        return Parsed(body=body, defined=self._defined)

    # ---- tokens

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._tokens[self._at]
        self._at += token.kind != "end"
        return token

    def _skip_space(self) -> Token:
        while self._peek().kind == "space":
            self._next()
        return self._peek()

    def _close(self, context: str) -> None:
        self._skip_space()
        token = self._next()
        if token.kind != "close":
            raise _unexpected(token, context)

    # ---- lists of nodes

    def _body(self) -> tuple[Body, Token]:
        """Return nodes up to ``else``, ``end`` or the end of the text, and what ended them."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _error(self._peek(), f"nested more than {_DEEPEST} levels deep")
        nodes: list[Node] = []
        while True:
            token = self._next()
            if token.kind == "text":
                nodes.append(Text(token.text))
                continue
            if token.kind == "open":
                word = self._skip_space()
                if word.kind == "word" and word.text in ("else", "end"):
                    token = self._next()
                else:
                    nodes += self._action()
                    continue
            self._depth -= 1
            return tuple(nodes), token

    def _action(self) -> list[Node]:
        token = self._peek()
        if token.kind != "word" or token.text not in _KEYWORDS:
            pipe = self._pipe("command", end="close")
            return [Action(pipe)]
        self._next()
        if token.text in _CONTROL:
            return [self._control(token.text)]
        parse: dict[str, Callable[[Token], list[Node]]] = {
            "define": self._define,
            "block": self._block,
            "template": self._call,
            "break": self._leave,
            "continue": self._leave,
        }
        return parse[token.text](token)

    # ---- what keywords begin

    def _control(self, word: str) -> Node:
        known = len(self._variables)
        pipe = self._pipe(word, end="close")
        self._loops += word == "range"
        body, ended_by = self._body()
        self._loops -= word == "range"
        otherwise: Body = ()
        if ended_by.text == "else":
            otherwise = self._otherwise(word)
        elif ended_by.text == "end":
            self._close("end")
        else:
            raise _error(ended_by, f"unexpected end of the template in {{{{{word}}}}}")
        del self._variables[known:]
        return _CONTROL[word](pipe, body, otherwise)

    def _otherwise(self, word: str) -> Body:
        """Parse what follows the word ``else``; ``else if`` and ``else with`` share the ``end``."""
        token = self._skip_space()
        if token.kind == "word" and token.text == word and word in ("if", "with"):
            self._next()
            return (self._control(word),)
        self._close("else")
        body, ended_by = self._body()
        if ended_by.text != "end":
            raise _error(ended_by, f"expected end; found {ended_by.text or 'the end of the template'!r}")
        self._close("end")
        return body

    def _define(self, token: Token) -> list[Node]:
        if self._depth > 1:
            raise _error(token, "unexpected {{define}}")
        name = self._name("define")
        self._close("define clause")
        self._add(token, name, self._definition(token))
        return []

    def _block(self, token: Token) -> list[Node]:
        name = self._name("block")
        pipe = self._pipe("block", end="close")
        self._add(token, name, self._definition(token))
        return [Call(name, pipe)]

    def _add(self, token: Token, name: str, body: Body) -> None:
        """Keep a definition; of two only one may hold more than white space."""
        if name in self._defined and not _is_blank(self._defined[name]):
            if not _is_blank(body):
                raise _error(token, f"multiple definition of template {name!r}")
            return
        self._defined[name] = body

    def _definition(self, token: Token) -> Body:
        outer, self._variables = self._variables, ["$"]
        body, ended_by = self._body()
        if ended_by.text != "end":
            raise _error(token, f"unexpected {ended_by.text!r} in {token.text} clause")
        self._close("end")
        self._variables = outer
        return body

    def _call(self, _token: Token) -> list[Node]:
        name = self._name("template")
        if self._skip_space().kind == "close":
            self._next()
            return [Call(name, None)]
        return [Call(name, self._pipe("template", end="close"))]

    def _name(self, context: str) -> str:
        self._skip_space()
        token = self._next()
        if token.kind != "string":
            raise _unexpected(token, f"{context} clause")
        return _literal(token, literals.unquote)

    def _leave(self, token: Token) -> list[Node]:
        self._close(token.text)
        if not self._loops:
            raise _error(token, f"{{{{{token.text}}}}} outside {{{{range}}}}")
        return [Leave(ends=token.text == "break")]

    # ---- pipes

    def _pipe(self, context: str, *, end: str) -> Pipe:
        variables, declares = self._assignment(context)
        commands: list[Command] = []
        while True:
            token = self._skip_space()
            if token.kind == end:
                self._next()
                break
            commands.append(self._command(context, end=end))
        if not commands:
            raise _error(token, f"missing value for {context}")
        for stage, command in enumerate(commands[1:], start=2):
            if isinstance(command.operands[0], Constant | Dot | Nil):
                raise _error(token, f"non executable command in pipeline stage {stage}")
        return Pipe(tuple(commands), variables, declares)

    def _assignment(self, context: str) -> tuple[tuple[str, ...], bool]:
        """Parse ``$x :=``, ``$x =`` or, in a range, ``$i, $x :=``; nothing where there is none."""
        start = self._at
        names: list[str] = []
        while self._skip_space().kind == "variable":
            names.append(self._next().text)
            token = self._skip_space()
            if token.kind in ("=", ":="):
                self._next()
                self._variables += names
                return tuple(names), token.kind == ":="
            if token.kind != ",":
                break
            if context != "range" or len(names) > 1:
                raise _error(token, f"too many declarations in {context}")
            self._next()
        if len(names) > 1:
            raise _error(self._peek(), "range can only initialize variables")
        self._at = start
        return (), True

    def _command(self, context: str, *, end: str) -> Command:
        operands: list[Operand] = []
        while True:
            self._skip_space()
            operand = self._operand()
            if operand is not None:
                operands.append(operand)
            token = self._peek()
            if token.kind == "space":
                continue
            if token.kind == "|":
                self._next()
            elif token.kind != end:
                raise _unexpected(token, "operand" if operands else context)
            break
        if not operands:
            raise _error(token, "empty command")
        return Command(tuple(operands))

    def _operand(self) -> Operand | None:
        term = self._term()
        names: list[str] = []
        while term is not None and self._peek().kind == "field":
            names.append(self._next().text[1:])
        if term is None or not names:
            return term
        if isinstance(term, Field):
            return Field((*term.names, *names))
        if isinstance(term, Variable):
            return Variable(term.name, (*term.names, *names))
        if isinstance(term, Constant | Nil | Dot):
            raise _error(self._peek(), f"unexpected . after term, before {names[0]!r}")
        return Chain(term, tuple(names))

    def _term(self) -> Operand | None:
        token = self._peek()
        if token.kind == "(":
            self._next()
            self._depth += 1
            if self._depth > _DEEPEST:
                raise _error(token, f"nested more than {_DEEPEST} levels deep")
            pipe = self._pipe("parenthesized pipeline", end=")")
            self._depth -= 1
            return pipe
        operand = self._operand_of(token)
        if operand is not None:
            self._next()
        return operand

    def _operand_of(self, token: Token) -> Operand | None:
        parse: dict[str, Callable[[Token], Operand]] = {
            "field": lambda token: Field((token.text[1:],)),
            "variable": self._variable,
            ".": lambda _: Dot(),
            "word": self._word,
            "string": lambda token: Constant(_literal(token, literals.unquote)),
            "char": lambda token: Constant(_literal(token, literals.character)),
            "number": lambda token: Constant(_literal(token, literals.number)),
        }
        return parse[token.kind](token) if token.kind in parse else None

    def _variable(self, token: Token) -> Variable:
        if token.text not in self._variables:
            raise _error(token, f'undefined variable "{token.text}"')
        return Variable(token.text)

    def _word(self, token: Token) -> Operand:
        if token.text in ("true", "false"):
            return Constant(token.text == "true")
        if token.text == "nil":
            return Nil()
        if token.text in _KEYWORDS or token.text not in self._functions:
            raise _error(token, f'function "{token.text}" not defined')
        return Function(token.text)


def _literal(token: Token, read: Callable[[str], T]) -> T:
    try:
        return read(token.text)
    except ValueError as error:
        raise _error(token, str(error)) from None


def _unexpected(token: Token, context: str) -> TemplateError:
    what = token.text.strip() or {"close": "}}", "end": "end of the template"}.get(token.kind, "space")
    return _error(token, f"unexpected {what!r} in {context}")


def _error(token: Token, message: str) -> TemplateError:
    return TemplateError(f"template line {token.line}: {message}")


def _is_blank(body: Body) -> bool:
    return all(isinstance(node, Text) and not node.text.strip() for node in body)
