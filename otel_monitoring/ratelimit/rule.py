"""A rule: how often, for whom each window is, where, and what holds while the shared windows are away.

Rules are written as ``5/minute and 50/hour by ip on /login away closed``, with a name and a colon in front
where the rule itself would be a long one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast, get_args

from otel_monitoring.ratelimit.errors import RateLimitError
from otel_monitoring.ratelimit.paths import Paths
from otel_monitoring.ratelimit.rate import Rate, parse_rates

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Scope: TypeAlias = Literal["ip", "user", "api_key", "endpoint", "global"]
"""For whom a window is: an address, a user, an API key, a route, or everyone together."""

Away: TypeAlias = Literal["open", "closed", "local"]
"""What holds while the shared windows are away: no limit, nothing passes, or a share in each process."""

UNLIMITED: Final = "unlimited"
"""The rate of a tier that a rule does not count at all."""

MOST_RULES: Final = 50
_LONGEST_NAME: Final = 100
_SCOPES: Final = get_args(Scope)
_AWAY: Final = get_args(Away)
_TEXT: Final = re.compile(
    r"(?:(?P<name>[\w.-]+):\s+)?(?P<rates>.+?)(?:\s+by\s+(?P<by>\S+))?"
    r"(?:\s+on\s+(?P<on>.+?))?(?:\s+away\s+(?P<away>\S+))?"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """How often something may be asked.

    Attributes:
        rates: All of them hold at once; the shorter window bounds bursts.
        by: For whom each window is; several make one window for each combination.
        name: What headers, metrics and events call it; without one, the rule as it is written.
        on: Paths that it holds for, as ``Paths`` reads them; empty for all.
        tiers: Rates of callers of a tier, in place of ``rates``; none at all for an unlimited one.
        away: What holds while the shared windows are away; ``None`` for the default of the limiter.
    """

    rates: tuple[Rate, ...]
    by: tuple[Scope, ...] = ("ip",)
    name: str = ""
    on: tuple[str, ...] = ()
    tiers: Mapping[str, tuple[Rate, ...]] = field(default_factory=lambda: MappingProxyType({}))
    away: Away | None = None

    def __post_init__(self) -> None:
        """Check what the types do not say, and fill in the name."""
        for scope in self.by:
            _among(scope, _SCOPES, what="scope")
        if not self.by or len(set(self.by)) < len(self.by) or (self.is_global and len(self.by) > 1):
            msg = f"scope {'+'.join(self.by)!r}: expected each scope once, and 'global' alone"
            raise RateLimitError(msg)
        if not self.rates:
            msg = "a rule without a rate: expected one such as 100/minute"
            raise RateLimitError(msg)
        if self.away is not None:
            _among(self.away, _AWAY, what="away")
        Paths(self.on)
        if not self.name:
            object.__setattr__(self, "name", self._written()[:_LONGEST_NAME])
        _check_name(self.name)

    @property
    def is_global(self) -> bool:
        """Return whether everyone shares one window."""
        return "global" in self.by

    @property
    def is_personal(self) -> bool:
        """Return whether a window is one caller's own, so that they may be told what is left of it."""
        return bool({"ip", "user", "api_key"} & set(self.by))

    def rates_of(self, tier: str | None) -> tuple[Rate, ...]:
        """Return the rates for callers of a tier; of no tier, or one the rule does not name, the common."""
        return self.rates if tier is None else self.tiers.get(tier, self.rates)

    def all_rates(self) -> tuple[Rate, ...]:
        """Return the rates of the rule and of all of its tiers."""
        return (*self.rates, *(rate for rates in self.tiers.values() for rate in rates))

    def _written(self) -> str:
        text = f"{' and '.join(map(str, self.rates))} by {'+'.join(self.by)}"
        return f"{text} on {' '.join(self.on)}" if self.on else text


def make_rule(
    limit: str,
    *,
    by: str = "ip",
    name: str = "",
    on: Iterable[str] = (),
    tiers: Mapping[str, str] | None = None,
    away: str | None = None,
) -> Rule:
    """Return a rule from its parts as people write them.

    Args:
        limit: The rates, such as ``100/minute and 10/second``.
        by: Scopes joined by ``+``, such as ``ip+endpoint``.
        name: What it is called.
        on: Paths that it holds for.
        tiers: Rates by the name of a tier; ``unlimited`` for one that is not counted.
        away: ``open``, ``closed`` or ``local``.

    Raises:
        RateLimitError: A part cannot be used.
    """
    scopes = cast("tuple[Scope, ...]", tuple(part.strip() for part in by.split("+")))
    found = {tier: () if text == UNLIMITED else parse_rates(text) for tier, text in (tiers or {}).items()}
    return Rule(
        parse_rates(limit),
        by=scopes,
        name=name,
        on=tuple(on),
        tiers=MappingProxyType(found),
        away=cast("Away | None", away),
    )


def parse_rule(text: str) -> Rule:
    """Return the rule that a text such as ``login: 5/minute by ip on /login /token away closed`` states.

    Raises:
        RateLimitError: It states none.
    """
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        msg = f"rate limit {text!r}: expected a rule such as '100/minute by ip'"
        raise RateLimitError(msg)
    part = found.groupdict()
    try:
        return make_rule(
            part["rates"],
            by=part["by"] or "ip",
            name=part["name"] or "",
            on=(part["on"] or "").split(),
            away=part["away"],
        )
    except RateLimitError as error:
        msg = f"rate limit {text!r}: {error}"
        raise RateLimitError(msg) from None


def check_rules(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rules; no two may share a name, since a name is also the name of their windows.

    Raises:
        RateLimitError: Two share one, or there are too many.
    """
    found = tuple(rules)
    names = [rule.name for rule in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        msg = f"two rate limits are called {twice!r}: expected a name of its own for each"
        raise RateLimitError(msg)
    if len(found) > MOST_RULES:
        msg = f"{len(found)} rate limits: expected at most {MOST_RULES}"
        raise RateLimitError(msg)
    return found


def _among(value: str, known: tuple[str, ...], *, what: str) -> None:
    if value not in known:
        msg = f"{what} {value!r}: expected one of {', '.join(known)}"
        raise RateLimitError(msg)


def _check_name(name: str) -> None:
    if len(name) > _LONGEST_NAME or not name.isascii() or not name.isprintable():
        msg = f"name {name[:_LONGEST_NAME]!r}: expected at most {_LONGEST_NAME} printable ASCII characters"
        raise RateLimitError(msg)
