"""Regressions as they are told of: once for each release, endpoint and kind."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from otel_monitoring.model.labels import NAME, Labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from otel_monitoring.reports.releases.comparing import Change
    from otel_monitoring.reports.releases.desk import Comparison

EVENT_NAME = "otel_monitoring.regression"
SERIES = "otel_monitoring_regression"

What = Literal["latency", "errors"]


@dataclass(frozen=True, slots=True)
class Regression:
    """Something that got worse with a release.

    Attributes:
        job: The service.
        version: The release.
        before: The release that it was compared with.
        method: Of the endpoint.
        route: Of the endpoint.
        what: Durations or failures.
        size: By how much: the growth of the mean, 0.1 is ten percent; or of the share of failures.
        found_ms: When it was found, Unix milliseconds.
        since_ms: When the release was first seen.
        text: All of it in words.
    """

    job: str
    version: str
    before: str
    method: str
    route: str
    what: What
    size: float
    found_ms: int
    since_ms: int
    text: str

    @property
    def key(self) -> str:
        """The same for whatever is found of the same release, endpoint and kind again."""
        return repr((self.job, self.version, self.method, self.route, self.what))

    @property
    def labels(self) -> Labels:
        """The labels of its series."""
        return Labels.of(
            {
                NAME: SERIES,
                "job": self.job,
                "version": self.version,
                "http_request_method": self.method,
                "http_route": self.route,
                "what": self.what,
            }
        )

    def record(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {**asdict(self), "key": self.key}

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Regression:
        """Return what :meth:`record` made."""
        return cls(**{name: record[name] for name in cls.__slots__})


def regressions(found: Comparison, *, at_ms: int) -> Iterator[Regression]:
    """Return what got worse with a release."""
    for change in found.changes:
        if "slower" in change.verdicts:
            yield _regression(found, change, "latency", change.latency.ratio, change.latency_text(), at_ms)
        if "failing more" in change.verdicts:
            yield _regression(found, change, "errors", change.errors.change, change.errors_text(), at_ms)


def _regression(
    found: Comparison, change: Change, what: What, size: float, text: str, at_ms: int
) -> Regression:
    before, after = found.before, found.after
    if before is None or after is None:
        msg = "weeks have no regressions of a release"
        raise ValueError(msg)
    endpoint = change.endpoint
    whole = f"Since {after.version} {endpoint.name} is {text}, compared with {before.version}."
    return Regression(
        job=endpoint.job,
        version=after.version,
        before=before.version,
        method=endpoint.method,
        route=endpoint.route,
        what=what,
        size=size,
        found_ms=at_ms,
        since_ms=after.first_ms,
        text=whole,
    )
