"""Files that may be wrong, read here and by promtool: both take the same ones and refuse the same ones.

Each file is a good one with a few changes. promtool gets all files of a seed in one run.
What YAML itself is taken to be differs in corners between the two libraries (``{a? b}``, tags that do not
fit, what comes after a document that no ``---`` ends); such slips are not made here.
"""

from __future__ import annotations

import copy
import os
import re
import subprocess
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from otel_monitoring.alerts.rules.rulefile import RuleFileError, parse_rules
from otel_monitoring.promql.language.parse import parse
from tests.integration.servers import program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SEEDS = range(3 + int(os.environ.get("OTEL_MONITORING_HUNT", "0")))
FILES_PER_SEED = 120
TEXTS = (
    *("", " ", "up", "a.b", "größe", "a{b}", "a b", "5", "1.5", "true", "~", "null", "-1", "0x10", "1e3"),
    *("5m", "1h30m", "-5m", "5", "30m1h", "1d 2h", "1.5h", "0", "500ms", "999999999y", "+5m", "5M"),
    *("{{ $value }}", "{{ $nobody }}", "{{ end }}", "{{ if }}", "{{ nothing 1 }}", "{{", "}}", "{{ .x }}"),
    *("sum(up)", "sum(up", "up{", "rate(up)", "up[5m]", "1 +", "up == 0", "up offset 5m", "up @ end()"),
    *("__name__", "alertname", "job", "9x", "a-b", "{}", "*", "é" * 3, "\u0000", "\ufeffup", "\U0001f600"),
)  # fmt: skip
FIELDS = (
    *("groups", "name", "interval", "query_offset", "limit", "labels", "rules", "record", "alert", "expr"),
    *(
        "for",
        "keep_firing_for",
        "annotations",
        "partial_response_strategy",
        "Name",
        "",
        "5",
        "source_tenants",
    ),
)


def good(random: Random) -> dict[str, Any]:
    """Return a rule file that is valid, with as many fields as there are."""
    groups: list[dict[str, Any]] = []
    for number in range(random.randint(1, 3)):
        rules: list[dict[str, Any]] = [
            {"record": "job:up:sum", "expr": "sum by (job) (up)", "labels": {"kind": "sum"}},
            {
                "alert": f"Down{number}",
                "expr": "up == 0",
                "for": "5m",
                "keep_firing_for": "1m",
                "labels": {"severity": "{{ $labels.job }}"},
                "annotations": {"summary": "{{ $value | humanize }}"},
            },
        ]
        groups.append(
            {"name": f"g{number}", "interval": "30s", "query_offset": "5s", "limit": 7, "rules": rules}
        )
        if random.random() < 0.3:
            groups[-1]["labels"] = {"team": "{{ $value }}"}
    return {"groups": groups}


def places(node: object, found: list[tuple[Any, Any]] | None = None) -> list[tuple[Any, Any]]:
    """Return every place of a document that holds something: container and key."""
    found = [] if found is None else found
    if isinstance(node, dict | list):
        for key in node if isinstance(node, dict) else range(len(node)):
            found.append((node, key))
            places(node[key], found)
    return found


def value(random: Random) -> Any:
    """Return something that may stand anywhere."""
    plain: tuple[Any, ...] = (
        None,
        True,
        7,
        -3,
        1.5,
        0,
        [],
        {},
        ["a"],
        {"a": "b"},
        [None],
        {"a": None},
        {"a": ["b"]},
        {5: 6},
    )
    return copy.deepcopy(random.choice(plain)) if random.random() < 0.5 else random.choice(TEXTS)


def put(random: Random, document: dict[str, Any]) -> None:
    container, key = random.choice(places(document) or [(document, "groups")])
    container[key] = value(random)


def drop(random: Random, document: dict[str, Any]) -> None:
    found = places(document)
    if found:
        container, key = random.choice(found)
        del container[key]


def add(random: Random, document: dict[str, Any]) -> None:
    found = [one for container, key in places(document) if isinstance(one := container[key], dict)]
    random.choice([document, *found])[random.choice(FIELDS)] = value(random)


