"""``otel-monitoring redact``: what becomes of a text before it is stored, exported or sent."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from otel_monitoring.context.redact import Redactor
from otel_monitoring.settings.load import load_settings


class Kind(StrEnum):
    """What a text is taken for."""

    TEXT = "text"
    URL = "url"
    QUERY = "query"
    SQL = "sql"


def command(
    text: Annotated[
        list[str] | None, typer.Argument(help="The text; without one it is read from standard input.")
    ] = None,
    *,
    kind: Annotated[Kind, typer.Option("--as", help="What the text is taken for.")] = Kind.TEXT,
    key: Annotated[
        str | None, typer.Option("--key", "-k", help="The attribute or header whose value it is.")
    ] = None,
    file: Annotated[
        str | None, typer.Option("--file", "-f", help="TOML or YAML file of settings.", metavar="FILE")
    ] = None,
) -> None:
    """Show what a text becomes, and on standard error what was taken out of it."""
    redactor = configured(file=file)
    given = " ".join(text) if text else sys.stdin.read().removesuffix("\n")
    print(redact(given, kind=kind, key=key, redactor=redactor))
    found = ", ".join(f"{count} {name}" for name, count in sorted(redactor.stats().items()))
    print(f"taken out: {found or 'nothing'}", file=sys.stderr)


def redact(
    text: str, *, kind: Kind = Kind.TEXT, key: str | None = None, redactor: Redactor | None = None
) -> str:
    """Return what may leave of ``text``.

    Args:
        text: The text.
        kind: What it is taken for.
        key: The attribute or header whose value it is; then ``kind`` does not count.
        redactor: What redacts it, by default one of the settings in force.
    """
    redactor = redactor or configured()
    if key is not None:
        return str(redactor.attribute(key, text))
    methods = {Kind.URL: redactor.url, Kind.QUERY: redactor.query, Kind.SQL: redactor.sql}
    return methods.get(kind, redactor.text)(text)


def configured(*, file: str | None = None) -> Redactor:
    """Return the redactor that the settings in force ask for.

    Raises:
        SettingsError: A setting cannot be used.
    """
    settings = load_settings(config_file=file).settings
    hash_key = settings.correlation.user_hash_key
    return Redactor(
        extra_keys=settings.redaction.extra_keys,
        patterns=settings.redaction.extra_patterns,
        allow=settings.redaction.allow,
        enabled=settings.redaction.enabled,
        hash_key=hash_key.get_secret_value().encode() if hash_key else None,
    )
