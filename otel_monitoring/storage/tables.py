"""The tables, as this version of the package uses them; how they come to be is in ``migrations``.

Every name begins with ``otel_monitoring_``, so that a database can be shared with an application. Times are
Unix milliseconds in 64 bits. What a record says besides its keys is a document: JSON in ASCII, since
PostgreSQL takes neither NUL characters nor half surrogate pairs in a text, and its JSON type takes no NaN.
What is long and a key, such as a label set, is a key by its digest.

Several services may share a database. ``service`` is the key of the one that a row belongs to (``services``
says what it stands for); rows of samples belong to a source, and with it to a service.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

PREFIX = "otel_monitoring_"
VERSIONS = f"{PREFIX}schema_version"
"""The name of Alembic's table, which is ours alone."""

metadata = MetaData()

_Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only what it calls an integer
_Digest = String(32)
_Service = String(16)


def _table(name: str, *parts: Any, **words: Any) -> Table:
    return Table(f"{PREFIX}{name}", metadata, *parts, **words)


def _index(table: str, *columns: str, unique: bool = False) -> Index:
    return Index(f"{PREFIX}{table}_{'_'.join(columns)}", *columns, unique=unique)


def _own_id() -> Column[int]:
    return Column("id", _Id, primary_key=True, autoincrement=True)


def _key(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _need(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, nullable=False)


ABOUT = _table(
    "about", _key("id", SmallInteger), _need("identity", String(32)), _need("created_ms", BigInteger)
)

SERVICES = _table(
    "services",
    _key("key", _Service),
    _need("name", Text),
    _need("namespace", Text),
    _need("environment", Text),
)

# ── samples: who collected (a run of a process), which series, in which order of columns, what values ──

SOURCES = _table(
    "sources",
    _own_id(),
    _need("instance", String(200)),
    _need("service", _Service),
    _need("host", Text),
    _need("pid", BigInteger),
    _need("version", Text),
    _need("started_ms", BigInteger),
    _need("last_seen_ms", BigInteger),
    _need("last_seq", BigInteger),
    Column("ended_ms", BigInteger),
    Column("exit_reason", Text),
    _need("document", Text),
    _index("sources", "instance", unique=True),
    _index("sources", "service", "last_seen_ms"),
    sqlite_autoincrement=True,
)
SERIES = _table(
    "series",
    _key("source", _Id),
    _key("layout", Integer),
    _need("first", Integer),
    _need("last", Integer),
    _need("labels", LargeBinary),
)
"""The label sets of the series that came with a layout; their numbers lie from ``first`` to ``last``."""

FAMILIES = _table(
    "families",
    _key("source", _Id),
    _key("digest", _Digest),
    _need("name", Text),
    _need("type", String(16)),
    _need("help", Text),
    _need("unit", Text),
)
LAYOUTS = _table("layouts", _key("source", _Id), _key("number", Integer), _need("series", LargeBinary))
BATCHES = _table(
    "batches",
    _own_id(),
    _need("source", _Id),
    _need("seq", BigInteger),
    _need("time_ms", BigInteger),
    _need("layout", Integer),
    _need("encoding", SmallInteger),
    _need("checksum", BigInteger),
    _need("data", LargeBinary),
    _index("batches", "source", "seq", unique=True),
    _index("batches", "time_ms"),
    sqlite_autoincrement=True,
)
WINDOWS = _table(
    "windows",
    _key("source", _Id),
    _key("tier_ms", BigInteger),
    _key("start_ms", BigInteger),
    _need("end_ms", BigInteger),
    _need("collections", Integer),
    _need("times", LargeBinary),
    _index("windows", "tier_ms", "end_ms"),
)
BLOCKS = _table(
    "blocks",
    _key("source", _Id),
    _key("tier_ms", BigInteger),
    _key("start_ms", BigInteger),
    _key("first", Integer),
    _need("last", Integer),
    _need("data", LargeBinary),
)
"""A range of series of one window, whose times are in ``windows``; ``tier_ms`` is 0 for raw samples."""

# ── alerts: where each alert stands, what happened, what people said, who is told ──

ALERTS = _table(
    "alerts",
    _key("service", _Service),
    _key("digest", _Digest),
    _need("rule", Text),
    _need("labels", Text),
    _need("state", String(16)),
    _need("active_at_ms", BigInteger),
    _need("last_ms", BigInteger),
    _need("document", Text),
)
TRANSITIONS = _table(
    "transitions",
    _own_id(),
    _need("service", _Service),
    _need("digest", _Digest),
    _need("at_ms", BigInteger),
    _need("change", String(16)),
    _need("rule", Text),
    _need("labels", Text),
    _need("document", Text),
    _index("transitions", "service", "digest", "at_ms", "change", unique=True),
    _index("transitions", "service", "at_ms"),
    sqlite_autoincrement=True,
)
NOTES = _table(
    "notes",
    _key("service", _Service),
    _key("kind", String(32)),
    _key("digest", _Digest),
    _need("saved_ms", BigInteger),
    _need("document", Text),
)
"""What people said and what was told, a document each: silences, rules, the notification log."""

OUTBOX = _table(
    "outbox",
    _key("service", _Service),
    _key("digest", _Digest),
    _need("lane", Text),
    _need("key", Text),
    _need("put_ms", BigInteger),
    _need("sequence", BigInteger),
    _need("owner", Text),
    _need("tries", Integer),
    _need("document", Text),
    _index("outbox", "service", "put_ms", "sequence"),
)
DELIVERIES = _table(
    "deliveries",
    _key("service", _Service),
    _key("digest", _Digest),
    _need("lane", Text),
    _need("key", Text),
    _need("at_ms", BigInteger),
    _need("outcome", String(16)),
    _need("document", Text),
    _index("deliveries", "service", "at_ms"),
)

# ── what people arranged ──

DASHBOARDS = _table(
    "dashboards",
    _key("service", _Service),
    _key("id", String(40)),
    _need("version", Integer),
    _need("title", Text),
    _need("changed_ms", BigInteger),
    _need("changed_by", Text),
    _need("document", Text),
)

# ── records: events, health results, errors, traces, logs; and the audit, whose order is its meaning ──

RECORDS = _table(
    "records",
    _own_id(),
    _need("service", _Service),
    _need("kind", String(32)),
    _need("time_ms", BigInteger),
    _need("source", _Id),
    _need("key", String(200)),
    Column("trace", String(32)),
    _need("severity", SmallInteger),
    Column("value", Float(53)),
    _need("encoding", SmallInteger),
    _need("data", LargeBinary),
    _index("records", "service", "kind", "time_ms"),
    _index("records", "service", "kind", "key", "time_ms"),
    _index("records", "trace"),
    _index("records", "service", "time_ms"),
    sqlite_autoincrement=True,
)
AUDIT = _table(
    "audit",
    _key("service", _Service),
    _key("number", BigInteger),
    _need("time_ms", BigInteger),
    _need("action", Text),
    _need("document", Text),
    _need("previous", String(64)),
    _need("digest", String(64)),
    _index("audit", "service", "time_ms"),
)

LEASES = _table(
    "leases",
    _key("name", String(64)),
    _need("holder", Text),
    _need("token", BigInteger),
    _need("expires_ms", BigInteger),
    _need("taken_ms", BigInteger),
)
