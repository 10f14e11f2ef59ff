"""All rules of a running instance: built in, from files, from Python, and made at run time."""

from __future__ import annotations

import glob
import threading
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from otel_monitoring.alerts.rules.export import as_rule_file
from otel_monitoring.alerts.rules.rule import OBSERVE_LABEL, AlertingRule, RuleGroup
from otel_monitoring.alerts.rules.simple import AlertRule
from otel_monitoring.errors import RuleError
from otel_monitoring.model.action import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from otel_monitoring.alerts.rules.rule import Rule, RuleFile
    from otel_monitoring.model.clock import Clock

Mode = Literal["enabled", "disabled", "observe"]

PYTHON_SOURCE = "python"
RUNTIME_SOURCE = "runtime"
_MOST_RULES = 1000


def _nobody(_action: Action) -> None:
    """Take what nobody asked for."""


def _anything(_rule: AlertRule) -> None:
    """Find nothing wrong."""


class RuleBook:
    """Keep every rule and tell the evaluator of changes; thread-safe.

    A rule of the user's own takes the place of a built-in one of the same name; one that was made at run time
    takes that of any other.

    Args:
        load: Reads the built-in rules and the files anew; what it raises leaves everything as it is.
        apply: Takes the groups that are to run from now on.
        clock: Tells when something was done.
        rules: Rules from Python.
        patterns: The rule files, as patterns, for :meth:`reload_if_changed`.
        audit: Takes what was done by whom.
        check: Raises a ``RuleError`` for a rule that does not suit the rest of the configuration.
    """

    def __init__(
        self,
        *,
        load: Callable[[], RuleFile],
        apply: Callable[[Sequence[RuleGroup]], object],
        clock: Clock,
        rules: Iterable[AlertRule] = (),
        patterns: Sequence[str] = (),
        audit: Callable[[Action], object] = _nobody,
        check: Callable[[AlertRule], object] = _anything,
    ) -> None:
        self._load = load
        self._apply = apply
        self._clock = clock
        self._audit = audit
        self._patterns = tuple(patterns)
        self._lock = threading.RLock()
        self._check = check
        self._python = _by_name(rules)
        for rule in self._python.values():
            check(rule)
        self._runtime: dict[str, AlertRule] = {}
        self._modes: dict[str, Mode] = {}
        self._stamp = self._stamp_now()
        self._file = load()

    # ---- what there is

    def groups(self) -> tuple[RuleGroup, ...]:
        """Return the groups that are to run: without what is off, with what is observed marked."""
        return tuple(self._groups(keep_disabled=False))

    def names(self) -> frozenset[str]:
        """Return the names of all alerting rules, those that are off included."""
        groups = self._groups(keep_disabled=True)
        return frozenset(r.name for group in groups for r in group.rules if isinstance(r, AlertingRule))

    def mode(self, name: str) -> Mode:
        """Return whether a rule is evaluated, and whether anybody is told."""
        with self._lock:
            return self._modes.get(name) or self._own_mode(name)

    def export(self) -> str:
        """Return everything that runs as one Prometheus rule file."""
        return as_rule_file(self.groups())

    def own_rules(self) -> list[AlertRule]:
        """Return the rules from Python and those made at run time."""
        with self._lock:
            return list({**self._python, **self._runtime}.values())

    # ---- what is done to it

    def put(self, rule: AlertRule, *, actor: str) -> bool:
        """Add a rule, or put it in the place of the one of that name; return whether it is new.

        Raises:
            RuleError: There are a thousand already, or it does not suit the rest of the configuration.
        """
        self._check(rule)
        with self._lock:
            before = self._runtime.get(rule.name)
            if before is None and len(self._runtime) >= _MOST_RULES:
                msg = f"rule {rule.name!r}: there are {_MOST_RULES} rules made at run time, expected fewer"
                raise RuleError(msg)
            self._runtime[rule.name] = rule
            self._modes.pop(rule.name, None)
            self._changed(
                "rule.created" if before is None else "rule.changed", rule.name, actor, before, rule
            )
        return before is None

    def remove(self, name: str, *, actor: str) -> None:
        """Remove a rule that was made at run time.

        Raises:
            RuleError: There is none of that name, or it comes from elsewhere and can only be switched off.
        """
        with self._lock:
            before = self._runtime.pop(name, None)
            if before is None:
                self._refuse_unknown(name)
                msg = f"rule {name!r} was not made at run time: expected its mode to be set to disabled"
                raise RuleError(msg)
            self._modes.pop(name, None)
            self._changed("rule.removed", name, actor, before, None)

    def set_mode(self, name: str, mode: Mode, *, actor: str) -> None:
        """Switch a rule on or off, or have it observed only.

        Raises:
            RuleError: There is no such rule, or no such mode.
        """
        if mode not in ("enabled", "disabled", "observe"):
            msg = f"mode is {mode!r}: expected enabled, disabled or observe"
            raise RuleError(msg)
        with self._lock:
            self._refuse_unknown(name)
            before = self.mode(name)
            self._modes[name] = mode
            self._changed("rule.mode", name, actor, {"mode": before}, {"mode": mode})

    def reload(self, *, actor: str) -> RuleFile:
        """Read the files anew; where one is not valid everything stays as it is.

        Raises:
            RuleError: Files are not valid; the error holds the problems of all of them.
        """
        with self._lock:
            stamp = self._stamp_now()
            file = self._load()
            before, self._file, self._stamp = self._file, file, stamp
            counts = [{"groups": len(found.groups)} for found in (before, file)]
            self._changed("rules.reloaded", ", ".join(self._patterns), actor, *counts)
        return file

    def reload_if_changed(self) -> RuleFile | None:
        """Read the files anew if one has changed, come or gone since; a job.

        Raises:
            RuleError: A file is not valid; it is not tried again before it changes again.
        """
        with self._lock:
            stamp = self._stamp_now()
            if stamp == self._stamp:
                return None
            self._stamp = stamp
            return self.reload(actor="file")

    # ---- what other processes know

    def state(self) -> list[dict[str, Any]]:
        """Return the rules made at run time and all modes as plain records."""
        with self._lock:
            rules = [{"kind": "rule", "name": name, "value": asdict(r)} for name, r in self._runtime.items()]
            modes = [{"kind": "mode", "name": name, "value": mode} for name, mode in self._modes.items()]
        return [*rules, *modes]

    def restore(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Take what :meth:`state` of another process returned; it was noted there who did it."""
        with self._lock:
            for record in records:
                if record["kind"] == "rule":
                    self._runtime[record["name"]] = AlertRule(**record["value"])
                else:
                    self._modes[record["name"]] = record["value"]
            self._apply(self.groups())

    def discard(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Let go of what another process removed."""
        with self._lock:
            for record in records:
                known = self._runtime if record["kind"] == "rule" else self._modes
                known.pop(record["name"], None)
            self._apply(self.groups())

    # ---- inside

    def _changed(
        self,
        what: str,
        target: str,
        actor: str,
        before: AlertRule | Mapping[str, Any] | None,
        after: AlertRule | Mapping[str, Any] | None,
    ) -> None:
        self._apply(self.groups())
        self._audit(Action(what, target, actor, self._clock.now_ms(), _plain(before), _plain(after)))

    def _refuse_unknown(self, name: str) -> None:
        names = self.names()
        if name not in names:
            msg = f"rule {name!r} does not exist: expected one of {', '.join(sorted(names)) or 'none'}"
            raise RuleError(msg)

    def _own_mode(self, name: str) -> Mode:
        rule = self._runtime.get(name) or self._python.get(name)
        if rule is None or rule.enabled:
            return "observe" if rule is not None and rule.observe_only else "enabled"
        return "disabled"

    def _groups(self, *, keep_disabled: bool) -> Iterable[RuleGroup]:
        with self._lock:
            python = {name: rule for name, rule in self._python.items() if name not in self._runtime}
            own = self._python.keys() | self._runtime.keys()
            groups = [
                replace(group, rules=tuple(rule for rule in group.rules if rule.name not in own))
                for group in self._file.groups
            ]
            for source, rules in ((PYTHON_SOURCE, python), (RUNTIME_SOURCE, self._runtime)):
                if rules:
                    made = tuple(rule.as_rule() for rule in rules.values())
                    groups.append(RuleGroup(name=source, source=source, rules=made))
            for group in groups:
                kept = tuple(self._moded(rule) for rule in group.rules if keep_disabled or self._runs(rule))
                if kept:
                    yield replace(group, rules=kept)

    def _runs(self, rule: Rule) -> bool:
        return not isinstance(rule, AlertingRule) or self.mode(rule.name) != "disabled"

    def _moded(self, rule: Rule) -> Rule:
        if not isinstance(rule, AlertingRule) or rule.name not in self._modes:
            return rule
        labels = {name: text for name, text in rule.labels.items() if name != OBSERVE_LABEL}
        if self._modes[rule.name] == "observe":
            labels[OBSERVE_LABEL] = "true"
        return replace(rule, labels=labels)

    def _stamp_now(self) -> tuple[tuple[str, int, int], ...]:
        """Return what tells whether a file has changed: path, time and size."""
        found = []
        for pattern in self._patterns:
            for path in sorted(glob.glob(pattern)):  # noqa: PTH207 - patterns may be absolute
                try:
                    status = Path(path).stat()
                except OSError:
                    continue
                found.append((path, status.st_mtime_ns, status.st_size))
        return tuple(found)


def _by_name(rules: Iterable[AlertRule]) -> dict[str, AlertRule]:
    found: dict[str, AlertRule] = {}
    for rule in rules:
        if rule.name in found:
            msg = f"rule {rule.name!r} is there twice: expected different names"
            raise RuleError(msg)
        found[rule.name] = rule
    return found


def _plain(value: AlertRule | Mapping[str, Any] | None) -> dict[str, Any]:
    if value is None:
        return {}
    return asdict(value) if isinstance(value, AlertRule) else dict(value)
