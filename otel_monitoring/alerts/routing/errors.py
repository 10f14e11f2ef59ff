"""What goes wrong with a routing configuration, a silence or an acknowledgement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.errors import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.alerts.rules.rule import Problem


class RoutingError(MonitoringError):
    """A matcher, a silence or an acknowledgement is not valid."""


class SilenceError(RoutingError):
    """A silence is not valid.

    Args:
        message: What is wrong, and what was expected.
        field: Which field of the silence is to blame.
    """

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class RoutingFileError(RoutingError):
    """A routing configuration is not valid.

    Args:
        problems: Everything that is wrong with it, in the order of the file.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
