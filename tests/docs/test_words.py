"""Every word that ``make`` knows is explained to people."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PHONY = re.compile(r"^\.PHONY:(.*)$", re.MULTILINE)


def test_every_make_word_is_in_contributing() -> None:
    files = [ROOT / "Makefile", ROOT / "services.mk"]
    words = {word for file in files for line in PHONY.findall(file.read_text()) for word in line.split()}

    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

    assert {"demo", "test", "check", "services", "stack"} <= words
    assert sorted(word for word in words - {"help"} if f"make {word}`" not in contributing) == []
