"""Generated templates, expanded here and by promtool: the same text, or both an error (S4).

promtool shows what it found where nothing is expected: that is where its texts are read from.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
from random import Random
from typing import TYPE_CHECKING

import pytest
import yaml

from otel_monitoring.templates import Template, TemplateError
from otel_monitoring.testing.rules import RuleBench
from tests.integration.servers import program

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = range(8 + int(os.environ.get("OTEL_MONITORING_HUNT", "0")))
TEMPLATES_PER_SEED = 250
ADDRESS = re.compile(
    r"0[xX][0-9a-f]{9,}|struct \{|\[0\)|\[\+\)|\b[0-9a-fA-F]{10,12}\b|queryResult|0X[0-9A-F]{9,}|"
    r"template\.sample|[01]{30}|[0-7]{14}|\d{13}|U\+\w{9,}"
)
TOO_LONG = "takes more than"
ERROR = "<error expanding template: "
NUMBERS = (
    *("0", "1", "-1", "3", "42", "-7", "1.5", "0.001", "-0.25", "1e3", "1e-7", "1e21", "123456789", "0x1F"),
    *(
        "1_000",
        "'a'",
        "1234567.891",
        "100000",
        "1e6",
        "999999",
        "0.5",
        "5e-324",
        "1e308",
        "0b11",
        "0o17",
        "60",
    ),
    *("3661", "86400.5", "1.7e9", "1136214245.678"),
)
STRINGS = (
    *('""', '"a"', '"a b"', '"12"', '"1.5"', '"-3e2"', '"é"', '"<b>&\\"\'"', '"host:8080"', '"[::1]:9"'),
    *('"10.0.0.1:80"', '"a.b.c:1"', '"hello world"', '"5m"', '"1h30m"', "`raw \\n`", '"x\\ty"', '"NaN"'),
    *(
        '"Inf"',
        '"^a.*$"',
        '"(a)(b)?"',
        '"$1-$2"',
        '"up"',
        '"1d"',
        '"ab"',
        '"%d"',
        '"0x10"',
        '"日本"',
        '"a/b?c=d"',
    ),
)
VALUES = (
    *(
        "$value",
        ".Value",
        "$labels.a",
        ".Labels.b",
        "$labels.nobody",
        "$externalLabels.region",
        "$externalURL",
    ),
    *(".ExternalURL", "true", "false", ".", "$", "$labels", "nil", ".Nobody", "$labels.a.b", ".Labels"),
)
QUERIES = ("sum(load)", "up == 1", "load{a='x'}", "sort_desc(load)", "nobody", "1", "1 +")
ONE = (
    *("len", "not", "print", "println", "html", "js", "urlquery", "humanize", "humanize1024", "toTime"),
    *("humanizeDuration", "humanizePercentage", "humanizeTimestamp", "toDuration", "parseDuration", "title"),
    *(
        "toUpper",
        "toLower",
        "stripPort",
        "stripDomain",
        "urlQueryEscape",
        "graphLink",
        "tableLink",
    ),
    *("first", "value", "strvalue", "query", "args", "reReplaceAll", "call", "label", "printf"),
)
SAFE = (
    "humanize",
    "humanize1024",
    "humanizeDuration",
    "humanizePercentage",
    "toUpper",
    "toLower",
    "title",
    "print",
)
TWO = (
    "and",
    "or",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "index",
    "match",
    "label",
    "print",
    "args",
    "slice",
    "sortByLabel",
)
NONE = ("now", "args", "print")  # externalURL and pathPrefix have no URL in promtool's unit tests
VERBS = (
    *(
        "%v",
        "%d",
        "%s",
        "%q",
        "%f",
        "%.2f",
        "%e",
        "%g",
        "%x",
        "%X",
        "%t",
        "%T",
        "%5d",
        "%-8s|",
        "%08.3f",
        "%+d",
    ),
    *(
        "%c",
        "%U",
        "%b",
        "%o",
        "% d",
        "%6.2f%%",
        "%.3g",
        "%G",
        "%E",
        "%z",
        "%",
        "%d %d",
        "%[1]v",
    ),
    *("%*d", "%.1q", "%v", "%x", "%10.3v|", "%O", "%-5t|", "%.0f", "%+.2e"),
)


class Maker:
    """Make templates that are mostly right."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.variables: list[str] = []

    def one_of(self, words: tuple[str, ...]) -> str:
        return self.random.choice(words)

    def term(self, depth: int = 0) -> str:  # noqa: PLR0911 - one for each kind
        turn = self.random.random()
        if turn < 0.2:
            return self.one_of(NUMBERS)
        if turn < 0.4:
            return self.one_of(STRINGS)
        if turn < 0.6:
            return self.one_of(VALUES)
        if turn < 0.7 and self.variables:
            return self.random.choice(self.variables)
        if turn < 0.75:
            return f'(query "{self.one_of(QUERIES)}")'
        if turn < 0.82:
            return self.sample()
        if depth > 2:
            return "$value"
        return f"({self.pipeline(depth + 1)})"

    def sample(self) -> str:
        found = f'(query "{self.one_of(QUERIES[:4])}" | first)'
        return found + self.one_of(("", ".Labels", ".Labels.a", ".Value", ".Labels.nobody", ".Nobody"))

    def command(self, depth: int = 0) -> str:  # noqa: PLR0911 - one for each kind
        turn = self.random.random()
        if turn < 0.25:
            return self.term(depth)
        if turn < 0.5:
            return f"{self.one_of(ONE)} {self.term(depth)}"
        if turn < 0.72:
            return f"{self.one_of(TWO)} {self.term(depth)} {self.term(depth)}"
        if turn < 0.88:
            terms = " ".join(self.term(depth) for _ in range(self.random.choice((0, 1, 1, 1, 2))))
            return f'printf "{self.one_of(VERBS)}" {terms}'
        if turn < 0.92:
            return self.sample()
        if turn < 0.95:
            return f"reReplaceAll {self.one_of(STRINGS)} {self.one_of(STRINGS)} {self.term(depth)}"
        return self.one_of(NONE)

    def pipeline(self, depth: int = 0) -> str:
        parts = [self.command(depth)]
        while self.random.random() < 0.3:
            turn = self.random.random()
            if turn < 0.5:
                parts.append(self.one_of(SAFE if self.random.random() < 0.6 else ONE))
            elif turn < 0.75:
                parts.append(f"{self.one_of(TWO)} {self.term(depth)}")
            else:
                parts.append(f'printf "{self.one_of(VERBS)}"')
        return " | ".join(parts)

    def open(self) -> str:
        return self.random.choice(("{{", "{{ ", "{{- ", "{{"))

    def close(self) -> str:
        return self.random.choice(("}}", " }}", " -}}", "}}"))

    def tag(self, words: str) -> str:
        return f"{self.open()}{words}{self.close()}"

    def text(self) -> str:
        return self.random.choice((" ", "a ", " b", "\n", " x\n ", "", "é", "}", "{ ", "$"))

    def body(self, depth: int = 0) -> str:
        return "".join(self.piece(depth) for _ in range(self.random.choice((1, 1, 2, 3))))

    def piece(self, depth: int) -> str:
        turn = self.random.random()
        if turn < 0.25 or depth > 2:
            return self.text()
        if turn < 0.62:
            return self.tag(self.pipeline())
        if turn < 0.7:
            return self.assigned()
        if turn < 0.98:
            return self.block(depth + 1)
        return self.random.choice(
            ("{{/* c */}}", " {{- /* c */ -}} ", "{{/* c", "{{ }}", "{{end}}", "{{else}}")
        )

    def assigned(self) -> str:
        name = self.random.choice(("$x", "$y"))
        if name in self.variables and self.random.random() < 0.5:
            return self.tag(f"{name} = {self.pipeline()}")
        words = self.tag(f"{name} := {self.pipeline()}")
        self.variables.append(name)
        return words

    def block(self, depth: int) -> str:
        before = list(self.variables)
        words = self._block(depth)
        self.variables = before
        return words

    def _block(self, depth: int) -> str:
        kind = self.random.choice(("if", "if", "with", "range", "range", "define", "block"))
        if kind == "if":
            start = self.tag(f"if {self.pipeline()}") + self.body(depth)
            more = self.random.random() < 0.4
            start += self.tag(f"else if {self.pipeline()}") + self.body(depth) if more else ""
            return f"{start}{self._else(depth)}{self.tag('end')}"
        if kind == "with":
            head = self.random.choice(("", "", "$w := "))
            start = self.tag(f"with {head}{self.pipeline()}")
            if head:
                self.variables.append("$w")
            return f"{start}{self.body(depth)}{self._else(depth)}{self.tag('end')}"
        if kind == "range":
            return self._range(depth)
        if kind == "block":
            start = self.tag(f'block "b" {self.term()}')
            return f"{start}{self.text()}{{{{ . }}}}{self.tag('end')}"
        call = self.tag(f'template "{self.one_of(("d", "d", "e"))}" {self.term()}')
        return '{{ define "d" }}[{{ . }}]{{ end }}' + call

    def _range(self, depth: int) -> str:
        queries = (f'query "{query}"' for query in QUERIES)
        what = self.random.choice(
            (*queries, 'query "up" | sortByLabel "a"', "3", ".Labels", "args 1", ".Value")
        )
        head = self.random.choice(("", "", "$i, $e := ", "$e := "))
        start = self.tag(f"range {head}{what}")
        self.variables += [name for name in ("$i", "$e") if name in head]
        inner = self.random.choice(("{{ .Labels.a }}={{ .Value }};", "{{ . }}", ""))
        leave = self.random.choice(("", "", "", "{{ break }}", "{{ continue }}"))
        return f"{start}{inner}{self.body(depth)}{leave}{self._else(depth)}{self.tag('end')}"

    def _else(self, depth: int) -> str:
        return self.tag("else") + self.body(depth) if self.random.random() < 0.4 else ""


