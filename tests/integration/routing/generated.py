"""Configurations of Alertmanager made up from a seed: good ones, and such as something was done to."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

Tree: TypeAlias = dict[str, Any]

NAMES = ("severity", "team", "env", "instance", "alertname")
VALUES = {
    "severity": ("page", "warning", "info"),
    "team": ("web", "db", "api"),
    "env": ("prod", "dev"),
    "instance": ("1", "2", "3"),
    "alertname": ("Slow", "Down", "Full"),
}
RECEIVERS = ("ops", "pager", "log")
INTERVALS = ("nights", "office")
_PIECES = (
    *(
        "a",
        "b1",
        "a-b",
        "é",
        '"q w"',
        '"',
        "\\",
        '\\"',
        "\\n",
        "=",
        "!=",
        "=~",
        "!~",
        ",",
        "{",
        "}",
        " ",
        "\n",
    ),
    *('"x"', '"a|b"', "(", ".*", "[a", '""', "'", "`", "\\x41", "a:b", "1a", "0", "_", "~", '"a,b"', '"}"'),
    *("foo=bar", 'foo="bar"', 'foo=~"b.*"', "\\d", '"\\\\d"'),
)
_ODD: tuple[Any, ...] = (
    *("", "x", "-1", "5", "5m", "1h30m", "0s", "-5s", "true", "yes", "...", "a=b", 'a=~"("', "http://", "{}"),
    *(None, True, False, 0, 5, -1),
    *([], ["a"], [["a"]], ["ops"], [1], {}, {"a": "b"}, {"a": ["b"]}, {"1": 2}),
)


def labels(random: Random) -> dict[str, str]:
    """Return a label set; a label may be missing."""
    return {name: random.choice(VALUES[name]) for name in NAMES if random.random() < 0.8}


def matcher(random: Random) -> str:
    """Return a matcher that all versions understand alike."""
    name = random.choice(NAMES)
    operator = random.choice(("=", "=", "!=", "=~", "!~"))
    value = random.choice(VALUES[name])
    if "~" in operator:
        value = random.choice((f"{value}|{random.choice(VALUES[name])}", f"{value[:2]}.*", ".+", ""))
    return f'{name}{operator}"{value}"'


def scribbled_matcher(random: Random) -> str:
    """Return a text that may be a matcher in the older grammar, in the newer one, in both or in none."""
    pieces = [random.choice(_PIECES) for _ in range(random.randint(0, 4))]
    if random.random() < 0.5:
        return "".join(pieces)
    name, operator = random.choice(("a", "b1", "é", '"q w"')), random.choice(("=", "!=", "=~", "!~", " = "))
    return f"{name}{operator}{''.join(pieces)}"


def route(random: Random, depth: int = 0) -> Tree:
    """Return a route and what is below it."""
    found: Tree = {}
    if depth == 0 or random.random() < 0.6:
        found["receiver"] = random.choice(RECEIVERS)
    if depth:
        found["matchers"] = [matcher(random) for _ in range(random.randint(0, 2))]
        if random.random() < 0.2:
            found["match"] = {"severity": "page"}
        if random.random() < 0.2:
            found["match_re"] = {"team": "w.*|db"}
        found["continue"] = random.random() < 0.4
        found.update(_muted(random))
    if random.random() < 0.5:
        found["group_by"] = random.choice((["..."], [], ["team"], ["severity", "gone"], ["alertname"]))
    if random.random() < 0.3:
        found |= {
            "group_wait": "10s",
            "group_interval": "2m",
            "repeat_interval": random.choice(("1h", "90m")),
        }
    if depth < 3 and random.random() < (1.0 if depth == 0 else 0.5):
        found["routes"] = [route(random, depth + 1) for _ in range(random.randint(1, 3))]
    return found


def config(random: Random) -> Tree:
    """Return a configuration that is good."""
    found: Tree = {
        "global": _globals(random),
        "route": route(random),
        "receivers": [_receiver(random, name) for name in RECEIVERS],
        "inhibit_rules": [_inhibit_rule(random) for _ in range(random.randint(0, 2))],
        "time_intervals": [_interval(random, name) for name in INTERVALS],
        "templates": [],
    }
    return found


def spoilt(good: Tree, random: Random) -> Tree:
    """Return a configuration in which one thing is not as it was; it may still be good."""
    found = copy.deepcopy(good)
    holder, key = random.choice(list(_places(found)))
    deed = random.randrange(4)
    if deed == 0 and isinstance(holder, dict):
        del holder[key]
    elif deed == 1 and isinstance(holder, dict):
        holder[random.choice(("colour", f"{key}s", str(key).upper()))] = holder.pop(key)
    elif deed == 2 and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    else:
        holder[key] = random.choice(_ODD)
    return found


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Iterate over everything that can be changed."""
    keys = tree.keys() if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in keys:
        yield tree, key
        yield from _places(tree[key])


