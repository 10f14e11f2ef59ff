"""Rules that were made at run time; those of files are not kept here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from otel_monitoring.storage.documents import pack, plain, unpack
from otel_monitoring.storage.statements import insert_new
from otel_monitoring.storage.tables import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

_MOST_ID = 200


@dataclass(frozen=True, slots=True)
class KeptRule:
    """A rule as it was made.

    Attributes:
        id: What identifies it, at most 200 characters.
        version: Grows by one with every change.
        updated_ms: When it was changed last, Unix milliseconds.
        actor: Who changed it.
        document: The rule as plain values.
    """

    id: str
    version: int
    updated_ms: int
    actor: str
    document: Mapping[str, Any]


def save_rule(connection: Connection, rule: KeptRule) -> bool:
    """Keep version 1 of a new rule, or the next version of one that is there.

    Returns:
        Whether it was kept: not where somebody else changed the rule in the meantime.
    """
    values = {
        "version": rule.version,
        "updated_ms": rule.updated_ms,
        "actor": plain(rule.actor),
        "document": pack(dict(rule.document)),
    }
    name = plain(rule.id, _MOST_ID)
    if rule.version == 1:
        before = connection.execute(select(RULES.c.version).where(RULES.c.id == name)).scalar()
        insert_new(connection, RULES, [{"id": name, **values}])
        return before is None
    is_before = (RULES.c.id == name) & (RULES.c.version == rule.version - 1)
    return bool(connection.execute(update(RULES).where(is_before).values(**values)).rowcount)


def remove_rule(connection: Connection, rule_id: str) -> bool:
    """Forget a rule; tell whether there was one."""
    mine = RULES.c.id == plain(rule_id, _MOST_ID)
    return bool(connection.execute(delete(RULES).where(mine)).rowcount)


def load_rules(connection: Connection) -> list[KeptRule]:
    """Return every rule, by id."""
    return [
        KeptRule(row.id, row.version, row.updated_ms, row.actor, unpack(row.document))
        for row in connection.execute(select(RULES).order_by(RULES.c.id))
    ]