def templates(random: Random) -> list[str]:
    return [Maker(random).body() for _ in range(TEMPLATES_PER_SEED)]


def ours_parses(text: str) -> str:
    """Return why a template does not parse; empty where it does."""
    try:
        Template(text)
    except TemplateError as error:
        return str(error)
    return ""


def theirs_parse(folder: Path, texts: list[str]) -> dict[int, str]:
    """Return what promtool says of the templates that do not parse, by their places."""
    rules = [{"alert": f"A{at}", "expr": "up", "annotations": {"a": text}} for at, text in enumerate(texts)]
    path = folder / "check.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": rules}]}))
    said = run("check", "rules", str(path))
    return {int(at): why for at, why in re.findall(r'rule \d+, "A(\d+)": (.*)', said)}


INPUTS = {
    'up{a="x",b="1"}': "0x5",
    'up{a="y",b="2"}': "1x5",
    'load{a="x"}': "1x5",
    'load{a="y"}': "7.25x5",
    'load{a="z"}': "1e7x5",
    'shown{a="x",b="B",instance="h:1"}': "1234.5x5",
}
OUTSIDE = {"external_labels": {"region": "north"}, "external_url": "http://prometheus.example/sub"}


def rules_of(texts: list[str]) -> str:
    annotations = {f"t{at}": text for at, text in enumerate(texts)}
    rule = {"alert": "A", "expr": "shown", "annotations": annotations}
    return yaml.safe_dump({"groups": [{"name": "g", "rules": [rule]}]})


