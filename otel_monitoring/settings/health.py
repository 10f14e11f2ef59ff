"""The options of health checks."""

from __future__ import annotations

from otel_monitoring.settings.group import Group, option
from otel_monitoring.settings.types import Count, Names, Seconds, SecretUrls


class HealthSettings(Group):
    """What is checked in the background."""

    checks: SecretUrls = option(
        default=(),
        description="What else is checked, as URLs such as `postgresql://db/shop?critical=true`, "
        "`redis://cache` or `tcp://mail:25`; their terms are in the guide about health.",
    )
    interval_s: Seconds = option(
        default=15.0, description="Time between two runs of a check, give or take a tenth."
    )
    timeout_s: Seconds = option(
        default=5.0, description="Time after which a check without an answer has failed."
    )
    failures: Count = option(
        default=2,
        description="Failed runs in a row before a check is unhealthy; its first run decides alone.",
    )
    successes: Count = option(
        default=1, description="Runs in a row that did not fail before a check is no longer unhealthy."
    )
    disabled: Names = option(
        default=(), description="Names of checks that are left out, whoever registers them."
    )
