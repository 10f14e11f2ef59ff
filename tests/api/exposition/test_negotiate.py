"""Content negotiation."""

from __future__ import annotations

import pytest

from otel_monitoring.api.exposition.negotiate import PLAIN, Form, accepts_gzip, form_for

PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
PROMETHEUS_2 = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
PROTOBUF_FIRST = (
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,"
    "text/plain;version=0.0.4;q=0.3"
)
OPENMETRICS = Form(openmetrics=True)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (PROMETHEUS_3, Form(openmetrics=True, escaping="allow-utf-8", is_chosen=True)),
        (PROMETHEUS_2, OPENMETRICS),
        (PROTOBUF_FIRST, PLAIN),
        ("", PLAIN),
        ("*/*", PLAIN),
        ("text/html,application/xhtml+xml,*/*;q=0.8", PLAIN),
        ("image/png", PLAIN),
        ("Application/OpenMetrics-Text", OPENMETRICS),
        ('application/openmetrics-text; version="1.0.0"', OPENMETRICS),
        ("application/openmetrics-text;version=2.0.0", PLAIN),
        ("application/openmetrics-text;version=1.0.0;escaping=underscores", OPENMETRICS),
        ("application/openmetrics-text;q=0,text/plain;q=0.1", PLAIN),
        ("application/openmetrics-text;q=many", PLAIN),
        ("application/openmetrics-text;q=7", PLAIN),
        ("application/openmetrics-text;q=nan", PLAIN),
        ("text/plain;q=0.4,application/openmetrics-text;q=0.5", OPENMETRICS),
        ("text/plain,application/openmetrics-text", PLAIN),
        (";;,,=;q", PLAIN),
    ],
)
def test_answers_in_the_form_liked_best(accept: str, form: Form) -> None:
    """The highest weight among what can be written; text otherwise."""
    assert form_for(accept) == form


@pytest.mark.parametrize(
    ("form", "content_type"),
    [
        (OPENMETRICS, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
        (PLAIN, "text/plain; version=0.0.4; charset=utf-8"),
    ],
)
def test_names_the_content_type(form: Form, content_type: str) -> None:
    """Version and charset are named; Prometheus chooses its parser by it."""
    assert form.content_type(quoted=False) == content_type


def test_says_when_names_are_quoted() -> None:
    """A parser that knows no quoted names can tell from the header."""
    form = Form(openmetrics=True, escaping="allow-utf-8", is_chosen=True)

    assert form.content_type(quoted=True).endswith("; escaping=allow-utf-8")


@pytest.mark.parametrize("escaping", ["underscores", "dots", "values", "allow-utf-8"])
def test_escapes_as_the_scraper_asks(escaping: str) -> None:
    """In either form; the header says so, for allowed UTF-8 only where it was needed."""
    accepts = [f"{media};escaping={escaping}" for media in ("application/openmetrics-text", "text/plain")]

    found = [form_for(accept) for accept in accepts]

    assert [form.escaping for form in found] == [escaping] * 2
    says = [form.content_type(quoted=False).endswith(f"; escaping={escaping}") for form in found]
    assert says == [escaping != "allow-utf-8"] * 2


@pytest.mark.parametrize("accept", ["text/plain", "text/plain;escaping=other", "text/plain;escaping="])
def test_escapes_with_underscores_where_nothing_is_asked(accept: str) -> None:
    """And says nothing of it, as ever."""
    form = form_for(accept)

    assert form.escaping == "underscores"
    assert "escaping" not in form.content_type(quoted=False)


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("GZIP;q=0.5", True),
        ("*", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0, *;q=1", False),
        ("*;q=0", False),
        ("br;q=1.0, gzip;q=0.001", True),
        ("gzip;q=2", False),
        ("gzip;q=high", False),
        ("deflate", False),
    ],
)
def test_compresses_only_where_allowed(header: str, accepted: bool) -> None:
    """``gzip;q=0`` refuses it by name, whatever ``*`` says."""
    assert accepts_gzip(header) is accepted
