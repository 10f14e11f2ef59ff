"""Rule files (S1)."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.alerts.rules.rule import AlertingRule, Problem, RecordingRule, RuleFile
from otel_monitoring.alerts.rules.rulefile import RuleFileError, parse_rules
from otel_monitoring.errors import QueryError

GROUP_FIELDS = "interval, labels, limit, name, query_offset, rules"
NAMELESS = "Groupname must not be empty: expected a text in field 'name' of a group"
A = 'group "g", rule 1, "A": '
DURATION = "whole numbers with units y w d h m s ms, as in 1h30m"


def check_expr_fake(expr: str) -> None:
    """Stand in for the parser of expressions: whatever holds ``!!`` does not parse."""
    if "!!" in expr:
        msg = "unexpected character '!'"
        raise QueryError(msg)


def read(text: str, *, ignore_unknown: bool = False) -> RuleFile:
    return parse_rules(text, source="r.yml", check_expr=check_expr_fake, ignore_unknown=ignore_unknown)


def problems(text: str) -> list[str]:
    with pytest.raises(RuleFileError) as caught:
        read(text)
    return str(caught.value).splitlines()


def rule(fields: str) -> str:
    """Return a file with one rule of these fields, in flow style, from line 3, column 12 on."""
    return "groups:\n- name: g\n  rules: [{" + fields + "}]"


COMPLETE = """
groups:
- name: g
  interval: 30s
  query_offset: 5s
  limit: 7
  labels: {team: web, severity: info}
  rules:
  - alert: Down
    expr: up == 0
    for: 5m
    keep_firing_for: 1m30s
    labels: {severity: "{{ $labels.job }}"}
    annotations: {summary: "{{ $value }}"}
  - record: job:up:sum
    expr: sum by (job) (up)
    labels: {kind: sum}
"""


def test_reads_every_field() -> None:
    """S1.1, S1.3, S1.6."""
    (group,) = read(COMPLETE).groups

    assert (group.name, group.source, group.interval_ms, group.query_offset_ms, group.limit) == (
        "g",
        "r.yml",
        30_000,
        5000,
        7,
    )
    assert group.labels == {"team": "web", "severity": "info"}
    assert group.rules == (
        AlertingRule(
            name="Down",
            expr="up == 0",
            for_ms=300_000,
            keep_firing_for_ms=90_000,
            labels={"team": "web", "severity": "{{ $labels.job }}"},
            annotations={"summary": "{{ $value }}"},
            line=9,
        ),
        RecordingRule(
            name="job:up:sum",
            expr="sum by (job) (up)",
            labels={"team": "web", "severity": "info", "kind": "sum"},
            line=15,
        ),
    )


def test_leaves_what_is_not_said_to_the_defaults() -> None:
    (group,) = read("groups: [{name: g}]").groups

    assert (group.interval_ms, group.query_offset_ms, group.limit, group.rules) == (None, None, 0, ())


def test_keeps_an_offset_of_zero_apart_from_none() -> None:
    (group,) = read("groups: [{name: g, query_offset: 0s}]").groups

    assert group.query_offset_ms == 0


@pytest.mark.parametrize("text", ["", "# nothing\n", "groups:", "groups: []", "---\n", "{}"])
def test_an_empty_file_is_valid(text: str) -> None:
    """S1.1."""
    assert read(text).groups == ()


def test_further_documents_are_ignored_with_a_warning() -> None:
    """S1.1."""
    found = read("groups: [{name: a}]\n---\ngroups: [{name: b}]\n")

    assert [group.name for group in found.groups] == ["a"]
    assert [str(warning) for warning in found.warnings] == [
        "r.yml:2:1: only the first YAML document is read, further ones are ignored"
    ]


def test_a_further_document_may_be_wrong() -> None:
    """S1.1."""
    found = read("groups: [{name: a}]\n---\n{")

    assert [group.name for group in found.groups] == ["a"]
    assert len(found.warnings) == 1


def test_text_after_a_document_that_is_at_its_end_is_a_problem() -> None:
    assert problems("{groups: []}\nx") == [
        "r.yml:2:1: text after the end of the document: expected '---' before it"
    ]


def test_another_version_of_yaml_is_a_problem() -> None:
    assert problems("%YAML 1.2\n---\n{}")[0].endswith("expected %YAML 1.1, or none")
    assert read("%YAML 1.1\n---\n{}").groups == ()


def test_what_is_null_in_a_list_or_for_a_key_is_passed_over() -> None:
    (group,) = read("groups: [~, {name: g, ~: 1, rules: [~, {record: a, expr: 1, labels: {~: b}}]}]").groups

    assert [(one.name, one.labels) for one in group.rules] == [("a", {})]


def test_the_same_rule_twice_is_a_warning_at_the_second() -> None:
    """S1.7."""
    found = read("groups:\n- name: g\n  rules:\n  - {record: a, expr: 1}\n  - {record: a, expr: 2}\n")

    assert [str(warning) for warning in found.warnings] == [
        "r.yml:5:5: duplicate rule 'a': another one has the same name and labels"
    ]


def test_all_problems_are_told_at_once_with_line_and_column() -> None:
    """S1.7."""
    text = """groups:
