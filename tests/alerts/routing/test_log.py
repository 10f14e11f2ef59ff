"""What channels were told (S9.6)."""

from __future__ import annotations

import json

from otel_monitoring.alerts.routing.log import NotificationLog
from otel_monitoring.model.labels import Labels
from tests.alerts.routing.desk import Desk, alert

NONE: frozenset[Labels] = frozenset()
A, B = (frozenset((Labels.of(job=job),)) for job in "ab")


def test_says_why_it_is_told_in_the_words_of_alertmanager() -> None:
    page = NotificationLog().page(("{}:{}", "ops", "one"))
    reasons = []
    for now_s, firing, resolved in (
        (0, NONE, A),
        (0, A, NONE),
        (1, A, NONE),
        (2, A | B, NONE),
        (3, A, B),
        (4, NONE, A | B),
        (5, A, NONE),
        (105, A, NONE),
    ):
        reason = page.reason(firing, resolved, now_s=now_s, repeat_s=100)
        reasons.append(reason)
        if reason is not None:
            page.end(page.begin(firing, resolved, now_s=now_s), taken=True)

    assert reasons == [
        None,
        "first notification",
        None,
        "new alerts added",
        "some alerts resolved",
        "all alerts resolved",
        "first notification",
        "repeat interval elapsed",
    ]


def test_an_older_notice_that_arrives_late_does_not_undo_a_newer_one() -> None:
    page = NotificationLog().page(("{}:{}", "ops", "one"))
    first, second = page.begin(A, NONE, now_s=0), page.begin(NONE, A, now_s=1)

    page.end(second, taken=True)
    page.end(first, taken=True)

    assert page.told == second
    assert page.reason(NONE, A, now_s=2, repeat_s=100) is None


def test_what_was_told_survives_a_restart_as_plain_records() -> None:
    before = Desk()
    before.see(alert(job="a"), alert(job="b"))
    records = json.loads(json.dumps(before.dispatcher.state()))
    after = Desk()
    after.dispatcher.restore(records)

    assert after.see(alert(job="a")) == []
    assert after.see(alert(job="a", resolved=True), alert(job="b", resolved=True)) == [
        ("resolved", ["a"]),
        ("resolved", ["b"]),
    ]
    assert {notice.key for notice in before.notices} & {notice.key for notice in after.notices} == set()


def test_forgets_groups_that_are_gone_after_the_retention_and_the_oldest_when_full() -> None:
    log = NotificationLog(retention_s=100, most_pages=3)
    for number in range(6):
        page = log.page((f"group {number}", "ops", "one"))
        page.end(page.begin(A, NONE, now_s=number * 40), taken=True)

    log.trim(now_s=200, present={"group 0"})

    assert [key[0] for key in log._pages] == ["group 0", "group 4", "group 5"]


def test_a_dispatcher_forgets_the_groups_that_are_gone() -> None:
    desk = Desk(retention_s=3600)
    desk.see(alert(job="a"), alert(job="b"))
    desk.see(alert(job="a", resolved=True))
    assert desk.dispatcher.stats()["log_pages"] == 2

    desk.wait(4500, step_s=30)

    assert desk.dispatcher.stats()["log_pages"] == 1
    assert [one.labels.get("job") for one in desk.dispatcher.alerts()] == ["b"]


def passed_on(before: Desk) -> Desk:
    """Return the desk of another process, which knows what the first one wrote down."""
    after = Desk()
    after.dispatcher.restore(json.loads(json.dumps(before.dispatcher.state())))
    return after


def test_what_is_on_its_way_counts_as_known_in_the_next_process() -> None:
    before = Desk()
    before.answers = False
    before.see(alert(job="a"))
    ((notice, _),) = before.waiting
    after = passed_on(before)

    again = after.see(alert(job="a"))
    after.dispatcher.resume(notice)(True)

    assert again == []
    assert after.see(alert(job="a", resolved=True)) == [("resolved", ["a"])]


def test_what_was_on_its_way_and_is_given_up_is_told_again() -> None:
    before = Desk()
    before.answers = False
    before.see(alert(job="a"))
    ((notice, _),) = before.waiting
    after = passed_on(before)

    after.dispatcher.resume(notice)(False)

    assert after.see(alert(job="a")) == [("firing", ["a"])]


def test_a_page_is_one_record_of_the_state() -> None:
    desk = Desk()
    desk.see(alert(job="a"))

    assert [desk.dispatcher.page_state(desk.notices[0])] == desk.dispatcher.state()


def test_what_is_forgotten_is_told_anew() -> None:
    desk = Desk()
    desk.see(alert(job="a"))

    desk.dispatcher.forget()

    assert desk.dispatcher.alerts() == []
    assert desk.see(alert(job="a")) == [("firing", ["a"])]


def test_a_process_that_shows_what_another_holds_tells_nobody() -> None:
    desk = Desk()

    desk.dispatcher.mirror([], [alert(job="a")])

    assert [one.labels.get("job") for one in desk.dispatcher.alerts()] == ["a"]
    assert desk.notices == []
    desk.dispatcher.mirror([], [])
    assert desk.dispatcher.alerts() == []
