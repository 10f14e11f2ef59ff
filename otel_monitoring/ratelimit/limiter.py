"""Decide on requests: find the rules that hold, take from their windows, and say what came of it."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from otel_monitoring.ratelimit.asked import Exempt, Neighbours, hashed
from otel_monitoring.ratelimit.charge import Charge
from otel_monitoring.ratelimit.errors import RateLimitError
from otel_monitoring.ratelimit.paths import Paths
from otel_monitoring.ratelimit.rule import check_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from otel_monitoring.ratelimit.asked import Asked
    from otel_monitoring.ratelimit.charge import Taken
    from otel_monitoring.ratelimit.rate import Rate
    from otel_monitoring.ratelimit.rule import Away, Rule
    from otel_monitoring.ratelimit.shared import SharedWindows
    from otel_monitoring.ratelimit.windows import MovingWindows

Outcome: TypeAlias = Literal["allowed", "refused", "unchecked", "closed"]
"""Taken; too many; let pass since the shared windows are away; refused for the same reason."""

_KEPT: Final = 4096
_LONGEST_USER: Final = 128
_PREFIX: Final = "otel-monitoring:limit:"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided on a request.

    Attributes:
        outcome: What became of it.
        charges: What was asked of windows; empty where no rule holds.
        taken: What came of the charges; ``None`` where no window was asked.
        refused_by: The charge that did not fit, or whose rule is closed; ``None`` where it may pass.
        retry_s: After how many seconds it makes sense to come again; 0 where it may pass.
    """

    outcome: Outcome = "allowed"
    charges: Sequence[Charge] = ()
    taken: Taken | None = None
    refused_by: Charge | None = None
    retry_s: float = 0.0

    @property
    def is_allowed(self) -> bool:
        """Return whether the request may pass."""
        return self.refused_by is None


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all rules of a limiter.

    Attributes:
        exempt: Who is not limited.
        costs: Units that a request of a path takes, by pattern; the first that fits counts, others cost one.
        away: What holds while the shared windows are away, by rules that do not say.
        workers: How many processes share a limit then.
        space: A name that keeps our shared windows apart from those of others on one server.
    """

    exempt: Exempt = field(default_factory=Exempt)
    costs: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    away: Away = "local"
    workers: int = 1
    space: str = ""


FREE: Final = Verdict()
"""The verdict on a request that no rule holds for."""


class Limiter:
    """Decide on one request after another; safe for threads and event loops.

    Args:
        rules: What holds.
        windows: The windows of this process, which hold while the shared ones are away too.
        shared: The windows of several processes.
        terms: What holds for all rules.
        on_refused: Told of each request that is refused; must be quick.

    Raises:
        RateLimitError: Rules, paths or costs cannot be used.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        *,
        windows: MovingWindows,
        shared: SharedWindows | None = None,
        terms: Terms | None = None,
        on_refused: Callable[[Verdict, Asked], None] | None = None,
    ) -> None:
        self.rules = check_rules(rules)
        self.shared = shared
        self.windows = windows
        self.scopes = frozenset(scope for rule in self.rules for scope in rule.by)
        self._places = [(rule, Paths(rule.on)) for rule in self.rules]
        self._terms = terms = terms or Terms()
        self._costs = [(Paths([pattern]), cost) for pattern, cost in terms.costs.items()]
        _check_costs(terms.costs, self.rules)
        self._space = hashlib.sha256(terms.space.encode()).digest()
        self._on_refused = on_refused
        self._neighbours = Neighbours()
        self._outcomes: Counter[tuple[str, Outcome]] = Counter()
        self._made: dict[tuple[str, str, str | None, int], list[Charge]] = {}
        self._lock = threading.Lock()

    def decide(self, asked: Asked) -> Verdict:
        """Decide on a request of a thread, which waits for the shared windows where there are some."""
        charges = self._charges(asked)
        if not charges:
            return FREE
        taken = None if self.shared is None else self.shared.take(charges)
        return self._noted(self._verdict(charges, taken), asked)

    async def decide_async(self, asked: Asked) -> Verdict:
        """Decide on a request of an event loop."""
        charges = self._charges(asked)
        if not charges:
            return FREE
        taken = None if self.shared is None else await self.shared.take_async(charges)
        return self._noted(self._verdict(charges, taken), asked)

    def outcomes(self) -> dict[tuple[str, Outcome], int]:
        """Return how often each rule came to each outcome."""
        with self._lock:
            return dict(self._outcomes)

    def after_fork(self) -> None:
        """Begin anew in a child process."""
        self._lock = threading.Lock()
        self._outcomes.clear()
        self.windows.after_fork()
        if self.shared is not None:
            self.shared.after_fork()

    def _charges(self, asked: Asked) -> list[Charge]:
        if self._terms.exempt.covers(asked):
            return []
        cost = 1
        if self._costs:
            cost = next((cost for paths, cost in self._costs if paths.fits(asked.path)), 1)
        found: list[Charge] = []
        for rule, paths in self._places:
            if paths and not paths.fits(asked.path):
                continue
            key = (rule.name, self._who(rule, asked), asked.tier, cost)
            made = self._made.get(key)
            found += self._make(rule, key) if made is None else made
        return found

    def _make(self, rule: Rule, key: tuple[str, str, str | None, int]) -> list[Charge]:
        """Return the charges of a caller by a rule, which are kept for their next requests."""
        _, who, tier, cost = key
        made = [Charge(rule, rate, self._key(rule, rate, who), cost) for rate in rule.rates_of(tier)]
        if len(self._made) >= _KEPT:  # clients choose among many
            self._made.clear()
        self._made[key] = made
        return made

    def _who(self, rule: Rule, asked: Asked) -> str:
        parts = []
        for scope in rule.by:
            if scope == "endpoint":
                parts.append(f"route {asked.route}")
            elif scope == "user" and asked.user is not None:
                parts.append(f"user {_bounded(asked.user)}")
            elif scope == "api_key" and asked.api_key is not None:
                parts.append(f"key {asked.api_key}")
            elif scope != "global":
                # Who has no name is known by where they come from.
                parts.append(f"ip {self._neighbours.of(asked.address)}")
        return "|".join(parts)

    def _key(self, rule: Rule, rate: Rate, who: str) -> str:
        key = f"{rule.name}|{rate.window_s}|{who}"
        if self.shared is None:
            return key
        digest = hashlib.blake2b(key.encode(errors="replace"), digest_size=16, key=self._space)
        return _PREFIX + digest.hexdigest()

    def _verdict(self, charges: Sequence[Charge], taken: Taken | None) -> Verdict:
        if taken is None and self.shared is not None:
            return self._without(self.shared, charges)
        return _judged(charges, taken or self.windows.take(charges))

    def _without(self, shared: SharedWindows, charges: Sequence[Charge]) -> Verdict:
        """Decide while the shared windows are away, as each rule says."""
        ways = [charge.rule.away or self._terms.away for charge in charges]
        if "closed" in ways:
            closed = charges[ways.index("closed")]
            return Verdict("closed", charges, None, closed, shared.retry_s)
        local = [self._share(one) for one, way in zip(charges, ways, strict=True) if way == "local"]
        if not local:
            return Verdict("unchecked", charges)
        return _judged(local, self.windows.take(local))

    def _share(self, charge: Charge) -> Charge:
        rate = charge.rate.divided(self._terms.workers)
        return replace(charge, rate=rate, cost=min(charge.cost, rate.limit))

    def _noted(self, verdict: Verdict, asked: Asked) -> Verdict:
        outcome = verdict.outcome
        with self._lock:
            if verdict.refused_by is not None:
                self._outcomes[verdict.refused_by.rule.name, outcome] += 1
            else:
                for name in {charge.rule.name for charge in verdict.charges}:
                    self._outcomes[name, outcome] += 1
        if verdict.refused_by is not None and self._on_refused is not None:
            self._on_refused(verdict, asked)
        return verdict


def _judged(charges: Sequence[Charge], taken: Taken) -> Verdict:
    if taken.refused < 0:
        return Verdict("allowed", charges, taken)
    return Verdict("refused", charges, taken, charges[taken.refused], taken.retry_s)


def _bounded(name: str) -> str:
    return name if len(name) <= _LONGEST_USER else hashed(name.encode(errors="replace"))


def _check_costs(costs: Mapping[str, int], rules: Sequence[Rule]) -> None:
    least = min((rate.limit for rule in rules for rate in rule.all_rates()), default=1)
    for pattern, cost in costs.items():
        if not 1 <= cost <= least:
            msg = f"cost {cost} of {pattern!r}: expected 1 to {least}, the lowest limit, so that it ever fits"
            raise RateLimitError(msg)
