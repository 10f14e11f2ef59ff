"""What a record says, as text that both databases keep unchanged, and keys of what is too long for one."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import TYPE_CHECKING, Any

from otel_monitoring.model.labels import Labels
from otel_monitoring.storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NOT_KEPT = str.maketrans({"\0": "\N{REPLACEMENT CHARACTER}"})


def pack(document: Any) -> str:
    """Write a document of plain values as JSON in ASCII; NaN, infinities and -0.0 come back as they were."""
    return json.dumps(document, ensure_ascii=True, separators=(",", ":"))


def unpack(text: str) -> Any:
    """Read what :func:`pack` wrote.

    Raises:
        StorageError: It is something else.
    """
    try:
        return json.loads(text)
    except (ValueError, TypeError):
        msg = f"{type(text).__name__} of {len(text)} is no document"
        raise StorageError(msg) from None


def pack_labels(labels: Labels) -> str:
    """Write a label set; equal sets give equal texts."""
    return pack(labels.pairs)


def unpack_labels(text: str) -> Labels:
    """Read what :func:`pack_labels` wrote, as the shared label set."""
    return _labels(unpack(text))


def pack_series(series: Mapping[int, Labels]) -> bytes:
    """Write the label sets of numbered series, which mostly repeat each other."""
    return zlib.compress(pack([[number, one.pairs] for number, one in series.items()]).encode(), 1)


def unpack_series(data: bytes) -> dict[int, Labels]:
    """Read what :func:`pack_series` wrote.

    Raises:
        StorageError: It is something else.
    """
    try:
        found = unpack(zlib.decompress(data).decode("ascii"))
        return {number: _labels(pairs) for number, pairs in found}
    except (zlib.error, ValueError, TypeError):
        msg = f"{len(data)} bytes are no packed label sets"
        raise StorageError(msg) from None


def digest(*parts: str | Mapping[str, str]) -> str:
    """Return a key of 32 characters for what is too long to be one: BLAKE2b of 128 bits."""
    return hashlib.blake2b(pack(parts).encode(), digest_size=16).hexdigest()


def plain(text: str, most: int | None = None) -> str:
    """Return ``text`` as PostgreSQL takes it: without NUL and half surrogate pairs, at most ``most`` long."""
    clean = text.translate(_NOT_KEPT).encode("utf-8", "replace").decode("utf-8")
    return clean if most is None else clean[:most]


def _labels(pairs: Iterable[tuple[str, str]]) -> Labels:
    return Labels.from_pairs(tuple([(name, value) for name, value in pairs]))
