"""What is scraped, in both forms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from otel_monitoring.api.exposition.negotiate import PLAIN, Form
from otel_monitoring.api.exposition.page import Pages
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import STALE, Batch, Metadata
from otel_monitoring.stores.exemplars import Exemplar, ExemplarStore
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock
from tests.api.exposition.parsers import parse_openmetrics, parse_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OPENMETRICS = Form(openmetrics=True)
UTF8 = Form(openmetrics=True, escaping="allow-utf-8", is_chosen=True)
T_MS = 1_700_000_000_000

REQUESTS = Labels.of(__name__="requests_total", route="/cart")
UP = Labels.of(__name__="up")
FAMILIES = (
    Metadata("requests_total", "counter", "Requests.", "{request}"),
    Metadata("latency_seconds", "histogram", "How long it took.", "s"),
    Metadata("load_ratio", "gauge", "Load.", "1"),
)
HISTOGRAM = {
    Labels.of(__name__="latency_seconds_bucket", le="0.1"): 1.0,
    Labels.of(__name__="latency_seconds_bucket", le="5.0"): 3.0,
    Labels.of(__name__="latency_seconds_bucket", le="10.0"): 4.0,
    Labels.of(__name__="latency_seconds_bucket", le="+Inf"): 4.0,
    Labels.of(__name__="latency_seconds_sum"): 12.5,
    Labels.of(__name__="latency_seconds_count"): 4.0,
}


def store_of(
    samples: Mapping[Labels, float], *, metadata: Sequence[Metadata] = FAMILIES, time_ms: int = T_MS
) -> SeriesStore:
    """Return a store with one collection."""
    store = SeriesStore()
    store.append(Batch("self", time_ms, tuple(samples), list(samples.values()), metadata))
    return store


def page(
    store: SeriesStore,
    form: Form = OPENMETRICS,
    *,
    exemplars: ExemplarStore | None = None,
    now_ms: int = T_MS,
) -> str:
    """Return what is written."""
    return Pages(store=store, clock=FakeClock(now_ms), exemplars=exemplars).write(form).body.decode()


def test_writes_a_counter_under_its_name_without_total() -> None:
    """In OpenMetrics ``_total`` is an end of the samples, not of the family."""
    text = page(store_of({REQUESTS: 3.0}))

    assert text == (
        '# TYPE requests counter\n# HELP requests Requests.\nrequests_total{route="/cart"} 3.0\n# EOF\n'
    )


def test_writes_a_counter_under_its_whole_name_in_the_old_text() -> None:
    """The older format knows no ends of counters."""
    text = page(store_of({REQUESTS: 3.0}), PLAIN)

    assert text == (
        '# HELP requests_total Requests.\n# TYPE requests_total counter\nrequests_total{route="/cart"} 3.0\n'
    )


def test_keeps_the_name_of_a_counter_without_total() -> None:
    """Names that are not translated stay as they are; the type is unknown then."""
    labels = Labels.of(__name__="requests")

    text = page(store_of({labels: 3.0}, metadata=[Metadata("requests", "counter", "", "")]))

    assert text == "# TYPE requests unknown\nrequests 3.0\n# EOF\n"


def test_keeps_two_families_apart_that_would_share_a_name() -> None:
    """A gauge that is named as the counter without its end keeps the name."""
    metadata = [Metadata("jobs", "gauge", "", ""), Metadata("jobs_total", "counter", "", "")]

    text = page(
        store_of({Labels.of(__name__="jobs"): 1.0, Labels.of(__name__="jobs_total"): 2.0}, metadata=metadata)
    )

    assert {family.name: family.type for family in parse_openmetrics(text)} == {
        "jobs": "gauge",
        "jobs_total": "unknown",
    }


def test_writes_a_histogram_by_ascending_bounds() -> None:
    """Numbers order the buckets, not texts; the infinite one is the last, then sum and count."""
    shuffled = dict(sorted(HISTOGRAM.items(), key=lambda pair: pair[0].pairs))

    text = page(store_of(shuffled))

    assert text == (
        "# TYPE latency_seconds histogram\n"
        "# UNIT latency_seconds seconds\n"
        "# HELP latency_seconds How long it took.\n"
        'latency_seconds_bucket{le="0.1"} 1.0\n'
        'latency_seconds_bucket{le="5.0"} 3.0\n'
        'latency_seconds_bucket{le="10.0"} 4.0\n'
        'latency_seconds_bucket{le="+Inf"} 4.0\n'
        "latency_seconds_sum 12.5\n"
        "latency_seconds_count 4.0\n"
        "# EOF\n"
    )


def test_keeps_the_label_sets_of_a_histogram_together() -> None:
    """All buckets of one label set come before the first one of the next."""
    samples = {labels.with_({"route": route}): value for labels, value in HISTOGRAM.items() for route in "ab"}

    lines = page(store_of(samples)).splitlines()

    routes = ["a" if 'route="a"' in line else "b" for line in lines if not line.startswith("#")]
    assert routes == ["a"] * 6 + ["b"] * 6


def test_loses_no_series_of_a_histogram_with_a_hole() -> None:
    """What OpenMetrics does not take as a histogram is written as unknown."""
    samples = {labels: value for labels, value in HISTOGRAM.items() if labels.get("le") != "+Inf"}

    text = page(store_of(samples))

    found = list(parse_openmetrics(text))
    assert {family.type for family in found} == {"unknown"}
    assert sum(len(family.samples) for family in found) == len(samples)


def test_names_a_unit_only_where_the_name_ends_with_it() -> None:
    """``{request}`` is no unit of Prometheus; ``1`` ends no name."""
    text = page(store_of({REQUESTS: 1.0, Labels.of(__name__="load_ratio"): 0.5, **HISTOGRAM}))

    assert [line for line in text.splitlines() if line.startswith("# UNIT")] == [
        "# UNIT latency_seconds seconds"
    ]


def test_writes_target_info_as_what_it_is() -> None:
    """It is of type info in OpenMetrics and a gauge before."""
    store = store_of({Labels.of(__name__="target_info", version="1.2"): 1.0})

    assert "# TYPE target info\n" in page(store)
    assert "# TYPE target_info gauge\n" in page(store, PLAIN)


def test_writes_what_rules_record_as_unknown() -> None:
    """Alerts and recorded results have no type that anybody knows."""
    store = store_of({Labels.of(__name__="ALERTS", alertstate="firing"): 1.0, UP: 1.0}, metadata=[])

    assert page(store).splitlines()[:2] == ["# TYPE ALERTS unknown", 'ALERTS{alertstate="firing"} 1.0']
    assert "# TYPE up untyped\n" in page(store, PLAIN)


def test_puts_exemplars_on_totals_and_buckets() -> None:
    """The newest of the series, with its ids, its value and its time in seconds."""
    exemplars = ExemplarStore()
    trace = Labels.of(trace_id="a" * 32, span_id="b" * 16)
    bucket = Labels.of(__name__="latency_seconds_bucket", le="5.0")
    exemplars.put(REQUESTS, Exemplar(trace, 1.0, T_MS + 250))
    exemplars.put(bucket, Exemplar(trace, 2.5, T_MS))

    text = page(store_of({REQUESTS: 3.0, **HISTOGRAM}), exemplars=exemplars)

    ids = f'{{span_id="{"b" * 16}",trace_id="{"a" * 32}"}}'
    assert f'requests_total{{route="/cart"}} 3.0 # {ids} 1.0 1700000000.250\n' in text
    assert f'latency_seconds_bucket{{le="5.0"}} 3.0 # {ids} 2.5 1700000000.000\n' in text


def test_puts_no_exemplars_into_the_old_text() -> None:
    """Its parsers fail on them."""
    exemplars = ExemplarStore()
    exemplars.put(REQUESTS, Exemplar(Labels.of(trace_id="a"), 1.0, T_MS))

    assert "trace_id" not in page(store_of({REQUESTS: 3.0}), PLAIN, exemplars=exemplars)


def test_keeps_the_ids_of_an_exemplar_with_many_labels() -> None:
    """OpenMetrics takes 128 characters; the ids are worth more than the rest."""
    exemplars = ExemplarStore()
    labels = Labels.of(a="x" * 100, trace_id="a" * 32, span_id="b" * 16)
    exemplars.put(REQUESTS, Exemplar(labels, 1.0, T_MS))

    [family] = parse_openmetrics(page(store_of({REQUESTS: 3.0}), exemplars=exemplars))

    exemplar = family.samples[0].exemplar
    assert exemplar is not None
    assert set(exemplar.labels) == {"trace_id", "span_id"}


def test_leaves_out_a_series_that_ended() -> None:
    """A staleness marker ends it; a family without series is not mentioned."""
    store = store_of({REQUESTS: 3.0, UP: 1.0})
    store.append(Batch("self", T_MS + 1000, (REQUESTS, UP), [STALE, 1.0]))

    text = page(store, now_ms=T_MS + 1000)

    assert text == "# TYPE up unknown\nup 1.0\n# EOF\n"


def test_leaves_out_what_is_older_than_the_look_back() -> None:
    """Five minutes, as in a query."""
    store = store_of({UP: 1.0})

    assert page(store, now_ms=T_MS + 299_999) != page(store, now_ms=T_MS + 300_000) == "# EOF\n"


def test_writes_the_newest_of_all_sources() -> None:
    """Two sources with the same series: the later sample is written, once."""
    store = store_of({UP: 1.0}, time_ms=T_MS + 10)
    store.append(Batch("other", T_MS, (UP, REQUESTS), [2.0, 5.0]))

    text = page(store, PLAIN, now_ms=T_MS + 10)

    assert [line for line in text.splitlines() if not line.startswith("#")] == [
        'requests_total{route="/cart"} 5.0',
        "up 1.0",
    ]


def test_writes_numbers_that_json_does_not_have() -> None:
    """As Go spells them."""
    samples = {
        Labels.of(__name__="g", k=name): value
        for name, value in (("nan", math.nan), ("p", math.inf), ("n", -math.inf), ("big", 1e300))
    }

    lines = page(store_of(samples), PLAIN).splitlines()[1:]

    assert lines == ['g{k="big"} 1e+300', 'g{k="n"} -Inf', 'g{k="nan"} NaN', 'g{k="p"} +Inf']


def test_quotes_names_for_who_can_read_them() -> None:
    """Where UTF-8 is allowed, a name with dots stays as it is, and the header says so."""
    labels = Labels.of({"__name__": "http.requests", "server.port": "80"})
    pages = Pages(store=store_of({labels: 1.0}), clock=FakeClock(T_MS))

    found = pages.write(UTF8)

    assert found.body == b'# TYPE "http.requests" unknown\n{"http.requests","server.port"="80"} 1.0\n# EOF\n'
    assert found.content_type == (
        "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8"
    )


def test_underscores_names_for_everybody_else() -> None:
    """Without the word of the scraper, names are of the old alphabet."""
    labels = Labels.of({"__name__": "http.requests", "server.port": "80", "9lives": "y"})
    metadata = [Metadata("http.requests", "gauge", "Requests.", "")]

    text = page(store_of({labels: 1.0}, metadata=metadata), PLAIN)

    assert text == (
        "# HELP http_requests Requests.\n"
        "# TYPE http_requests gauge\n"
        'http_requests{_lives="y",server_port="80"} 1.0\n'
    )


def test_writes_series_once_that_become_the_same() -> None:
    """Two names of which only the dots differ would be a repeated sample, which a scraper refuses."""
    samples = {Labels.of(__name__="a.b"): 1.0, Labels.of(__name__="a_b"): 2.0}

    text = page(store_of(samples), PLAIN)

    assert text == "# TYPE a_b untyped\na_b 1.0\n"


def test_follows_the_series_and_their_metadata() -> None:
    """What is kept from one scrape to the next is not kept too long."""
    store = store_of({UP: 1.0}, metadata=[])
    pages = Pages(store=store, clock=FakeClock(T_MS + 1))
    before = pages.write(OPENMETRICS).body

    store.append(Batch("self", T_MS + 1, (UP, REQUESTS), [2.0, 3.0], FAMILIES))
    after = pages.write(OPENMETRICS).body

    assert before == b"# TYPE up unknown\nup 1.0\n# EOF\n"
    assert b"# TYPE requests counter" in after
    assert b"up 2.0" in after


def test_both_parsers_read_all_of_it() -> None:
    """The same samples, in either form."""
    samples = {REQUESTS: 3.0, UP: 1.0, **HISTOGRAM}
    store = store_of(samples)

    old = {s.name: s.value for f in parse_text(page(store, PLAIN)) for s in f.samples if not s.labels}
    read = {
        Labels.of({**sample.labels, "__name__": sample.name}): sample.value
        for parsed in (parse_openmetrics(page(store)),)
        for family in parsed
        for sample in family.samples
    }

    assert read == samples
    assert old == {"up": 1.0, "latency_seconds_sum": 12.5, "latency_seconds_count": 4.0}
