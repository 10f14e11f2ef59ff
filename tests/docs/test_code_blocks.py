"""The Python code in the documentation runs: each page in an interpreter of its own, block after block.

A block that cannot run by itself has the line ``<!-- not run -->`` before it and is only compiled.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(
    r"^(?P<skip> *<!-- not run -->\n+)?(?P<indent> *)```python[^\n]*\n(?P<code>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One block of Python code on a page.

    Attributes:
        line: The line of the page on which the code begins, from 1.
        code: The code, not indented.
        runs: Whether it can run by itself.
    """

    line: int
    code: str
    runs: bool


def blocks(text: str) -> list[Block]:
    """Return the blocks of a page in order."""
    return [
        Block(
            line=text.count("\n", 0, match.start("code")) + 1,
            code=textwrap.dedent(match["code"]),
            runs=match["skip"] is None,
        )
        for match in BLOCK.finditer(text)
    ]


def program(text: str) -> str:
    """Return the blocks that run as one program, each line where it stands on the page."""
    lines: list[str] = []
    for block in blocks(text):
        if block.runs:
            lines += [""] * (block.line - 1 - len(lines))
            lines += block.code.splitlines()
    return "\n".join(lines) + "\n"


def with_code() -> list[Path]:
    pages = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    return sorted(page for page in pages if blocks(page.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", with_code(), ids=lambda page: str(page.relative_to(ROOT)))
def test_the_code_of_a_page_compiles(page: Path) -> None:
    for block in blocks(page.read_text(encoding="utf-8")):
        code = "\n" * (block.line - 1) + block.code
        assert compile(code, page.name, "exec", flags=0x2000)  # top-level await is fine in a guide


@pytest.mark.parametrize("page", with_code(), ids=lambda page: str(page.relative_to(ROOT)))
def test_the_code_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    script = tmp_path / f"{page.stem.replace('-', '_')}.py"
    script.write_text(program(page.read_text(encoding="utf-8")), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}

    ended = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 0, f"{page.relative_to(ROOT)}:\n{ended.stderr}"


def test_blocks_run_in_order_on_the_lines_of_the_page() -> None:
    text = "# Page\n```python\na = 1\n```\n<!-- not run -->\n```python\nb = 2\n```\n```python\nc = 3\n```\n"

    assert program(text) == "\n\na = 1\n\n\n\n\n\n\nc = 3\n"