def _muted(random: Random) -> Tree:
    found: Tree = {}
    if random.random() < 0.2:
        found["mute_time_intervals"] = [random.choice(INTERVALS)]
    if random.random() < 0.2:
        found["active_time_intervals"] = list(INTERVALS)
    return found


def _globals(random: Random) -> Tree:
    found: Tree = {"resolve_timeout": "3m", "smtp_smarthost": "localhost:25", "smtp_from": "a@example.org"}
    if random.random() < 0.5:
        found |= {"slack_api_url": "https://example.org/hook", "http_config": {"follow_redirects": False}}
    if random.random() < 0.5:
        found |= {"smtp_require_tls": False, "smtp_auth_username": "me", "smtp_auth_password": "word"}
    return found


def _receiver(random: Random, name: str) -> Tree:
    found: Tree = {"name": name}
    for kind, options in _CHANNELS.items():
        if random.random() < 0.4:
            found[f"{kind}_configs"] = [copy.deepcopy(options)]
    return found


_CHANNELS: dict[str, Tree] = {
    "webhook": {
        "url": "http://localhost:9/",
        "send_resolved": False,
        "max_alerts": 5,
        "http_config": {
            "basic_auth": {"username": "a", "password": "b"},
            "tls_config": {"insecure_skip_verify": True, "server_name": "x"},
            "proxy_url": "http://localhost:1",
        },
    },
    "email": {
        "to": "b@example.org",
        "headers": {"Subject": "x"},
        "require_tls": False,
        "html": "",
        "text": "x",
    },
    "slack": {
        "api_url": "https://example.org/hook",
        "channel": "#ops",
        "fields": [{"title": "a", "value": "b", "short": True}],
        "actions": [{"type": "button", "text": "go", "url": "http://localhost/"}],
        "short_fields": False,
        "mrkdwn_in": ["text"],
    },
    "pagerduty": {
        "routing_key": "abc",
        "severity": "error",
        "details": {"a": "b"},
        "links": [{"href": "http://localhost/", "text": "x"}],
        "images": [{"src": "http://localhost/x.png"}],
    },
    "telegram": {"bot_token": "a", "chat_id": -12, "parse_mode": "HTML", "disable_notifications": True},
    "pushover": {"user_key": "a", "token": "b", "retry": "1m", "html": True},
    "sns": {
        "topic_arn": "arn:aws:sns:eu:1:x",
        "sigv4": {"region": "eu", "access_key": "a", "secret_key": "b"},
    },
    "discord": {"webhook_url": "https://example.org/hook", "title": "x"},
    "webex": {"room_id": "a", "http_config": {"authorization": {"credentials": "abc"}}},
}


def _inhibit_rule(random: Random) -> Tree:
    found: Tree = {
        "source_matchers": [matcher(random)],
        "target_matchers": [matcher(random)],
        "equal": random.sample(NAMES, 2),
    }
    if random.random() < 0.3:
        found |= {"source_match": {"env": "prod"}, "target_match_re": {"env": "p.*"}}
    return found


def _interval(random: Random, name: str) -> Tree:
    one: Tree = {"times": [{"start_time": "09:00", "end_time": "17:00"}], "location": "Europe/Paris"}
    two: Tree = {
        "weekdays": ["monday:friday", "sunday"],
        "days_of_month": [random.choice(("1:5", "-3:-1", "31"))],
        "months": ["january:march", "12"],
        "years": ["2030:2031"],
    }
    return {"name": name, "time_intervals": [one, two]}
