"""A text without the disguises that Unicode offers: wide letters, and characters that nobody sees."""

from __future__ import annotations

import unicodedata


def plain(text: str) -> str:
    """Return ``text`` with compatible letters made plain and invisible characters taken out.

    Letters of full width become those of a keyboard; zero-width spaces, joiners and direction marks
    vanish. ASCII is returned as it is.

    Source: Unicode Standard Annex 15 (form NFKC), general category Cf.
    """
    if text.isascii():
        return text
    visible = "".join([char for char in text if unicodedata.category(char) != "Cf"])
    return unicodedata.normalize("NFKC", visible)
