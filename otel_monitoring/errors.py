"""The error tree: everything that this package raises on purpose."""

from __future__ import annotations


class MonitoringError(Exception):
    """Base of every error that the package raises on purpose."""


class SettingsError(MonitoringError):
    """A setting cannot be used; the message names field, value, source and what was expected."""


class MissingExtraError(MonitoringError, ImportError):
    """An optional package is needed and not installed.

    Args:
        package: The import name that failed, such as ``fastapi``.
        extra: The extra of ``otel-monitoring`` that brings it.
        needed_for: What the user asked for, as it reads after "for".
    """

    def __init__(self, package: str, *, extra: str, needed_for: str) -> None:
        super().__init__(
            f"{package!r} is needed for {needed_for} and is not installed: "
            f"pip install 'otel-monitoring[{extra}]'"
        )


class StoreError(MonitoringError):
    """A store was handed a record that it cannot keep."""


class QueryError(MonitoringError):
    """A query cannot be parsed or evaluated."""


class QueryTimeoutError(QueryError):
    """A query took longer than it may."""


class RuleError(MonitoringError):
    """A rule or a rule file is not valid."""


class NotifyError(MonitoringError):
    """A message could not be delivered.

    Args:
        message: What went wrong, without secrets.
        retry_after_s: Seconds after which another try makes sense; ``None`` where none does.
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ContextError(MonitoringError):
    """A correlation value, a token or a header cannot be used."""


class AccessError(MonitoringError):
    """Who may use the pages is stated in a way that cannot be used: a key, a token's key, a function."""
