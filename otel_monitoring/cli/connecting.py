"""Whom a command talks to, and when: the options that several commands share."""

from __future__ import annotations

import math
import os
from datetime import datetime
from typing import TYPE_CHECKING

import httpx
import typer

from otel_monitoring.errors import QueryError, RuleError
from otel_monitoring.model.durations import parse_duration

if TYPE_CHECKING:
    from pathlib import Path

    from otel_monitoring.promql.remote.query import RemoteOptions

TOKEN_VARIABLE = "OTEL_MONITORING_API__TOKEN"  # noqa: S105 - the name of the variable
_PLACES = ("/prometheus", "/monitoring/prometheus")
_CLOSED = frozenset({401, 403})


def address(url: str, options: RemoteOptions) -> str:
    """Return where the API lies: below an application, below its pages, or right at the URL."""
    url = (url if "://" in url else f"http://{url}").rstrip("/").removesuffix("/api/v1")
    token = {"Authorization": f"Bearer {options.bearer_token}"} if options.bearer_token else {}
    for place in _PLACES:
        try:
            answer = httpx.get(
                f"{url}{place}/api/v1/status/buildinfo",
                headers={**token, **(options.headers or {})},
                timeout=options.timeout_s,
            )
        except (httpx.HTTPError, httpx.InvalidURL):
            return url
        if answer.status_code in _CLOSED:
            msg = f"{url} is closed: give --token, or set {TOKEN_VARIABLE}"
            raise QueryError(msg)
        if answer.is_success and "json" in answer.headers.get("content-type", ""):
            return f"{url}{place}"
    return url


def token_of(token: str | None, file: Path | None) -> str:
    """Return the token that was given, in words, in a file or in the environment."""
    if token is None and file is not None:
        try:
            token = file.read_text(encoding="utf-8")
        except OSError as error:
            msg = f"{file} cannot be read: {error.strerror}"
            raise typer.BadParameter(msg, param_hint="--token-file") from None
    return (token or os.environ.get(TOKEN_VARIABLE, "")).strip()


def headers_of(given: list[str] | tuple[str, ...]) -> dict[str, str]:
    """Return headers given as ``name: value``."""
    found = {}
    for text in given:
        name, colon, value = text.partition(":")
        if not colon or not name.strip():
            msg = f"{name!r} is not of the form 'name: value'"
            raise typer.BadParameter(msg, param_hint="--header")
        found[name.strip()] = value.strip()
    return found


def time_ms(text: str, now_ms: int, *, name: str) -> int:
    """Return a time given as now, Unix seconds or RFC 3339 in milliseconds; ``name`` is the option."""
    if text == "now":
        return now_ms
    try:
        seconds = float(text)
    except ValueError:
        seconds = _rfc3339_s(text)
    if not math.isfinite(seconds):
        msg = f"{text!r} is no time, expected now, Unix seconds or RFC 3339 such as 2026-01-31T12:00:00Z"
        raise typer.BadParameter(msg, param_hint=name)
    return round(seconds * 1000)


def _rfc3339_s(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return math.nan


def duration_ms(text: str, *, name: str) -> int:
    """Return a duration given as 5m or as seconds in milliseconds; ``name`` is the option."""
    try:
        found = parse_duration(f"{text}s" if text.isdecimal() else text)
    except RuleError as error:
        raise typer.BadParameter(str(error), param_hint=name) from None
    if found <= 0:
        msg = f"{text!r} is no duration above zero"
        raise typer.BadParameter(msg, param_hint=name)
    return found
