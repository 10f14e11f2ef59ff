"""Which alerts a word means: a fingerprint, the beginning of one, or the name of a rule."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from otel_monitoring.cli.connecting import duration_ms
from otel_monitoring.cli.pages import PagesError, actor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from otel_monitoring.cli.pages import Pages

    Record = Mapping[str, Any]

_FEWEST_DIGITS = 4


def chosen(pages: Pages, words: Iterable[str], *, state: str | None = "firing") -> list[Record]:
    """Return the alerts that are meant, each once.

    Args:
        pages: The application.
        words: What stands on the command line.
        state: Only alerts in this state; ``None`` for any.

    Raises:
        PagesError: A word means none of them, or might mean several by their fingerprints.
    """
    known: list[Record] = pages.get("alerts", state=state)["alerts"]
    found = {one["fingerprint"]: one for word in words for one in _meant(word, known)}
    return list(found.values())


def word(comment: str, *, for_: str | None, by: str | None) -> dict[str, str]:
    """Return what is sent with an acknowledgement or a resolution."""
    said = {"by": actor(by), "comment": comment}
    if for_ is None:
        return said
    duration_ms(for_, name="--for")
    return {**said, "for": for_}


def _meant(word: str, known: Sequence[Record]) -> list[Record]:
    named = [one for one in known if one["rule"] == word]
    if named:
        return named
    is_hash = len(word) >= _FEWEST_DIGITS and set(word) <= set(string.hexdigits)
    begun = [one for one in known if is_hash and one["fingerprint"].startswith(word.lower())]
    if len(begun) == 1:
        return begun
    what = "several alerts begin with that" if begun else "no alert is called that now"
    names = sorted({one["rule"] for one in begun or known}) or ["nothing, since there is no alert"]
    msg = f"{word!r}: {what}: expected a fingerprint, or one of {', '.join(names)}"
    raise PagesError(msg)
