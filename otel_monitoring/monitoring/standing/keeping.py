"""How what is kept stands: series in memory, the storage, records, rules and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from otel_monitoring.monitoring.standing.part import Count, Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from otel_monitoring.alerts.evaluation.status import GroupStatus

_FULL: Final = 0.9
_REFUSALS: Final = {
    "batches_refused": "collections were refused",
    "series_refused": "series were refused",
    "metrics_refused": "metrics were refused",
}


def store_standing(
    stats: Mapping[str, float], *, max_series: int, max_bytes: int, overflowing: Mapping[str, str]
) -> Standing:
    """Return how the series in memory stand.

    Args:
        stats: What the store holds and what it refused.
        max_series: How many series it takes.
        max_bytes: How much memory it takes.
        overflowing: Instruments over their limit of attribute sets, with the attribute to blame.
    """
    problems = []
    if stats["series"] > _FULL * max_series:
        problems.append(f"{stats['series']:g} of at most {max_series} series are held")
    problems += [
        f"{metric} has too many values of {attribute}" for metric, attribute in sorted(overflowing.items())
    ]
    return Standing(
        "store",
        "Holds the newest series in memory.",
        (
            Count("series", stats["series"], "{series}"),
            Count("max_series", max_series, "{series}"),
            Count("size", stats["size_bytes"], "By"),
            Count("max_size", max_bytes, "By"),
            *(
                Count(name, stats[name], "{sample}", loss=words)
                for name, words in _REFUSALS.items()
                if name in stats
            ),
        ),
        "; ".join(problems),
        "Leave attributes with many values (ids, paths) out of metrics, or raise store.max_series.",
    )


def storage_standing(
    place: str, trouble: str, writer: Mapping[str, float], database: Mapping[str, float]
) -> Standing:
    """Return how the storage stands.

    Args:
        place: Where it is, without secrets.
        trouble: Why it cannot be used; empty where it can.
        writer: What waits and what became of what was to be kept.
        database: How often it was lost, busy or set aside.
    """
    return Standing(
        "storage",
        f"Keeps what outlives the process, at {place}.",
        (
            Count("waiting", writer["waiting"], "{job}"),
            Count("waiting_size", writer["waiting_bytes"], "By"),
            Count("written", writer["written"], "{job}"),
            Count("failed", writer["failed"], "{job}", loss="writes failed"),
            Count("dropped", writer["dropped"], "{job}", loss="writes were dropped"),
            Count("lost", database["lost"], "{trouble}", loss="times it was lost"),
            Count("busy", database["busy"], "{trouble}", loss="times it was busy for too long"),
            Count("set_aside", database["set_aside"], "{trouble}", loss="files were damaged and set aside"),
        ),
        f"it cannot be used: {trouble}" if trouble else "",
        "Everything goes on in memory meanwhile. See whether the database answers and the disk has space.",
    )


def records_standing(waiting: Mapping[str, float], dropped: Mapping[str, float]) -> Standing:
    """Return how events, results of checks and audit entries stand.

    Args:
        waiting: How many wait, by kind.
        dropped: How many were lost, by kind and reason.
    """
    return Standing(
        "records",
        "Takes events, results of health checks and audit entries.",
        (
            *(Count(f"waiting.{kind}", count, "{record}") for kind, count in sorted(waiting.items())),
            *(
                Count(f"dropped.{name}", count, "{record}", loss=f"records were lost ({name})")
                for name, count in sorted(dropped.items())
            ),
        ),
        advice="Emit fewer events, or see to the storage.",
    )


def queries_standing(stats: Mapping[str, float]) -> Standing:
    """Return how queries of rules and pages stand; one that fails may just be written wrong."""
    return Standing(
        "queries",
        "Answers PromQL.",
        (
            Count("asked", stats["queries"], "{query}"),
            Count("failed", stats["queries_failed"], "{query}"),
        ),
    )


def rules_standing(groups: Sequence[GroupStatus], *, is_speaking: bool) -> Standing:
    """Return how the rules stand.

    Args:
        groups: All of them.
        is_speaking: Whether this process evaluates them; else another one does.
    """
    rules = [rule for group in groups for rule in group.rules]
    failing = sorted({rule.rule.name for rule in rules if rule.health == "err"})
    who = "in this process" if is_speaking else "in another process"
    return Standing(
        "rules",
        f"Evaluates rules, {who}.",
        (
            Count("rules", len(rules), "{rule}"),
            Count("failing", len(failing), "{rule}"),
            Count("speaking", int(is_speaking), "1"),
        ),
        f"rules that fail: {', '.join(failing)}" if failing else "",
        "`rules` says why each fails.",
    )


def messages_standing(channels: Iterable[tuple[str, Mapping[str, int]]]) -> Standing:
    """Return how messages to people stand.

    Args:
        channels: Each with its name, and how many of its messages ended how.
    """
    counts = []
    for name, ends in channels:
        counts += [
            Count(f"{name}.waiting", ends.get("waiting", 0), "{message}"),
            Count(f"{name}.delivered", ends.get("delivered", 0), "{message}"),
            Count(f"{name}.failed", ends.get("failed", 0), "{message}", f"messages over {name} failed"),
            Count(
                f"{name}.refused", ends.get("refused", 0), "{message}", f"messages over {name} waited in vain"
            ),
        ]
    return Standing(
        "messages",
        "Brings messages about alerts to people.",
        tuple(counts),
        advice="`deliveries` says why each failed; `otel-monitoring notify check` tries the channels.",
    )
