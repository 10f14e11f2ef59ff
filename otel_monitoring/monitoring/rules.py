"""``monitoring.rules``: the rules of a running instance, for the code of the application."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from otel_monitoring.alerts.rules.book import Mode, RuleBook
    from otel_monitoring.alerts.rules.rule import RuleFile
    from otel_monitoring.alerts.rules.simple import AlertRule

_ACTOR = "python"


class Rules:
    """Add, switch, remove and export rules while the application runs; thread-safe.

    Args:
        book: Returns the book of rules, made at the first question; ``None`` for an instance that is switched
            off, whose rules are kept and never evaluated.
    """

    def __init__(self, book: Callable[[], RuleBook] | None = None) -> None:
        self._book = book
        self._unused: RuleBook | None = None
        self._lock = threading.Lock()

    def put(self, rule: AlertRule) -> bool:
        """Add a rule, or put it in the place of the one of that name; return whether it is new.

        It is evaluated from the next second on, and gone with the process.

        Raises:
            RuleError: It is no ``AlertRule``, or there are a thousand already.
        """
        check_rules((rule,))
        return self._kept().put(rule, actor=_ACTOR)

    def remove(self, name: str) -> None:
        """Remove a rule that :meth:`put` or the API added.

        Raises:
            RuleError: There is none of that name, or it comes from elsewhere and can only be switched off.
        """
        self._kept().remove(name, actor=_ACTOR)

    def set_mode(self, name: str, mode: Mode) -> None:
        """Switch a rule, wherever it comes from: ``enabled``, ``disabled`` or ``observe``.

        Raises:
            RuleError: There is no such rule, or no such mode.
        """
        self._kept().set_mode(name, mode, actor=_ACTOR)

    def mode(self, name: str) -> Mode:
        """Return whether a rule is evaluated, and whether anybody is told.

        Raises:
            RuleError: There is no such rule.
        """
        known = self.names()
        if name not in known:
            from otel_monitoring.errors import RuleError

            msg = f"rule {name!r} does not exist: expected one of {', '.join(sorted(known)) or 'none'}"
            raise RuleError(msg)
        return self._kept().mode(name)

    def names(self) -> frozenset[str]:
        """Return the names of all alerting rules, those that are off included."""
        return self._kept().names()

    def own(self) -> list[AlertRule]:
        """Return the rules that came from Python or were made at run time."""
        return self._kept().own_rules()

    def reload(self) -> RuleFile:
        """Read the rule files anew; where one is not valid everything stays as it is.

        Raises:
            RuleError: Files are not valid; the error holds the problems of all of them.
        """
        return self._kept().reload(actor=_ACTOR)

    def export(self) -> str:
        """Return everything that is evaluated as one rule file of Prometheus."""
        return self._kept().export()

    def _kept(self) -> RuleBook:
        if self._book is not None:
            return self._book()
        with self._lock:
            if self._unused is None:
                self._unused = _unused_book()
            return self._unused


def check_rules(rules: Iterable[object]) -> tuple[AlertRule, ...]:
    """Return rules from Python, which are what they should be and have names of their own.

    Raises:
        RuleError: They are no list, one is no ``AlertRule``, or two have one name.
    """
    from otel_monitoring.alerts.rules.simple import AlertRule
    from otel_monitoring.errors import RuleError

    found: dict[str, AlertRule] = {}
    if isinstance(rules, AlertRule | str):
        msg = f"rules is {rules!r}: expected a list of AlertRule"
        raise RuleError(msg)
    for rule in rules:
        if not isinstance(rule, AlertRule):
            msg = f"rule is {rule!r}: expected an AlertRule"
            raise RuleError(msg)
        if rule.name in found:
            msg = f"rule {rule.name!r} is there twice: expected different names"
            raise RuleError(msg)
        found[rule.name] = rule
    return tuple(found.values())


def _unused_book() -> RuleBook:
    """Return a book whose rules nobody evaluates."""
    from otel_monitoring.alerts.rules.book import RuleBook
    from otel_monitoring.alerts.rules.rule import RuleFile
    from otel_monitoring.model.clock import SystemClock

    return RuleBook(
        load=lambda: RuleFile(source="", groups=()), apply=lambda _groups: None, clock=SystemClock()
    )
