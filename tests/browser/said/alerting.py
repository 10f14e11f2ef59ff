"""What the pages of alerts say."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

from tests.browser.figures import duration, quantity
from tests.browser.said.facts import Facts, plain, times

_STATES = {"inactive": "quiet", None: "works"}
_MOST_OPEN = 5
"""More alerts of one rule are folded up."""

_MOST_NOISY = 12
"""So many rules that fired are listed one by one."""


def alerts(answer: Any) -> Facts:
    going = [one for one in answer["alerts"] if one["state"] in ("firing", "pending")]
    together = Counter(map(_together, going))
    folded: Facts = [(key[0], f"{number} at once") for key, number in together.items() if number > _MOST_OPEN]
    return folded + [
        (_summary(one), one["rule"], quantity(one["value"], one["unit"]), one["threshold"])
        for one in going
        if together[_together(one)] <= _MOST_OPEN
    ]


def _together(alert: Any) -> tuple[str, ...]:
    """Return what alerts have in common that are listed together."""
    names = ("rule", "group", "state", "silencedBy", "inhibitedBy", "acknowledgedBy")
    return *(str(alert[name]) for name in names), alert["labels"].get("severity", "")


def alert(answer: Any) -> Facts:
    value = f"the value is {quantity(answer['value'], answer['unit'])}"
    return [
        plain(answer["expr"]),
        _summary(answer),
        f"{answer['rule']}: {value}, the rule fires {answer['threshold']}",
    ]


def _summary(alert: Any) -> str:
    said = alert["annotations"]
    return plain(said.get("summary") or said.get("description") or alert["rule"])


def evidence(answer: Any) -> Facts:
    day, week = times(answer["recentCount"]), times(answer["weekCount"])
    return [f"Fired {day} in the last day, {week} in the last seven days"]


def history(answer: Any) -> Facts:
    episodes = answer["episodes"]
    lasted: dict[str, list[float]] = {}
    for one in episodes:
        lasted.setdefault(one["rule"], []).append(one["durationSeconds"])
    rules = sorted(lasted, key=lambda rule: (len(lasted[rule]), sum(lasted[rule])), reverse=True)
    return [
        times(answer["total"]),
        *[(rule, times(len(lasted[rule]))) for rule in rules[:_MOST_NOISY]],
        *([f"and {len(rules) - _MOST_NOISY} further rules"] if len(rules) > _MOST_NOISY else []),
        *[(_summary(one), one["rule"], _lasted(one)) for one in episodes],
    ]


def _lasted(episode: Any) -> str:
    return duration(math.floor(episode["durationSeconds"] + 0.5)) + ("" if episode["endedAt"] else ", fires")


def rules(answer: Any) -> Facts:
    every = [rule for group in answer["groups"] for rule in group["rules"]]
    return [
        f"all {len(every)}",
        f"firing {sum(rule['alerts'] > 0 for rule in every)}",
        f"failing {sum(rule['health'] == 'err' for rule in every)}",
        *[(_state(rule), rule["name"], plain(rule["expr"])) for rule in every],
    ]


def rule(answer: Any) -> Facts:
    one = next(r for group in answer["groups"] for r in group["rules"] if r["name"] == "ShopErrors")
    return [(one["name"], _state(one), plain(one["expr"]), f"fires once held for {one['for']}")]


def _state(rule: Any) -> str:
    if rule["health"] != "ok":
        return {"err": "fails", "unknown": "not asked yet"}[rule["health"]]
    state = "works" if rule["mode"] is None else _STATES.get(rule["state"], rule["state"])
    return state if rule["alerts"] < 2 else f"{state}, {rule['alerts']} alerts"


def receivers(answer: Any) -> Facts:
    return [
        (receiver["name"], channel["name"], channel["target"], f"{number} {outcome}")
        for receiver in answer["receivers"]
        for channel in receiver["channels"]
        for outcome, number in channel["counts"].items()
        if number
    ]


def deliveries(answer: Any) -> Facts:
    return [
        (one["outcome"], one["receiver"], one["channel"], f"{one['status']}: {', '.join(one['alerts'])}")
        for one in answer["deliveries"]
    ]


def silences(answer: Any) -> Facts:
    every = answer["silences"]
    going = [one for one in every if one["state"] != "expired"]
    return [
        f"In force · {len(going)}",
        *[(one["state"], *map(_matcher, one["matchers"]), one["comment"], one["createdBy"]) for one in every],
    ]


def _matcher(matcher: Any) -> str:
    equal, other = ("=~", "!~") if matcher["isRegex"] else ("=", "!=")
    return f"{matcher['name']}{equal if matcher['isEqual'] else other}{json.dumps(matcher['value'])}"
