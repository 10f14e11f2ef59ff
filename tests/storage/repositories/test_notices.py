from __future__ import annotations

import json

from otel_monitoring.model.alert import Notice, SentAlert
from otel_monitoring.model.labels import Labels
from otel_monitoring.storage.repositories.notices import lane_of, notice_of, notice_record


def test_a_notice_comes_back_as_it_was() -> None:
    alert = SentAlert(
        labels=Labels.of(alertname="A", job="\N{SNOWMAN}"),
        annotations={"summary": "x"},
        value=float("inf"),
        starts_at_ms=1,
        ends_at_ms=2,
        is_resolved=True,
        generator_url="http://m",
    )
    notice = Notice(
        key="k",
        receiver="ops",
        group_key="{}:{}",
        group_labels=Labels.of(job="a"),
        alerts=(alert,),
        channel="mail",
    )

    assert notice_of(json.loads(json.dumps(notice_record(notice)))) == notice
    assert lane_of(notice) == "ops/mail"
