"""Alerts, silences and what was said about alerts, as JSON carries them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from otel_monitoring.api import values
from otel_monitoring.api.desk import fingerprint_of

if TYPE_CHECKING:
    from otel_monitoring.alerts.history import Episode
    from otel_monitoring.alerts.routing.acknowledge import Word
    from otel_monitoring.alerts.routing.silences import Silence
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.matcher import Matcher


class MatcherBody(BaseModel):
    """A condition on one label, in the words of Alertmanager."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="The name of the label.", examples=["severity"])
    value: str = Field(description="A text, or a regular expression of RE2.", examples=["critical"])
    is_regex: bool = Field(default=False, alias="isRegex")
    is_equal: bool = Field(default=True, alias="isEqual", description="False turns it round.")

    @classmethod
    def of(cls, matcher: Matcher) -> MatcherBody:
        """Return a matcher as it is sent."""
        return cls(
            name=matcher.name,
            value=matcher.value,
            isRegex=matcher.op in ("=~", "!~"),
            isEqual=matcher.op in ("=", "=~"),
        )


class SilenceBody(BaseModel):
    """A silence."""

    id: str
    state: Literal["pending", "active", "expired"]
    matchers: list[MatcherBody]
    starts_at: datetime = Field(serialization_alias="startsAt")
    ends_at: datetime = Field(serialization_alias="endsAt")
    created_by: str = Field(serialization_alias="createdBy")
    comment: str
    updated_at: datetime = Field(serialization_alias="updatedAt")

    @classmethod
    def of(cls, silence: Silence, now_ms: int) -> SilenceBody:
        """Return a silence as it is sent."""
        return cls(
            id=silence.id,
            state=silence.state(now_ms),
            matchers=[MatcherBody.of(one) for one in silence.matchers],
            starts_at=values.time(silence.starts_at_ms),
            ends_at=values.time(silence.ends_at_ms),
            created_by=silence.author,
            comment=silence.comment,
            updated_at=values.time(silence.updated_at_ms),
        )


class WordBody(BaseModel):
    """What somebody said about a firing alert."""

    fingerprint: str
    kind: Literal["acknowledged", "resolved"]
    labels: dict[str, str]
    by: str
    comment: str
    at: datetime
    until: datetime = Field(description="When it runs out, unless the alert ends before.")

    @classmethod
    def of(cls, word: Word, clock: Clock) -> WordBody:
        """Return a word as it is sent."""
        left_ms = round((word.until_s - clock.monotonic_s()) * 1000)
        return cls(
            fingerprint=fingerprint_of(word.labels),
            kind=word.kind,
            labels=word.labels.as_dict(),
            by=word.actor,
            comment=word.comment,
            at=values.time(word.at_ms),
            until=values.time(clock.now_ms() + left_ms),
        )


class EpisodeBody(BaseModel):
    """One time that an alert fired."""

    rule: str
    fingerprint: str
    state: Literal["firing", "resolved"]
    labels: dict[str, str]
    annotations: dict[str, str]
    value: float | str = Field(description="The value when it began to fire.")
    started_at: datetime = Field(serialization_alias="startedAt")
    ended_at: datetime | None = Field(serialization_alias="endedAt", description="Null while it fires.")
    duration_s: float = Field(serialization_alias="durationSeconds", description="So far, while it fires.")
    marks: list[str] = Field(
        description="What happened to it meanwhile.", examples=[["silenced", "acknowledged"]]
    )

    @classmethod
    def of(cls, episode: Episode, now_ms: int) -> EpisodeBody:
        """Return an episode as it is sent."""
        return cls(
            rule=episode.rule,
            fingerprint=fingerprint_of(episode.labels),
            state="firing" if episode.ended_at_ms is None else "resolved",
            labels=episode.labels.as_dict(),
            annotations=dict(episode.annotations),
            value=values.number(episode.value),
            started_at=values.time(episode.started_at_ms),
            ended_at=values.time_if_any(episode.ended_at_ms),
            duration_s=episode.duration_ms(now_ms) / 1000,
            marks=list(episode.marks),
        )
