"""Which form a scraper is answered in, by ``Accept`` and ``Accept-Encoding`` (RFC 9110, section 12)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from otel_monitoring.api.exposition.escaping import ESCAPINGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from otel_monitoring.api.exposition.escaping import Escaping

_OPENMETRICS = "application/openmetrics-text"
_TEXT = "text/plain"
_OPENMETRICS_VERSIONS = ("", "0.0.1", "1.0.0")
_TEXT_VERSIONS = ("", "0.0.4", "1.0.0")
_ANY = ("*/*", "text/*", _TEXT)


@dataclass(frozen=True, slots=True)
class Form:
    """How an answer is written.

    Attributes:
        openmetrics: OpenMetrics 1.0, else Prometheus text 0.0.4.
        escaping: What becomes of names that are not ``[a-zA-Z_:][a-zA-Z0-9_:]*``.
        is_chosen: Whether the scraper named the escaping.
    """

    openmetrics: bool
    escaping: Escaping = "underscores"
    is_chosen: bool = field(default=False, compare=False)

    def content_type(self, *, quoted: bool) -> str:
        """Return the header ``Content-Type``; old parsers fail on quoted names, so it names them."""
        if self.openmetrics:
            plain = f"{_OPENMETRICS}; version=1.0.0; charset=utf-8"
        else:
            plain = f"{_TEXT}; version={'1.0.0' if quoted else '0.0.4'}; charset=utf-8"
        is_told = quoted or (self.is_chosen and self.escaping != "allow-utf-8")
        return f"{plain}; escaping={self.escaping}" if is_told else plain


PLAIN = Form(openmetrics=False)
"""For whoever names nothing that we can write, as the libraries of Prometheus do."""


def form_for(accept: str) -> Form:
    """Return the form that a header ``Accept`` likes best; of equals the one named first.

    Media types, versions and escapings that are not known count for nothing.
    """
    best, best_weight = PLAIN, 0.0
    for media, parameters in _entries(accept):
        form = _form(media, parameters)
        weight = _weight(parameters)
        if form is not None and weight > best_weight:
            best, best_weight = form, weight
    return best


def accepts_gzip(accept_encoding: str) -> bool:
    """Tell whether a header ``Accept-Encoding`` allows gzip."""
    return coding_for(accept_encoding, ("gzip",)) == "gzip"


def coding_for(accept_encoding: str, known: Sequence[str]) -> str:
    """Return which coding a header ``Accept-Encoding`` likes best; of equals the one known first.

    A coding by name counts before ``*``; the empty text is none at all.
    """
    weights = {coding.removeprefix("x-"): _weight(given) for coding, given in _entries(accept_encoding)}
    best = max(known, key=lambda coding: weights.get(coding, weights.get("*", 0.0)))
    return best if weights.get(best, weights.get("*", 0.0)) > 0 else ""


def _form(media: str, parameters: dict[str, str]) -> Form | None:
    version = parameters.get("version", "")
    asked = parameters.get("escaping", "")
    escaping = cast("Escaping", asked) if asked in ESCAPINGS else "underscores"
    is_chosen = asked in ESCAPINGS
    if media in (_OPENMETRICS, "application/*") and version in _OPENMETRICS_VERSIONS:
        return Form(openmetrics=True, escaping=escaping, is_chosen=is_chosen)
    if media in _ANY and version in _TEXT_VERSIONS:
        return Form(openmetrics=False, escaping=escaping, is_chosen=is_chosen)
    return None


def _entries(header: str) -> Iterator[tuple[str, dict[str, str]]]:
    for entry in header.split(","):
        first, *rest = (part.strip() for part in entry.split(";"))
        pairs = (part.partition("=") for part in rest)
        yield first.lower(), {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


def _weight(parameters: dict[str, str]) -> float:
    """Return the weight ``q``, 1 where none is given, 0 where it is no number from 0 to 1."""
    try:
        weight = float(parameters.get("q", "1"))
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
