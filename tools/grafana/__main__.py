"""Write the dashboards of Grafana: ``python -m tools.grafana``; ``--check`` looks whether that was done."""

from __future__ import annotations

import argparse
import sys

from tools.grafana.files import FOLDER, stale, written


def main() -> int:
    """Write or check; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where a file is not as written"
    )
    if not parser.parse_args().check:
        print(f"{written()} dashboards in {FOLDER.name}/")
        return 0
    found = stale()
    for name in found:
        print(f"{name} is not what python -m tools.grafana writes", file=sys.stderr)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
