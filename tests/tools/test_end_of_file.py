from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.end_of_file import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (b"a\n", b"a\n", 0),
        (b"", b"", 0),
        (b"a", b"a\n", 1),
        (b"a\n\n\n", b"a\n", 1),
        (b"\n\n", b"", 1),
        (b"a\r\n", b"a\r\n", 0),
        (b"a\r\n\r\n", b"a\r\n", 1),
    ],
)
def test_a_file_ends_with_one_line_feed(tmp_path: Path, before: bytes, after: bytes, code: int) -> None:
    path = tmp_path / "text"
    path.write_bytes(before)

    assert main([str(path)]) == code
    assert path.read_bytes() == after
