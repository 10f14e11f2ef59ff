"""Let every text file end with exactly one line feed; a commit hook.

``python -m tools.end_of_file FILE...`` mends the files and exits with 1 when it changed one.
"""

from __future__ import annotations

import sys
from pathlib import Path


def mend(path: Path) -> bool:
    """Return whether the end of ``path`` had to be changed; an empty file stays empty."""
    content = path.read_bytes()
    ending = b"\r\n" if content.rstrip(b"\n").endswith(b"\r") else b"\n"
    body = content.rstrip(b"\r\n")
    mended = body + ending if body else b""
    if mended == content:
        return False
    path.write_bytes(mended)
    return True


def main(arguments: list[str]) -> int:
    """Mend each file named; return the exit code."""
    changed = [name for name in arguments if mend(Path(name))]
    for name in changed:
        print(f"mended the end of {name}")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