def theirs(folder: Path, texts: list[str]) -> list[str]:
    """Return what promtool expands the templates to."""
    (folder / "rules.yml").write_text(rules_of(texts))
    test = {
        "input_series": [{"series": name, "values": values} for name, values in INPUTS.items()],
        "alert_rule_test": [{"eval_time": "2m", "alertname": "A"}],
        **OUTSIDE,
    }
    path = folder / "tests.yml"
    path.write_text(yaml.safe_dump({"rule_files": ["rules.yml"], "tests": [test]}))
    said = run("test", "rules", str(path))
    found = dict(re.findall(r't(\d+)=("(?:[^"\\]|\\.)*")', said[said.index("Annotations:") :]))
    return [str(ast.literal_eval(found.get(str(at), '""'))) for at in range(len(texts))]


def ours(texts: list[str]) -> list[str]:
    bench = RuleBench.from_text(rules_of(texts), **OUTSIDE)  # type: ignore[arg-type]
    for name, values in INPUTS.items():
        bench.load(name, values)
    bench.advance("2m")
    (alert,) = bench.firing("A")
    return [alert.annotations[f"t{at}"] for at in range(len(texts))]


def run(*arguments: str) -> str:
    done = subprocess.run(
        [str(program("promtool")), *arguments],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
    )
    return done.stdout.decode(errors="replace")


@pytest.mark.parametrize("seed", SEEDS)
def test_templates_expand_to_the_same_text(tmp_path: Path, seed: int) -> None:
    """S1.5, S4.3 to S4.7."""
    texts = templates(Random(seed))

    refused = theirs_parse(tmp_path, texts)
    for at, text in enumerate(texts):
        assert (at in refused) is bool(ours_parses(text)), (text, refused.get(at), ours_parses(text))
    good = [text for at, text in enumerate(texts) if at not in refused]
    pairs = list(zip(good, theirs(tmp_path, good), ours(good), strict=True))

    for text, expected, got in pairs:
        assert is_same(expected, got), (text, expected, got)
    assert sum(not expected.startswith(ERROR) for _, expected, _ in pairs) > TEMPLATES_PER_SEED / 5


def is_same(expected: str, got: str) -> bool:
    """Tell whether two texts are the same, or both errors, whose words may differ.

    Go prints the elements of a query's result by their addresses, and marks one by itself as a pointer.
    """
    if ADDRESS.search(expected) or TOO_LONG in got:
        return True
    return expected.replace("&{", "{") == got or (expected.startswith(ERROR) and got.startswith(ERROR))
