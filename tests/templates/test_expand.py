"""Templates (S4); what each gives was checked against Go's own ``text/template``."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.templates import Context, Data, Template, TemplateError

DATA = Data(
    labels={"job": "api", "host": "a.example.com", "a.b": "dotted"},
    value=1234567.0,
    external_labels={"dc": "eu"},
    context=Context(external_url="http://x/y"),
)

GIVES = [
    ("a {{ 1   -}}   b", "a 1b"),
    ("{{eq nil 1 nil}}", "true"),
    ("{{range $a, $b := $labels}}{{$a}}{{end}}", "a.bhostjob"),
    ("{{range $labels}}{{continue}}{{end}}-", "-"),
    ("{{range 2}}{{if .}}{{break}}{{end}}{{.}}{{end}}", "0"),
    ('{{print "\\101"}}', "A"),
    ('{{printf "%v" $labels}}', "map[a.b:dotted host:a.example.com job:api]"),
    ('{{ printf "%q" $labels }}', 'map["a.b":"dotted" "host":"a.example.com" "job":"api"]'),
    ("{{range 0}}x{{else}}y{{end}}", "y"),
    ("{{and 0 $labels.a.b}}", "0"),
    ("{{or 1 $labels.a.b}}", "1"),
    ("{{ $labels.job | and 1 }}", "api"),
    ("{{le 1.5 1.5}}{{ge 1 2}}", "truefalse"),
    ('{{with $labels.job}}{{with "x"}}{{.}}{{end}}{{.}}{{end}}', "xapi"),
    ('{{ slice "abcdef" 2 }}{{slice "abc"}}', "cdefabc"),
    ("{{index $labels}}", "map[a.b:dotted host:a.example.com job:api]"),
    ('{{index "héy" 1}}', "195"),
    ("plain", "plain"),
    ("{{ $value }}", "1.234567e+06"),
    ("{{.Value}}", "1.234567e+06"),
    ("{{$.Value}}", "1.234567e+06"),
    ("{{ .Labels.job }}-{{ $labels.job }}", "api-api"),
    ("{{ $labels.nothing }}|", "|"),
    ('{{ index $labels "a.b" }}', "dotted"),
    ('a {{- " b " -}} c', "a b c"),
    ("a  {{- 1 }}  b", "a1  b"),
    ("a {{ 1 -}}  \n b", "a 1b"),
    ("{{-3}}", "-3"),
    ("{{- 3}}", "3"),
    ("{{/* c */}}x", "x"),
    ("a {{- /* c */ -}} b", "ab"),
    ('{{"a}}b"}}', "a}}b"),
    ('{{`raw\n"x"`}}', 'raw\n"x"'),
    ("{{'a'}}", "97"),
    ('{{"\\u00e9\\x41\\n"}}', "éA\n"),
    ("{{if .Value}}y{{else}}n{{end}}", "y"),
    ('{{if eq .Labels.job "x"}}a{{else if gt .Value 5.0}}b{{else}}c{{end}}', "b"),
    ('{{if and .Value (eq $labels.job "api")}}y{{end}}', "y"),
    ('{{if or "" 0}}y{{else}}n{{end}}', "n"),
    ("{{and 1 0 2}}", "0"),
    ('{{or 0 "" 3 4}}', "3"),
    ("{{not 0}}", "true"),
    ("{{1 | and 0}}", "0"),
    ("{{range $k,$v := $labels}}{{$k}}={{$v}};{{end}}", "a.b=dotted;host=a.example.com;job=api;"),
    ("{{range .Labels}}{{.}};{{else}}none{{end}}", "dotted;a.example.com;api;"),
    ("{{range 3}}{{.}}{{end}}", "012"),
    ("{{range $i := 3}}{{$i}}{{end}}", "012"),
    ('{{range $v := $labels}}{{if eq $v "api"}}{{continue}}{{end}}{{$v}}{{break}}{{end}}', "dotted"),
    ("{{with $labels.job}}{{.}}{{end}}", "api"),
    ("{{with $labels.no}}{{.}}{{else}}no{{end}}", "no"),
    ("{{with $labels.no}}a{{else with $labels.job}}{{.}}{{end}}", "api"),
    ("{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}", "2"),
    ("{{$x := 1}}{{if true}}{{$x := 2}}{{end}}{{$x}}", "1"),
    ("{{print nil}}", "<nil>"),
    ('{{define "x"}}[{{.}}]{{end}}{{template "x" .Value}}', "[1.234567e+06]"),
    ('{{block "b" .Value}}<{{.}}>{{end}}', "<1.234567e+06>"),
    ('{{printf "%.2f %s %d" .Value $labels.job 3}}', "1234567.00 api 3"),
    ('{{.Value | printf "%v %v" 1}}', "1 1.234567e+06"),
    ('{{print 1 2 "a" "b" 3}}', "1 2ab3"),
    ('{{println 1 "a"}}', "1 a\n"),
    ('{{printf "%d" .Value}}', "%!d(float64=1.234567e+06)"),
    ("{{len $labels}}", "3"),
    ('{{len "héy"}}', "4"),
    ('{{slice "abcdef" 1 3}}', "bc"),
    ('{{index "abc" 1}}', "98"),
    ('{{index $labels "no"}}|', "|"),
    ('{{html "<a href=\'x\'>&\\""}}', "&lt;a href=&#39;x&#39;&gt;&amp;&#34;"),
    ('{{js "it\'s <b> \\"x\\" = \\n"}}', 'it\\\'s \\u003Cb\\u003E \\"x\\" \\u003D \\u000A'),
    ('{{urlquery "a b&c/é" 1}}', "a+b%26c%2F%C3%A91"),
    ("{{eq 1 2 3 1}}", "true"),
    ('{{ne "a" "b"}}', "true"),
    ("{{lt 1 2}}", "true"),
    ("{{le 2 2}}", "true"),
    ("{{gt 1.5 0.5}}", "true"),
    ('{{ge "b" "a"}}', "true"),
    ('{{eq $labels.job "api"}}', "true"),
    ("{{eq nil nil}}", "true"),
    ('{{ (index $labels "job") }}', "api"),
    ("{{ ($labels).job }}", "api"),
    ('{{ (.Labels).job | printf "%q" }}', '"api"'),
    ('{{ $labels.job | len | printf "%03d" }}', "003"),
    (
        "{{1e3}} {{1.5}} {{0x1F}} {{010}} {{1_000}} {{+5}} {{.5}} {{1e-7}} {{1e6}} {{12345678.0}}",
        "1000 1.5 31 8 1000 5 0.5 1e-07 1e+06 1.2345678e+07",
    ),
    ("}}", "}}"),
    ("{{$}}", "{map[a.b:dotted host:a.example.com job:api] map[dc:eu] http://x/y 1.234567e+06}"),
    ("{{.}}", "{map[a.b:dotted host:a.example.com job:api] map[dc:eu] http://x/y 1.234567e+06}"),
    ("{{true}} {{false}}", "true false"),
    ("{{true | not}}", "false"),
    ('{{ $value|printf "%.1f" }}', "1234567.0"),
    ("{{print (print 1) (print 2)}}", "12"),
    ('{{ "x" | html | printf "%s" | len }}', "1"),
    ("{{ .Labels }}", "map[a.b:dotted host:a.example.com job:api]"),
    ("{{$x:=1}}{{$x}}", "1"),
    ("{{$x :=1}}{{$x}}", "1"),
    ("{{print | }}", ""),
    ("{{1 | print | }}", "1"),
    ("{{ . | print }}", "{map[a.b:dotted host:a.example.com job:api] map[dc:eu] http://x/y 1.234567e+06}"),
    ("{{if $labels.no}}a{{end}}b", "b"),
    ("{{with .}}{{.Value}}{{$.Value}}{{end}}", "1.234567e+061.234567e+06"),
    ("{{range $labels}}{{$.Value}}{{end}}", "1.234567e+061.234567e+061.234567e+06"),
    ('{{ printf "%s" }}', "%!s(MISSING)"),
    ('{{ printf "%s" 1 2}}', "%!s(int=1)%!(EXTRA int=2)"),
    ('{{ template "a" }}{{define "a"}}A{{end}}', "A"),
    ("x{{/*a*/}}y{{/*b*/ -}} z", "xyz"),
    ("{{ $externalLabels.dc }} {{ $externalURL }} {{ .ExternalURL }}", "eu http://x/y http://x/y"),
    (
        '{{printf "%5.1f|%-6d|%06.2f|%+d|%x|%q|%t|%T" 1.25 7 3.14159 5 255 "a" true 1.5}}',
        '  1.2|7     |003.14|+5|ff|"a"|true|float64',
    ),
    ("{{printf `%v %v` 1.0 100000.0}}", "1 100000"),
    ("{{- 1 -}}", "1"),
    ("{{1}}{{- /**/ -}}{{2}}", "12"),
    ("{{ print .Value\n}}", "1.234567e+06"),
]

DOES_NOT_PARSE = [
    "{{range $a, $b}}{{end}}",
    "{{/* c */x}}",
    "{{1z}}",
    '{{define "a"}}x{{else}}y{{end}}',
    "{{template x}}",
    "{{range $a, 1}}{{end}}",
    "{{ /* c */}}",
    "{{/* c }}",
    "{{break}}",
    "{{with $x := 3}}{{$x}}{{end}}{{$x}}",
    "{{$label.foo}}",
    "{{foo}}",
    "{{foo 1}}",
    "{{}}",
    "{{1 | 2}}",
    '{{define "x"}}{{$labels.job}}{{end}}',
    "{{12abc}}",
    '{{"a}}',
    '{{"a" }',
    "{{",
    "{{end}}",
    "{{else}}",
    "{{if 1}}",
    "{{if 1}}a{{else}}b",
    '{{range 1}}{{define "q"}}{{end}}{{end}}',
    "{{if}}x{{end}}",
    "{{$x, $y := 1}}",
    "{{$labels-foo}}",
    '{{print "a""b"}}',
    "{{print (1}}",
    "{{print 1)}}",
    "{{ |print }}",
    '{{"a".b}}',
    "{{$labels.job.}}",
    '{{define "a"}}A{{end}}{{define "a"}}B{{end}}{{template "a"}}',
    '{{"\\q"}}',
    "{{'ab'}}",
    "{{if true}}{{$y := 1}}{{end}}{{$y}}",
    "{{range $labels}}a{{else}}b{{else}}c{{end}}",
    "{{with 1}}{{else if 2}}{{end}}",
]

FAILS = [
    "{{index 3 1}}",
    "{{slice 3 1}}",
    '{{slice "abc" 2 1}}',
    '{{index "abc" "a"}}',
    "{{len 1.5}}",
    "{{slice $labels 1}}",
    "{{if 0}}{{$y := 1}}{{else}}{{$y}}{{end}}",
    "{{if 0}}{{$y := 1}}{{else}}{{$y = 2}}{{end}}",
    '{{eq 1 "a" 1}}',
    '{{slice "abc" 1 2 3}}',
    "{{ toUpper $labels }}",
    "{{ .labels.x }}",
    "{{ $labels.job.x }}",
    "{{range $labels.nothing}}x{{else}}none{{end}}",
    "{{range $i,$x := 3}}{{$i}}{{end}}",
    "{{range .Value}}x{{end}}",
    "{{$x = 1}}",
    "{{1 2}}",
    "{{.Value 1}}",
    "{{nil}}",
    '{{template "x"}}',
    '{{define "r"}}{{template "r"}}{{end}}{{template "r"}}',
    "{{printf}}",
    "{{len 3}}",
    '{{slice "abc" 2 9}}',
    "{{index $labels 1}}",
    "{{eq 1 1.0}}",
    "{{lt .Value 5}}",
    "{{lt true false}}",
    "{{.Value.x}}",
    "{{not}}",
    "{{not 1 2}}",
    "{{and}}",
    "{{call 1}}",
    "{{ $labels . }}",
    "{{ .Labels.job .Value }}",
    '{{eq "a" 1}}',
    "{{eq $labels $labels}}",
]


@pytest.mark.parametrize(("text", "expected"), GIVES)
def test_gives_what_go_gives(text: str, expected: str) -> None:
    assert Template(text).expand(DATA) == expected


@pytest.mark.parametrize("text", DOES_NOT_PARSE)
def test_refuses_what_go_refuses(text: str) -> None:
    """S1.5."""
    with pytest.raises(TemplateError, match=r"^template line \d+: "):
        Template(text)


@pytest.mark.parametrize("text", FAILS)
def test_a_failure_while_expanding_becomes_the_text(text: str) -> None:
    """S4.4."""
    assert Template(text).expand(DATA).startswith("<error expanding template: ")


def test_names_what_is_not_defined() -> None:
    with pytest.raises(TemplateError, match='line 2: undefined variable "\\$label"'):
        Template("first\n{{ $label.job }}")


@pytest.mark.parametrize(
    "text",
    [
        "{{range 1000000000}}{{end}}",
        "{{range 100000}}{{printf `%999d` 1}}{{end}}",
        "{{define `x`}}{{range 2}}{{template `x`}}{{end}}{{end}}{{template `x`}}",
    ],
)
def test_never_runs_without_end(text: str) -> None:
    assert "more than" in Template(text).expand(DATA)


@pytest.mark.parametrize("text", ["{{" + "(" * 60 + "1" + ")" * 60 + "}}", "{{if 1}}" * 60 + "{{end}}" * 60])
def test_refuses_to_nest_without_end(text: str) -> None:
    with pytest.raises(TemplateError, match="nested more than"):
        Template(text)


def test_a_number_that_is_none_counts_as_something() -> None:
    data = Data(labels={}, value=math.nan)

    assert Template("{{ if $value }}yes{{ end }}").expand(data) == "yes"


def test_a_range_over_nothing_is_empty() -> None:
    assert Template("{{ range (args 1).arg5 }}x{{ else }}none{{ end }}").expand(DATA) == "none"


PIECES = st.sampled_from(
    [
        "{{",
        "}}",
        "{{-",
        "-}}",
        "if",
        "else",
        "end",
        "range",
        "with",
        "define",
        '"x"',
        "template",
        "$value",
        "$labels",
        ".",
        ".a",
        "|",
        "(",
        ")",
        ":=",
        "=",
        "$x",
        ",",
        "print",
        "1",
        "2.5",
        "eq",
        "index",
        "text",
        "break",
        "`",
        "/*",
        "*/",
    ]
)


@given(st.lists(PIECES, max_size=16).map(" ".join) | st.lists(PIECES, max_size=16).map("".join))
def test_any_text_gives_a_text_or_does_not_parse(text: str) -> None:
    said = ""
    try:
        Template(text).expand(DATA)
    except TemplateError as error:
        said = str(error)

    assert said == "" or said.startswith("template line ")


def test_of_two_definitions_one_may_be_blank() -> None:
    """S4.5."""
    text = '{{ block "b" 1 }}{{ end }}{{ block "b" 2 }}<{{ . }}>{{ end }}'

    assert Template(text).expand(Data(labels={}, value=0.0)) == "<1><2>"
    with pytest.raises(TemplateError, match="multiple definition of template 'b'"):
        Template('{{ block "b" 1 }}x{{ end }}{{ block "b" 2 }}y{{ end }}')