def rename(random: Random, document: dict[str, Any]) -> None:
    found = [place for place in places(document) if isinstance(place[0], dict)]
    if found:
        container, key = random.choice(found)
        container[random.choice(FIELDS)] = container.pop(key)


def repeat(random: Random, document: dict[str, Any]) -> None:
    found = [place for place in places(document) if isinstance(place[0], list)]
    if found:
        container, key = random.choice(found)
        container.append(copy.deepcopy(container[key]))


CHANGES: tuple[Callable[[Random, dict[str, Any]], None], ...] = (put, put, put, drop, add, rename, repeat)
ONLY_OURS = ("text after the end of the document", "could not parse YAML: found unexpected ':'")
"""Problems of files that Go's YAML library takes, cutting them short or guessing."""

BEFORE = (
    "%YAML 1.2\n---\n",
    "%YAML 1.1\n---\n",
    "null: 1\n",
    "groups: []\n",
    "\ufeff",
    "---\n",
    "# a\n",
    "\n",
    "...\n",
    "x: y\n",
)
WORDS = (
    *("\t", "- ", ": ", "'", '"', "{", "}", "[", "]", "#", "&a ", "*a ", "!!str ", "|\n", ">-\n"),
    *("\r\n", "<<: *a\n", "\x07", "@", "`", "~", "  ", "\n", "%", "!a "),
)
AFTER = ("---\n{", "---\ngroups: []\n", "---\n", "...\n", "...\n# a\n", "\n\n")


def scribbled(random: Random, text: str) -> str:
    """Return the text with something put in, or cut out, as a slip of the hand does."""
    at = random.randint(0, len(text))
    if random.random() < 0.3:
        return text[:at] + text[at + random.randint(1, 12) :]
    if random.random() < 0.3:
        return random.choice((random.choice(BEFORE) + text, text + random.choice(AFTER)))
    return text[:at] + random.choice(WORDS) + text[at:]


def made(random: Random) -> str:
    document = good(random)
    for _ in range(random.choice((0, 1, 1, 1, 2))):
        random.choice(CHANGES)(random, document)
    flow = random.choice((None, True, False))
    text: str = yaml.safe_dump(document, sort_keys=False, default_flow_style=flow, allow_unicode=True)
    return scribbled(random, text) if random.random() < 0.35 else text


def theirs(paths: list[Path], *flags: str) -> dict[str, str]:
    """Return what promtool says of each file."""
    done = subprocess.run(
        [str(program("promtool")), "check", "rules", *flags, *map(str, paths)],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
    )
    assert done.returncode in (0, 1)
    said = re.split(r"^Checking (.+)$", done.stdout.decode(errors="replace"), flags=re.MULTILINE)[1:]
    return dict(zip(said[::2], said[1::2], strict=True))


def is_good(said: str) -> bool:
    """Tell whether promtool takes a file of which it says this; rules there twice only look wrong."""
    return "SUCCESS" in said or "duplicate rule(s) found" in said


def ours(path: Path, *, ignore_unknown: bool) -> str:
    """Return what is wrong with a file; empty where nothing is."""
    try:
        text = path.read_bytes().decode()
        parse_rules(text, source=path.name, check_expr=parse, ignore_unknown=ignore_unknown)
    except RuleFileError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("seed", SEEDS)
def test_promtool_takes_and_refuses_the_same_files(tmp_path: Path, seed: int) -> None:
    """S1.1 to S1.8."""
    random = Random(seed)
    ignore_unknown = seed % 3 == 2
    paths = [tmp_path / f"{number}.yml" for number in range(FILES_PER_SEED)]
    for path in paths:
        path.write_bytes(made(random).encode("utf-8", "surrogatepass"))

    found = theirs(paths, *(["--ignore-unknown-fields"] if ignore_unknown else []))

    good_ones = 0
    for path in paths:
        said, problems = found[str(path)], ours(path, ignore_unknown=ignore_unknown)
        if any(words in problems for words in ONLY_OURS):
            continue
        good_ones += is_good(said)
        assert is_good(said) is (not problems), f"{path.read_text()}\npromtool: {said}\nours: {problems}"
    assert FILES_PER_SEED / 10 < good_ones < FILES_PER_SEED * 9 / 10