- name: g
  every: 5m
  rules:
  - alert: A
    expr: a !! b
    for: 5
    annotations:
      summary: "{{ $label.x }}"
  - expr: 1
- name: g
"""

    assert problems(text) == [
        f"r.yml:3:3: unknown field 'every' in a group: expected one of {GROUP_FIELDS}",
        'r.yml:6:11: group "g", rule 1, "A": could not parse expression: unexpected character \'!\'',
        f"r.yml:7:10: {A}field 'for': '5' is not a valid duration: expected {DURATION}",
        f'r.yml:9:16: {A}annotation "summary": template line 1: undefined variable "$label"',
        "r.yml:10:5: group \"g\", rule 2, \"\": one of 'record' or 'alert' must be set",
        'r.yml:11:9: groupname: "g" is repeated in the same file',
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("groups: [{}]", f"1:10: {NAMELESS}"),
        ("groups: [{name: ''}]", f"1:17: {NAMELESS}"),
        ("groups: 3", "1:9: field 'groups' of the file: expected a list, found the text '3'"),
        ("[]", "1:1: the file: expected a mapping, found a list"),
        ("groups: [3]", "1:10: a group: expected a mapping, found the text '3'"),
        ("groups: [{name: g, limit: x}]", "1:27: field 'limit' is the text 'x': expected a whole number"),
        ("groups: [{name: [g]}]", "1:17: field 'name': expected text, found a list"),
        ("rules: []", "1:1: unknown field 'rules' in the file: expected one of groups"),
        ("groups: [{name: g}]\ngroups: []", "2:1: the file: 'groups' is set already in line 1"),
        ("? [a]\n: b", "1:3: the file: expected a name, found a list"),
        ("a: &a {<<: *a}", "1:1: unknown field 'a' in the file: expected one of groups"),
        ("&a {<<: *a}", "1:1: the file: the mapping is merged into itself"),
        ("groups: [", "2:1: could not parse YAML: did not find expected node content"),
        ("[" * 65 + "]" * 65, "1:65: nested more than 64 levels deep"),
    ],
)  # fmt: skip
def test_a_problem_names_its_place_the_value_and_what_was_expected(text: str, expected: str) -> None:
    assert problems(text)[0] == f"r.yml:{expected}"


@pytest.mark.parametrize(
    ("fields", "column", "expected"),
    [
        ("record: a, alert: a, expr: 1", 23, "only one of 'record' and 'alert' must be set"),
        ("alert: a", 11, "field 'expr' must be set in rule"),
        ("alert: a, expr: ' '", 28, "field 'expr' must be set in rule"),
        ("record: a, expr: 1, for: 1m", 32, "invalid field 'for' in recording rule"),
        (
            "record: a, expr: 1, keep_firing_for: 1m",
            32,
            "invalid field 'keep_firing_for' in recording rule",
        ),
        ("record: a, expr: 1, annotations: {a: b}", 32, "invalid field 'annotations' in recording rule"),
        (
            "record: 'a{b}', expr: 1",
            20,
            "braces present in the recording rule name; should it be in expr?: a{b}",
        ),
        ("alert: a, expr: 1, labels: {__name__: b}", 50, "invalid label name: __name__"),
        ("alert: a, expr: 1, labels: {'': b}", 44, "invalid label name: ''"),
        ("alert: a, expr: 1, annotations: {'': b}", 49, "invalid annotation name: ''"),
        (
            "alert: a, expr: 1, labels: {a: '{{ x }}'}",
            43,
            'label "a": template line 1: function "x" not defined',
        ),
        ("alert: a, expr: 1, labels: [a]", 39, "field 'labels': expected a mapping, found a list"),
        ("alert: a, expr: 1, labels: {a: [b]}", 43, "field 'labels', key 'a': expected text, found a list"),
    ],
)
def test_a_problem_of_a_rule_names_its_place(fields: str, column: int, expected: str) -> None:
    (said,) = problems(rule(fields))

    assert re.fullmatch(rf'r\.yml:3:{column}: (group "g", rule 1, "[a{{}}b]+": )?{re.escape(expected)}', said)


def test_a_character_that_yaml_refuses_is_a_problem() -> None:
    (problem,) = problems("groups: \x00")

    assert "could not parse YAML" in problem


def test_unknown_fields_are_let_pass_where_asked() -> None:
    """S1.1."""
    found = read("groups: [{name: g, source_tenants: [a]}]", ignore_unknown=True)

    assert [group.name for group in found.groups] == ["g"]


def test_aliases_and_merge_keys_fill_in_what_is_not_said() -> None:
    text = """
