"""The options of rate limits."""

from __future__ import annotations

import json
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from otel_monitoring.settings.group import Group, option
from otel_monitoring.settings.types import Count, Names, Networks, Pairs, Seconds, SecretUrlText

ALL = "all"
"""The name under which all of our own limits are meant."""


class RuleTable(Group):
    """One limit as a table: for what does not fit into a line."""

    limit: str = option(default=..., description="How often, such as `100/minute and 10/second`.")
    by: str = option(default="ip", description="For whom each window is, such as `ip+endpoint`.")
    name: str = option(default="", description="What headers, metrics and events call it.")
    on: Names = option(default=(), description="Paths that it holds for; none: all.")
    tiers: Pairs = option(default={}, description="Rates by the name of a tier; `unlimited` counts nothing.")
    away: Literal["open", "closed", "local"] | None = option(
        default=None, description="What holds while the Redis is away; by default `rate_limits.away`."
    )


def _split_rules(value: Any) -> Any:
    """Turn one text, or several joined by semicolons or in a JSON list, into a list."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            msg = "a JSON list, or rules separated by semicolons"
            raise ValueError(msg) from None
    return [part.strip() for part in value.split(";") if part.strip()]


def _own(value: Any) -> Any:
    return {ALL: "off"} if value == "off" else value


def _numbers(value: Any) -> Any:
    """Turn ``/search=5,/export=20`` into a mapping."""
    if not isinstance(value, str) or value.lstrip().startswith("{"):
        return json.loads(value) if isinstance(value, str) else value
    pairs = [part.rpartition("=") for part in value.split(",") if part.strip()]
    return {pattern.strip(): number.strip() for pattern, _, number in pairs}


Rules = Annotated[tuple[RuleTable | str, ...], BeforeValidator(_split_rules)]
OwnLimits = Annotated[Pairs, BeforeValidator(_own)]
Costs = Annotated[dict[str, Count], BeforeValidator(_numbers)]


class RateLimitSettings(Group):
    """How often the application, and our own pages, may be asked."""

    shorthand: ClassVar[str] = "rules"

    rules: Rules = option(
        default=(),
        description="Limits of the application, such as `100/minute by ip` or "
        "`login: 5/minute by ip+endpoint on /login away closed`; also as tables. Off without any.",
    )
    redis_url: SecretUrlText | None = option(
        default=None,
        description="Where all processes count together; without one, each counts alone.",
    )
    redis_timeout_s: Seconds = option(
        default=0.25, description="How long a decision waits for the Redis, before it is away for everyone."
    )
    redis_retry_s: Seconds = option(
        default=2.0, description="How often a Redis that is away is asked, in the background."
    )
    away: Literal["open", "closed", "local"] = option(
        default="local",
        description="What holds while the Redis is away, by rules that do not say: nothing, no request "
        "passes, or a share of each limit in each process.",
    )
    workers: Count | None = option(
        default=None,
        description="How many processes share a limit then; without it `WEB_CONCURRENCY`, else 1.",
    )
    headers: Literal["both", "standard", "classic", "off"] = option(
        default="both",
        description="`RateLimit-Policy` and `RateLimit`, the older `RateLimit-Limit` and its kin, or both.",
    )
    api_key_header: str = option(
        default="X-API-Key", description="Header of the keys that `by api_key` means."
    )
    tier: str = Field(
        default="",
        pattern=r"^$|^[A-Za-z_][\w.]*:[A-Za-z_]\w*$",
        description="A function such as `shop.tiers:tier_of`, which returns the tier of an ASGI scope.",
    )
    costs: Costs = option(
        default={}, description="Units that a request takes, by path, such as `/search=5`; others take one."
    )
    exempt_paths: Names = option(
        default=("/health", "/health/live", "/health/ready", "/healthz", "/livez", "/readyz", "/ping"),
        description="Paths that are never limited.",
    )
    exempt_networks: Networks = option(default=(), description="Addresses that are never limited.")
    exempt_users: Names = option(default=(), description="Ids of users who are never limited.")
    most_windows: Count = option(
        default=20_000, description="Most windows in the memory of a process; the oldest is forgotten first."
    )
    own: OwnLimits = option(
        default={},
        description="Limits of our own pages, such as `dashboard=100/minute` or `alerts=off`; `off` for all.",
    )
