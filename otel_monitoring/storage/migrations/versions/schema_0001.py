"""The first schema that was released."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0001"
down_revision: str | None = None

_PACKED = (
    ("batches", "data"),
    ("blocks", "data"),
    ("layouts", "series"),
    ("records", "data"),
    ("series", "labels"),
    ("windows", "times"),
)
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Make every table of the first release."""
    _samples(op)
    _alerts(op)
    _rest(op)
    about = sa.table("otel_monitoring_about", sa.column("id"), sa.column("identity"), sa.column("created_ms"))
    row = {"id": 1, "identity": uuid.uuid4().hex, "created_ms": time.time_ns() // 1_000_000}
    op.bulk_insert(about, [row])
    if op.get_bind().dialect.name == "postgresql":  # what is packed already is not to be packed again
        for table, column in _PACKED:
            op.execute(f"ALTER TABLE otel_monitoring_{table} ALTER COLUMN {column} SET STORAGE EXTERNAL")


def _samples(op: Operations) -> None:
    op.create_table(
        "otel_monitoring_services",
        sa.Column("key", sa.String(length=16), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "otel_monitoring_batches",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("source", _ID, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("time_ms", sa.BigInteger(), nullable=False),
        sa.Column("layout", sa.Integer(), nullable=False),
        sa.Column("encoding", sa.SmallInteger(), nullable=False),
        sa.Column("checksum", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "otel_monitoring_batches_source_seq", "otel_monitoring_batches", ["source", "seq"], unique=True
    )
    op.create_index("otel_monitoring_batches_time_ms", "otel_monitoring_batches", ["time_ms"], unique=False)
    op.create_table(
        "otel_monitoring_blocks",
        sa.Column("source", _ID, autoincrement=False, nullable=False),
        sa.Column("tier_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("start_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("source", "tier_ms", "start_ms", "first"),
    )
    op.create_table(
        "otel_monitoring_windows",
        sa.Column("source", _ID, autoincrement=False, nullable=False),
        sa.Column("tier_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("start_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("collections", sa.Integer(), nullable=False),
        sa.Column("times", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("source", "tier_ms", "start_ms"),
    )
    op.create_index(
        "otel_monitoring_windows_tier_ms_end_ms",
        "otel_monitoring_windows",
        ["tier_ms", "end_ms"],
        unique=False,
    )
    op.create_table(
        "otel_monitoring_families",
        sa.Column("source", _ID, autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "digest"),
    )
    op.create_table(
        "otel_monitoring_layouts",
        sa.Column("source", _ID, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("series", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("source", "number"),
    )
    op.create_table(
        "otel_monitoring_series",
        sa.Column("source", _ID, autoincrement=False, nullable=False),
        sa.Column("layout", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("labels", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("source", "layout"),
    )
    op.create_table(
        "otel_monitoring_sources",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("instance", sa.String(length=200), nullable=False),
        sa.Column("service", sa.String(length=16), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("exit_reason", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("otel_monitoring_sources_instance", "otel_monitoring_sources", ["instance"], unique=True)
    op.create_index(
        "otel_monitoring_sources_service_last_seen_ms",
        "otel_monitoring_sources",
        ["service", "last_seen_ms"],
        unique=False,
    )


def _alerts(op: Operations) -> None:
    op.create_table(
        "otel_monitoring_alerts",
        sa.Column("service", sa.String(length=16), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("active_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("service", "digest"),
    )
    op.create_table(
        "otel_monitoring_deliveries",
        sa.Column("service", sa.String(length=16), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("service", "digest"),
    )
    op.create_index(
        "otel_monitoring_deliveries_service_at_ms",
        "otel_monitoring_deliveries",
        ["service", "at_ms"],
        unique=False,
    )
    op.create_table(
        "otel_monitoring_notes",
        sa.Column("service", sa.String(length=16), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("saved_ms", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("service", "kind", "digest"),
    )
    op.create_table(
        "otel_monitoring_dashboards",
        sa.Column("service", sa.String(length=16), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=40), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("service", "id"),
    )
    op.create_table(
        "otel_monitoring_outbox",
        sa.Column("service", sa.String(length=16), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("put_ms", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("service", "digest"),
    )
    op.create_index(
        "otel_monitoring_outbox_service_put_ms_sequence",
        "otel_monitoring_outbox",
        ["service", "put_ms", "sequence"],
        unique=False,
    )
    op.create_table(
        "otel_monitoring_transitions",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("service", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.String(length=16), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "otel_monitoring_transitions_service_digest_at_ms_change",
        "otel_monitoring_transitions",
        ["service", "digest", "at_ms", "change"],
        unique=True,
    )
    op.create_index(
        "otel_monitoring_transitions_service_at_ms",
        "otel_monitoring_transitions",
        ["service", "at_ms"],
        unique=False,
    )


def _rest(op: Operations) -> None:
    op.create_table(
        "otel_monitoring_about",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("identity", sa.String(length=32), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "otel_monitoring_audit",
        sa.Column("service", sa.String(length=16), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("time_ms", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("service", "number"),
    )
    op.create_index(
        "otel_monitoring_audit_service_time_ms",
        "otel_monitoring_audit",
        ["service", "time_ms"],
        unique=False,
    )
    op.create_table(
        "otel_monitoring_leases",
        sa.Column("name", sa.String(length=64), autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("taken_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "otel_monitoring_records",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("service", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("time_ms", sa.BigInteger(), nullable=False),
        sa.Column("source", _ID, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("trace", sa.String(length=32), nullable=True),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("value", sa.Float(precision=53), nullable=True),
        sa.Column("encoding", sa.SmallInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "otel_monitoring_records_service_kind_key_time_ms",
        "otel_monitoring_records",
        ["service", "kind", "key", "time_ms"],
        unique=False,
    )
    op.create_index(
        "otel_monitoring_records_service_kind_time_ms",
        "otel_monitoring_records",
        ["service", "kind", "time_ms"],
        unique=False,
    )
    op.create_index(
        "otel_monitoring_records_service_time_ms",
        "otel_monitoring_records",
        ["service", "time_ms"],
        unique=False,
    )
    op.create_index("otel_monitoring_records_trace", "otel_monitoring_records", ["trace"], unique=False)