groups:
- name: g
  rules:
  - &first {alert: First, expr: &expr a > 1, for: 1m}
  - &more {expr: b, labels: {x: y}}
  - {<<: [*first, *more], alert: Second}
  - {alert: Third, expr: *expr}
"""
    with pytest.raises(RuleFileError, match="one of 'record' or 'alert'"):
        read(text)

    found = read(
        text.replace("&more {expr", "&more {record: m, expr").replace(
            "*more], alert", "{labels: {x: y}}], alert"
        )
    )

    second, third = found.groups[0].rules[2:]
    assert isinstance(second, AlertingRule)
    assert (second.name, second.expr, second.for_ms, second.labels) == ("Second", "a > 1", 60_000, {"x": "y"})
    assert third.expr == "a > 1"


def test_values_are_taken_as_text_and_null_is_no_value() -> None:
    (group,) = read(rule("alert: 5, expr: 1, labels: {a: yes, b: null}, annotations: null, for: ~")).groups
    (only,) = group.rules

    assert isinstance(only, AlertingRule)
    assert (only.name, only.expr, only.labels, only.annotations, only.for_ms) == (
        "5",
        "1",
        {"a": "yes", "b": ""},
        {},
        0,
    )


def test_names_may_be_any_utf_8() -> None:
    """S1.4."""
    (group,) = read(rule("record: 'größe.gesamt', expr: 1, labels: {ins-tance: x}")).groups

    assert group.rules[0].labels == {"ins-tance": "x"}


def test_a_bad_template_in_the_labels_of_a_group_is_a_warning_where_alerts_use_it() -> None:
    """S1.5, S1.6: Prometheus takes such a file; the label then holds the error."""
    text = "groups: [{name: g, labels: {a: '{{ x }}'}, rules: [{RULE: r, expr: 1}]}]"

    assert [str(warning) for warning in read(text.replace("RULE", "alert")).warnings] == [
        'r.yml:1:32: label "a": template line 1: function "x" not defined'
    ]
    assert read(text.replace("RULE", "record")).warnings == ()


@pytest.mark.parametrize(
    ("text", "limit"),
    [("7", 7), ("-1", 0), ("1.9", 1), ("0x10", 16), ("010", 8), ("0o10", 8), ("1_000", 1000), ("~", 0)],
)
def test_a_limit_is_read_as_go_reads_it(text: str, limit: int) -> None:
    """S1.1."""
    assert read(f"groups: [{{name: g, limit: {text}}}]").groups[0].limit == limit


def test_fields_of_alerts_that_say_nothing_are_let_pass_in_a_recording_rule() -> None:
    """S1.3."""
    found = read(rule("record: a, expr: 1, for: 0s, keep_firing_for: ~, annotations: {}"))

    assert [one.name for one in found.groups[0].rules] == ["a"]


NAMES = st.sampled_from(
    [
        "groups",
        "name",
        "interval",
        "limit",
        "labels",
        "rules",
        "record",
        "alert",
        "expr",
        "for",
        "annotations",
        "x",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("5m"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def found_in(text: str) -> tuple[Problem, ...]:
    """Return the problems of a text; none where it is a rule file."""
    try:
        read(text)
    except RuleFileError as error:
        return error.problems
    return ()


@given(st.dictionaries(NAMES, VALUES, max_size=3) | VALUES)
def test_any_document_is_a_rule_file_or_has_problems_with_a_place(document: object) -> None:
    assert all(problem.line for problem in found_in(yaml.safe_dump(document)))


@given(st.text(alphabet="{}[]:-&*<'\"#|> \nab", max_size=40))
def test_any_text_is_a_rule_file_or_has_problems(text: str) -> None:
    assert all(problem.message for problem in found_in(text))
