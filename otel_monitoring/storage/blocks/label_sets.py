"""The label sets of a source's series, many in one value.

Label sets of one process are nearly the same text over and over: one row each takes some 400 bytes, together
they take less than ten bytes each. They are written as they come, those of one collection as one value:
series get the numbers from ``first`` on, and a reader knows which series match without asking the database.

This module needs zstandard; import it lazily on the start-up path.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from otel_monitoring.model.labels import Labels
from otel_monitoring.storage.blocks.errors import DamagedError
from otel_monitoring.storage.blocks.frame import seal, unseal
from otel_monitoring.storage.blocks.sections import Reader, varint
from otel_monitoring.storage.blocks.squeeze import squeeze, unsqueeze

if TYPE_CHECKING:
    from collections.abc import Sequence

_KIND, _VERSION = 3, 1


def encode(label_sets: Sequence[Labels]) -> bytes:
    """Return label sets as bytes, in their order."""
    pairs = [[text for pair in labels.pairs for text in pair] for labels in label_sets]
    # Half of a surrogate pair, which no encoding knows, is escaped.
    text = json.dumps(pairs, separators=(",", ":")).encode("ascii")
    return seal(varint(len(text)) + squeeze(text), kind=_KIND, version=_VERSION)


def decode(data: bytes) -> list[Labels]:
    """Undo :func:`encode`.

    Raises:
        DamagedError: The bytes are not what was written.
    """
    _, body = unseal(data, kind=_KIND, versions=frozenset({_VERSION}))
    reader = Reader(body)
    size_bytes = reader.number()
    text = unsqueeze(reader.rest(), at_most_bytes=size_bytes)
    if len(text) != size_bytes:
        msg = f"{len(text)} bytes of label sets where {size_bytes} were written"
        raise DamagedError(msg)
    return [Labels.from_pairs(tuple(zip(flat[::2], flat[1::2], strict=True))) for flat in json.loads(text)]
