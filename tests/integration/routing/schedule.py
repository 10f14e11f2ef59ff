"""A routing tree and what happens to some alerts, made up from a seed.

Every seed has a subtree, receivers and alerts of its own, told apart by the label ``run``, so that one
configuration holds many of them and one Alertmanager plays them all at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal, TypeAlias

import yaml

from tests.integration.routing import generated

Kind: TypeAlias = Literal["alert", "silence", "expire"]

RESOLVE_TIMEOUT_S = 4.0
ALERTS = 6
ACTIONS = 16
STEP_S = 0.72
LONG_S = 600.0
SENT_AFTER_S = 0.05
"""How long after its end an alert is sent as resolved: when it arrives, the end has to be in the past."""
UNSURE_S = 0.15
"""How much later than meant something may happen between two processes."""
SHORT_S = 2.5
_ODD = {"alertname": '"odd"\n', "team": "ü", "env": "a\\b"}


@dataclass(frozen=True, slots=True)
class Report:
    """One alert as it is sent; times in seconds from the start of the play.

    Attributes:
        labels: What it is.
        annotations: What is said about it.
        starts_s: Since when it fires.
        ends_s: When it ends; ``None`` for nothing said about that.
        is_resolved: Whether it is over.
    """

    labels: dict[str, str]
    annotations: dict[str, str]
    starts_s: float
    ends_s: float | None
    is_resolved: bool


@dataclass(frozen=True, slots=True)
class Action:
    """Something that happens: an alert is sent, a silence begins, or the silence that was made first ends.

    Attributes:
        at_s: When.
        kind: What.
        run: The seed that it belongs to.
        report: The alert.
        matcher: What the silence matches, next to the run: name, whether it is a pattern, and value.
        lasts_s: How long the silence lasts.
    """

    at_s: float
    kind: Kind
    run: int
    report: Report | None = None
    matcher: tuple[str, bool, str] = ("", False, "")
    lasts_s: float = 0.0


def config(seeds: list[int], url: str) -> str:
    """Return an ``alertmanager.yml`` whose webhooks go to ``url``, one subtree for each seed."""
    trees = [_tree(Random(seed), seed) for seed in seeds]
    receivers = [one for seed in seeds for one in _receivers(Random(seed), seed, url)]
    rules = [_inhibit_rule(Random(f"{seed} {number}"), seed) for seed in seeds for number in range(seed % 3)]
    return yaml.safe_dump(
        {
            "global": {"resolve_timeout": f"{RESOLVE_TIMEOUT_S:.0f}s"},
            "route": {"receiver": "nobody", "routes": trees},
            "receivers": [{"name": "nobody"}, *receivers],
            "inhibit_rules": rules,
            "time_intervals": [
                {"name": "nights", "time_intervals": [{"years": ["1990:1999"]}]},
                {"name": "office", "time_intervals": [{"years": ["2000:2100"]}]},
            ],
        },
        allow_unicode=True,
    )


def actions(seed: int, version: int) -> list[Action]:
    """Return what happens in a run; another version of a seed is another play on the same tree."""
    random = Random(f"{seed} {version}")
    pool = [_labels(random, seed, number) for number in range(ALERTS)]
    begun: dict[int, float] = {}
    known: set[int] = set()
    found = []
    for number in range(ACTIONS):
        at_s = number * STEP_S + random.uniform(0.0, 0.3)
        chance = random.random()
        if chance < 0.12:
            found.append(_silence(random, seed, at_s))
        elif chance < 0.2:
            found.append(Action(at_s, "expire", seed))
        else:
            one = random.randrange(ALERTS)
            found.append(
                Action(
                    at_s, "alert", seed, _report(random, one, pool[one], at_s, begun, is_new=one not in known)
                )
            )
            known.add(one)
    return found


def shifted(play: list[Action], random: Random) -> list[Action]:
    """Return a play in which everything happens a little earlier or later than it was meant to."""
    return [replace(one, at_s=max(one.at_s + random.uniform(-UNSURE_S, UNSURE_S), 0.0)) for one in play]


def _labels(random: Random, seed: int, number: int) -> dict[str, str]:
    odd = {name: value for name, value in _ODD.items() if random.random() < 0.05}
    endless = {"timeout": "yes"} if number == 0 else {}
    return {**generated.labels(random), **odd, **endless, "run": str(seed), "number": str(number)}


def _report(
    random: Random, number: int, labels: dict[str, str], at_s: float, begun: dict[int, float], *, is_new: bool
) -> Report:
    annotations = {"summary": random.choice(("one", "two"))} if random.random() < 0.7 else {}
    if number in begun and random.random() < 0.5:
        return Report(labels, annotations, begun.pop(number), at_s - SENT_AFTER_S, is_resolved=True)
    age_s = 60.0 if is_new and random.random() < 0.15 else 0.0
    starts_s = begun.setdefault(number, at_s - age_s)
    if random.random() < 0.1:
        starts_s = at_s
    ends_s = None if "timeout" in labels else at_s + random.choice((LONG_S, LONG_S, LONG_S, SHORT_S))
    return Report(labels, annotations, starts_s, ends_s, is_resolved=False)


def _silence(random: Random, seed: int, at_s: float) -> Action:
    name = random.choice(generated.NAMES)
    is_pattern = random.random() < 0.5
    value = ".+" if is_pattern else random.choice(generated.VALUES[name])
    return Action(
        at_s, "silence", seed, matcher=(name, is_pattern, value), lasts_s=random.choice((3.3, 30.0))
    )


def _tree(random: Random, seed: int) -> dict[str, Any]:
    found = generated.route(random)
    _adapt(found, random, seed, is_root=True)
    return found


def _adapt(route: dict[str, Any], random: Random, seed: int, *, is_root: bool = False) -> None:
    """Give a route the receivers of its run, and times that are short enough to wait for."""
    for name in ("group_wait", "group_interval", "repeat_interval"):
        route.pop(name, None)
    if "receiver" in route:
        route["receiver"] = f"{route['receiver']}-{seed}"
    if is_root:
        route |= {"matchers": [f'run="{seed}"'], "group_wait": "600ms", "group_interval": "3s"}
        route["repeat_interval"] = random.choice(("5s", "8s", "1h"))
    elif random.random() < 0.3:
        route |= {"group_wait": random.choice(("200ms", "1300ms")), "repeat_interval": "4s"}
    for child in route.get("routes", ()):
        _adapt(child, random, seed)


def _receivers(random: Random, seed: int, url: str) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{name}-{seed}",
            "webhook_configs": [
                {"url": f"{url}/{number}", "send_resolved": random.random() < 0.7}
                for number in range(random.choice((1, 1, 2)))
            ],
        }
        for name in generated.RECEIVERS
    ]


def _inhibit_rule(random: Random, seed: int) -> dict[str, Any]:
    return {
        "source_matchers": [f'run="{seed}"', generated.matcher(random)],
        "target_matchers": [generated.matcher(random)],
        "equal": ["run", random.choice(generated.NAMES)],
    }
