"""Checks that are stated as URLs: the scheme says of what kind, the query holds the options."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, unquote_plus

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.checks.place import place_of, shown, split

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otel_monitoring.health.check import Health

    PlainCheck = Callable[[], Health]

_TIMES = ("timeout_s", "slow_s")
_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_SQL = frozenset({"mysql", "mariadb", "oracle", "mssql", "postgresql", "postgres"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """A URL without our options, and these.

    Attributes:
        url: What is left for whoever connects; it may hold a password.
        texts: The options of the kind, each as often as it stands there.
        times: ``timeout_s`` and ``slow_s``, where they stand there.
    """

    url: str = field(repr=False)
    texts: Mapping[str, list[str]]
    times: Mapping[str, Any]

    def given(self, *names: str, read: Callable[[str, str], Any] = lambda _, text: text) -> dict[str, Any]:
        """Return those of ``names`` that are there, as arguments."""
        return {name: read(name, self.texts[name][-1]) for name in names if name in self.texts}


def check_from_url(url: str) -> PlainCheck:
    """Return the check that ``url`` states, such as ``redis://cache?slow_s=0.2``.

    Raises:
        SettingsError: The scheme, a part or an option cannot be used; the message shows no secret.
        MissingExtraError: The check needs a package that is not installed.
    """
    scheme = split(url).scheme
    kind = _kind(scheme)
    if kind is None:
        known = ", ".join(sorted(_KINDS))
        msg = f"health.checks: {shown(url)}: scheme is {scheme!r}: expected one of SQLAlchemy or of {known}"
        raise SettingsError(msg)
    make, options, is_strict = kind
    try:
        return make(_asked(url, options, is_strict=is_strict))
    except SettingsError as error:
        msg = f"health.checks: {shown(url)}: {error}"
        raise SettingsError(msg) from None


def _asked(url: str, options: tuple[str, ...], *, is_strict: bool) -> _Asked:
    """Take our options out of a query; the rest of it stays, unless nobody is there to read it."""
    parts = split(url)
    texts: dict[str, list[str]] = {}
    left = []
    for part in filter(None, parts.query.split("&")):
        name, _, text = part.partition("=")
        if name in (*_TIMES, *options):
            texts.setdefault(name, []).append(unquote_plus(text))
        elif is_strict:
            msg = f"option {name!r}: expected one of {', '.join(sorted((*_TIMES, *options)))}"
            raise SettingsError(msg)
        else:
            left.append(part)
    times: dict[str, Any] = {name: _number(name, texts.pop(name)[-1]) for name in _TIMES if name in texts}
    begin = url.partition("?")[0]
    return _Asked(f"{begin}?{'&'.join(left)}" if left else begin, texts, times)


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        msg = f"{name} is {text[:40]!r}: expected a number"
        raise SettingsError(msg) from None


def _whole(name: str, text: str) -> int:
    if not text.isdecimal():
        msg = f"{name} is {text[:40]!r}: expected a whole number"
        raise SettingsError(msg)
    return int(text)


def _switch(name: str, text: str) -> bool:
    if text.lower() not in _WORDS:
        msg = f"{name} is {text[:40]!r}: expected true or false"
        raise SettingsError(msg)
    return _WORDS[text.lower()]


def _postgres(asked: _Asked) -> PlainCheck:
    from otel_monitoring.health.checks.postgres import PostgresCheck

    return PostgresCheck(asked.url, **asked.times)


def _redis(asked: _Asked) -> PlainCheck:
    from otel_monitoring.health.checks.redis import RedisCheck

    return RedisCheck(asked.url, **asked.times)


def _mongodb(asked: _Asked) -> PlainCheck:
    from otel_monitoring.health.checks.mongodb import MongoCheck

    return MongoCheck(asked.url, **asked.times)


def _http(asked: _Asked) -> PlainCheck:
    from otel_monitoring.health.checks.http import HttpCheck

    stated = {"statuses": [_whole("status", text) for text in asked.texts.get("status", ())]}
    statuses: dict[str, Any] = stated if stated["statuses"] else {}
    return HttpCheck(asked.url, **statuses, **asked.given("contains", "ca_file"), **asked.times)


def _tcp(asked: _Asked) -> PlainCheck:
    from otel_monitoring.health.checks.tcp import TcpCheck

    place = place_of(asked.url)
    return TcpCheck(place.host, place.port, **asked.times)


def _tls(asked: _Asked) -> PlainCheck:
    from otel_monitoring.health.checks.tls import TlsCheck

    place = place_of(asked.url, port=443)
    days = asked.given("degraded_days", "unhealthy_days", read=_number)
    return TlsCheck(place.host, place.port, **asked.given("server_name", "ca_file"), **days, **asked.times)


def _dns(asked: _Asked) -> PlainCheck:
    from otel_monitoring.health.checks.dns import DnsCheck

    name = split(asked.url).hostname or ""
    expected = asked.texts.get("expected", ())
    return DnsCheck(name, expected=expected, **asked.given("server", "record"), **asked.times)


def _smtp(asked: _Asked) -> PlainCheck:
    from otel_monitoring.health.checks.smtp import Encryption, SmtpCheck

    starttls = asked.given("starttls", read=_switch).get("starttls", False)
    encryption: Encryption = "tls" if asked.url.startswith("smtps:") else "starttls" if starttls else "none"
    place = place_of(asked.url, port={"none": 25, "starttls": 587, "tls": 465}[encryption])
    return SmtpCheck(place.host, place.port, encryption=encryption, **asked.given("ca_file"), **asked.times)


def _file(asked: _Asked) -> PlainCheck:
    from otel_monitoring.health.checks.filesystem import FilesystemCheck

    parts = split(asked.url)
    if parts.netloc:
        msg = f"host is {parts.hostname!r}: expected none, as in file:///path"
        raise SettingsError(msg)
    shares = asked.given("degraded_free_ratio", "unhealthy_free_ratio", read=_number)
    writable = asked.given("writable", read=_switch)
    return FilesystemCheck(unquote(parts.path), **writable, **shares, **asked.times)


def _celery(asked: _Asked) -> PlainCheck:
    from otel_monitoring.health.checks.celery import CeleryCheck

    url = asked.url.removeprefix("celery+")
    return CeleryCheck(url, **asked.given("workers", read=_whole), **asked.times)


def _otlp(asked: _Asked) -> PlainCheck:
    from otel_monitoring.health.checks.collector import CollectorCheck

    return CollectorCheck(
        asked.url.removeprefix("otlp+"), **asked.given("ca_file", "protocol"), **asked.times
    )


def _sql(asked: _Asked) -> PlainCheck:
    from sqlalchemy import create_engine
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    from otel_monitoring.health.checks.optional import MissingPackageError
    from otel_monitoring.health.checks.sql_engine import SqlAlchemyCheck

    try:
        url = make_url(asked.url)
        make: Callable[..., Any] = create_async_engine if url.get_dialect().is_async else create_engine
        return SqlAlchemyCheck(make(url, poolclass=NullPool), **asked.times)
    except ModuleNotFoundError as error:
        raise MissingPackageError(str(error.name), needed_for="this database") from None
    except (ArgumentError, NoSuchModuleError) as error:
        msg = f"{type(error).__name__}: expected a URL as SQLAlchemy takes it"
        raise SettingsError(msg) from None


def _sqlite(asked: _Asked) -> PlainCheck:
    """Return a check that opens a file that is there; SQLite would make one that is not."""
    import sqlite3
    from urllib.parse import quote

    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    from otel_monitoring.health.checks.sql_engine import SqlAlchemyCheck

    path = split(asked.url).path[1:]
    if not path:
        msg = "path is empty: expected a file, as in sqlite:///relative or sqlite:////absolute"
        raise SettingsError(msg)
    engine = create_engine(
        "sqlite://",
        poolclass=NullPool,
        creator=lambda: sqlite3.connect(f"file:{quote(unquote(path))}?mode=rw", uri=True),
    )
    return SqlAlchemyCheck(engine, **asked.times)


_KINDS: dict[str, tuple[Callable[[_Asked], PlainCheck], tuple[str, ...], bool]] = {
    **dict.fromkeys(("postgresql", "postgres", "postgresql+psycopg"), (_postgres, (), False)),
    **dict.fromkeys(("redis", "rediss", "unix"), (_redis, (), False)),
    **dict.fromkeys(("mongodb", "mongodb+srv"), (_mongodb, (), False)),
    **dict.fromkeys(("http", "https"), (_http, ("status", "contains", "ca_file"), False)),
    "tcp": (_tcp, (), True),
    "tls": (_tls, ("server_name", "ca_file", "degraded_days", "unhealthy_days"), True),
    "dns": (_dns, ("server", "record", "expected"), True),
    **dict.fromkeys(("smtp", "smtps"), (_smtp, ("starttls", "ca_file"), True)),
    "file": (_file, ("writable", "degraded_free_ratio", "unhealthy_free_ratio"), True),
    "sqlite": (_sqlite, (), True),
    "celery+…": (_celery, ("workers",), False),
    **dict.fromkeys(("otlp+http", "otlp+https"), (_otlp, ("ca_file", "protocol"), True)),
}
"""By scheme: what makes the check, its options, and whether all of the query has to be options."""


def _kind(scheme: str) -> tuple[Callable[[_Asked], PlainCheck], tuple[str, ...], bool] | None:
    if scheme.startswith("celery+"):
        return _KINDS["celery+…"]
    if scheme not in _KINDS and scheme.partition("+")[0] in _SQL:
        return _sql, (), False
    return _KINDS.get(scheme)
