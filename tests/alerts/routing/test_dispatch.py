"""From alerts that hold to notices (S9)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from otel_monitoring.alerts.routing.config import InhibitRule, Route, RoutingConfig, Timing
from otel_monitoring.alerts.routing.plain import plain_config
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.model.receiver import ChannelSpec, ReceiverSpec
from tests.alerts.routing.desk import Desk, alert

if TYPE_CHECKING:
    from otel_monitoring.alerts.routing.groups import Look
    from otel_monitoring.model.alert import SentAlert

HOUR_S = 3600.0


def config(route: Route, *channels: ChannelSpec, rules: tuple[InhibitRule, ...] = ()) -> RoutingConfig:
    names = {route.receiver, *(child.receiver for child in route.routes)}
    specs = channels or (ChannelSpec(name="webhook[0]", kind="webhook"),)
    return RoutingConfig(
        route=route,
        receivers=tuple(ReceiverSpec(name=name, channels=specs) for name in sorted(names)),
        inhibit_rules=rules,
    )


def test_one_firing_and_one_resolved_message_however_often_it_is_sent() -> None:
    """S9.6, S9.7."""
    desk = Desk()

    told = [desk.see(alert(job="a", resolved=resolved)) for resolved in (False, False, True, True, True)]

    assert told == [[("firing", ["a"])], [], [("resolved", ["a"])], [], []]
    stats = desk.dispatcher.stats()
    assert (stats["groups"], stats["alerts"], stats["notices"]) == (0, 0, 2)


def test_what_resolves_before_anybody_was_told_is_not_told() -> None:
    """S9.6."""
    desk = Desk()
    desk.dispatcher.put([alert(job="a")])

    assert desk.see(alert(job="a", resolved=True)) == []


def test_what_returns_is_told_again() -> None:
    desk = Desk()
    desk.see(alert(job="a"))
    desk.see(alert(job="a", resolved=True))

    assert desk.see(alert(job="a", starts_at_ms=5000)) == [("firing", ["a"])]
    assert len({notice.key for notice in desk.notices}) == 3


def test_reminds_after_the_repeat_interval_with_a_key_of_its_own() -> None:
    """S9.6."""
    desk = Desk(repeat_interval_s=4 * HOUR_S)
    desk.see(alert(job="a"))
    told = []
    for _ in range(9):
        desk.clock.advance(HOUR_S)
        told.append(len(desk.see(alert(job="a"))))

    assert told == [0, 0, 0, 1, 0, 0, 0, 1, 0]
    assert len({notice.key for notice in desk.notices}) == 3


def test_alerts_are_groups_of_their_own_unless_grouped() -> None:
    """S9.4."""
    desk = Desk()

    assert desk.see(alert(job="a"), alert(job="b")) == [("firing", ["a"]), ("firing", ["b"])]
    assert desk.notices[0].group_key == '{}:{alertname="A", job="a"}'


def test_a_group_is_told_as_one_and_again_when_a_member_joins_or_leaves() -> None:
    """S9.4, S9.6."""
    desk = Desk(group_by=["alertname"])

    assert desk.see(alert(job="a"), alert(job="b"), alert("B", job="c")) == [
        ("firing", ["a", "b"]),
        ("firing", ["c"]),
    ]
    assert desk.see(alert(job="d")) == [("firing", ["a", "b", "d"])]
    assert desk.see(alert(job="a", resolved=True)) == [("firing", ["b", "d", "a"])]
    assert desk.see() == []
    assert desk.notices[0].group_key == '{}:{alertname="A"}'
    assert desk.notices[0].group_labels == Labels.of(alertname="A")


def test_the_earliest_start_stays_while_an_alert_fires() -> None:
    """S9.1."""
    desk = Desk()
    desk.see(alert(job="a", starts_at_ms=1000))
    desk.dispatcher.put([alert(job="a", starts_at_ms=900)])

    desk.see(alert(job="a", starts_at_ms=3000))
    desk.see(alert(job="a", resolved=True, starts_at_ms=3000))

    assert desk.notices[-1].alerts[0].starts_at_ms == 900


def test_an_alert_that_is_not_sent_again_resolves_by_itself() -> None:
    """S9.1, S8.2."""
    desk = Desk()
    desk.see(alert(job="a", ends_at_ms=desk.clock.now_ms() + 60_000))

    assert desk.wait(55) == []
    assert desk.wait(20) == [("resolved", ["a"])]


def test_an_alert_without_an_end_holds_for_the_resolve_timeout() -> None:
    """S9.1."""
    desk = Desk()
    desk.dispatcher.put([replace(alert(job="a"), ends_at_ms=0)])
    desk.dispatcher.flush()

    assert desk.wait(295) == []
    assert desk.wait(20) == [("resolved", ["a"])]


def test_the_latest_end_that_was_stated_stays_while_an_alert_fires() -> None:
    """S9.1."""
    desk = Desk()
    now_ms = desk.clock.now_ms()
    desk.dispatcher.put([alert(job="a", ends_at_ms=now_ms + 120_000)])
    desk.see(alert(job="a", ends_at_ms=now_ms + 30_000))

    assert desk.wait(115) == []
    assert desk.wait(20) == [("resolved", ["a"])]
    assert desk.notices[-1].alerts[0].ends_at_ms == now_ms + 120_000


def test_a_stated_end_takes_the_place_of_the_resolve_timeout() -> None:
    """S9.1."""
    desk = Desk()
    now_ms = desk.clock.now_ms()
    desk.dispatcher.put([replace(alert(job="a"), ends_at_ms=0)])
    desk.see(alert(job="a", ends_at_ms=now_ms + 30_000))

    assert desk.wait(60) == [("resolved", ["a"])]


def test_an_alert_without_an_end_ends_when_its_timeout_was_over() -> None:
    """S9.1."""
    desk = Desk()
    now_ms = desk.clock.now_ms()
    desk.see(replace(alert(job="a"), ends_at_ms=0))

    assert desk.wait(330) == [("resolved", ["a"])]
    assert desk.notices[-1].alerts[0].ends_at_ms == now_ms + 300_000


def test_a_group_that_is_muted_whole_is_not_told_anew_when_it_is_heard_again() -> None:
    """S9.8."""
    mutes = [False]
    desk = Desk(stages=[lambda alerts, _look: [] if mutes[0] else alerts])
    desk.see(alert(job="a"))
    mutes[0] = True
    told = desk.wait(60)
    mutes[0] = False

    assert told + desk.wait(60) == []
    assert desk.see(alert(job="a", resolved=True)) == [("resolved", ["a"])]


def test_every_channel_of_a_receiver_is_told_with_a_key_of_its_own() -> None:
    """S9.6."""
    channels = (ChannelSpec(name="slack[0]", kind="slack"), ChannelSpec(name="email[0]", kind="email"))
    desk = Desk(config=config(plain_config().route, *channels))

    desk.see(alert(job="a"))

    assert [notice.channel for notice in desk.notices] == ["slack[0]", "email[0]"]
    assert desk.notices[0].key != desk.notices[1].key


def test_what_could_not_be_handed_over_comes_again_under_the_same_key() -> None:
    desk = Desk()
    desk.raises = True
    desk.see(alert(job="a"))
    desk.raises = False

    assert desk.wait(20) == [("firing", ["a"])]
    assert desk.guard.counts() == {"NotifyError": 1}


def test_a_resolution_that_could_not_be_handed_over_is_not_forgotten() -> None:
    desk = Desk()
    desk.see(alert(job="a"))
    desk.raises = True
    desk.see(alert(job="a", resolved=True))
    desk.raises = False

    assert desk.wait(20) == [("resolved", ["a"])]
    assert desk.dispatcher.stats()["groups"] == 0


def test_what_is_given_up_is_told_at_the_next_look_and_not_before() -> None:
    """S9.6."""
    desk = Desk()
    desk.answers = False
    desk.see(alert(job="a"))

    assert desk.wait(60) == []
    assert len(desk.waiting) == 1
    first = desk.waiting[0][0].key
    desk.end(taken=False)
    desk.wait(20)
    assert [notice.key for notice, _ in desk.waiting] == [first]
    assert desk.end(taken=True) == [("firing", ["a"])]
    assert desk.wait(60) == []


def test_what_fired_and_resolved_during_an_outage_is_told_once_as_resolved() -> None:
    """S9.6, S9.7."""
    desk = Desk()
    desk.answers = False
    desk.see(alert(job="a"))
    desk.see(alert(job="a", resolved=True))

    assert [notice.is_firing for notice, _ in desk.waiting] == [False]
    assert desk.dispatcher.stats()["alerts"] == 1
    assert desk.end(taken=True) == [("resolved", ["a"])]
    assert desk.dispatcher.stats()["alerts"] == 0
    assert desk.wait(60) == []


def test_what_was_given_up_while_it_fired_is_told_as_resolved() -> None:
    """S9.6."""
    desk = Desk()
    desk.answers = False
    desk.see(alert(job="a"))
    desk.end(taken=False)
    desk.see(alert(job="a", resolved=True))

    assert desk.end(taken=True) == [("resolved", ["a"])]


def test_one_channel_that_is_down_does_not_keep_another_from_hearing() -> None:
    """P11."""
    channels = (ChannelSpec(name="slack[0]", kind="slack"), ChannelSpec(name="email[0]", kind="email"))
    desk = Desk(config=config(plain_config().route, *channels))
    desk.answers = False
    desk.see(alert(job="a"))
    email = next(one for one in desk.waiting if one[0].channel == "email[0]")
    desk.waiting.remove(email)
    email[1](True)

    desk.see(alert(job="a", resolved=True))

    assert [(notice.channel, notice.is_firing) for notice, _ in desk.waiting] == [
        ("slack[0]", False),
        ("email[0]", False),
    ]


def test_stages_take_alerts_out_in_order() -> None:
    """S9.8."""
    seen: list[list[str]] = []

    def without(job: str) -> object:
        def stage(alerts: list[object], look: object) -> list[object]:
            seen.append([one.labels.get("job") for one in alerts])  # type: ignore[attr-defined]
            return [one for one in alerts if one.labels.get("job") != job]  # type: ignore[attr-defined]

        return stage

    desk = Desk(group_by=["alertname"], silences=without("a"), stages=[without("b")])

    assert desk.see(alert(job="a"), alert(job="b"), alert(job="c")) == [("firing", ["c"])]
    assert seen == [["a", "b", "c"], ["b", "c"]]


def test_a_receiver_that_wants_no_resolutions_hears_the_next_firing() -> None:
    """S9.6."""
    desk = Desk(config=plain_config(send_resolved=False))

    told = [desk.see(alert(job="a", resolved=resolved)) for resolved in (False, True, False)]

    assert told == [[("firing", ["a"])], [], [("firing", ["a"])]]


def test_group_keys_quote_what_would_break_them() -> None:
    desk = Desk()

    desk.see(alert(job='a"\\\n'))

    assert desk.notices[0].group_key == '{}:{alertname="A", job="a\\"\\\\\\n"}'


def test_a_new_group_waits_and_is_then_looked_at_on_a_grid() -> None:
    """S9.5."""
    desk = Desk(config=config(Route(receiver="ops", timing=Timing(30, 300, 14_400))))
    now_ms = desk.clock.now_ms()

    assert desk.see(alert(job="a", starts_at_ms=now_ms)) == []
    assert desk.wait(25) == []
    assert desk.see(alert(job="b", starts_at_ms=now_ms)) == []
    assert desk.wait(5) == [("firing", ["a", "b"])]
    assert desk.see(alert(job="c", starts_at_ms=now_ms)) == []
    assert desk.wait(295) == []
    assert desk.wait(5) == [("firing", ["a", "b", "c"])]


def test_an_alert_that_started_long_ago_makes_its_group_look_at_once() -> None:
    """S9.5."""
    desk = Desk(config=config(Route(receiver="ops", timing=Timing(30, 300, 14_400))))

    assert desk.see(alert(job="a", starts_at_ms=desk.clock.now_ms() - 31_000)) == [("firing", ["a"])]


def test_repeats_happen_on_the_grid_of_the_interval() -> None:
    """S9.6."""
    desk = Desk(config=config(Route(receiver="ops", timing=Timing(0, 300, 400))))
    desk.see(alert(job="a"))

    assert desk.wait(595) == []
    assert desk.wait(5) == [("firing", ["a"])]


def test_an_alert_takes_every_route_that_goes_on() -> None:
    """S9.2."""
    severity = Matcher("severity", "=", "page")
    routes = (
        Route(receiver="log", key="{}/{}", goes_on=True, timing=Timing(0, 0, 1e9)),
        Route(receiver="pager", key='{}/{severity="page"}', matchers=(severity,), timing=Timing(0, 0, 1e9)),
    )
    desk = Desk(config=config(Route(receiver="ops", routes=routes, timing=Timing(0, 0, 1e9))))

    desk.see(alert(job="a", severity="page"))
    desk.see(alert(job="b", severity="info"))

    assert [(notice.receiver, notice.group_key) for notice in desk.notices] == [
        ("log", "{}/{}:{}"),
        ("pager", '{}/{severity="page"}:{}'),
        ("log", "{}/{}:{}"),
    ]


def test_an_inhibited_alert_is_told_when_its_source_is_gone() -> None:
    """S9.8, S9.9."""
    rule = InhibitRule(source=(Matcher("alertname", "=", "Down"),), target=(Matcher("alertname", "=", "A"),))
    desk = Desk(config=config(plain_config().route, rules=(rule,)))

    assert desk.see(alert("Down", job="x"), alert(job="a")) == [("firing", ["x"])]
    assert desk.see(alert("Down", job="x", resolved=True)) == [("resolved", ["x"])]
    assert desk.wait(20) == [("firing", ["a"])]


def test_a_step_of_the_wall_clock_ends_nothing_and_repeats_nothing() -> None:
    """Clock steps of an hour either way."""
    desk = Desk()
    desk.see(alert(job="a", ends_at_ms=desk.clock.now_ms() + 240_000))
    told = []
    for hours in (1, -2):
        desk.clock.step_wall_clock(hours * HOUR_S)
        told += desk.wait(60)
        told += desk.see(alert(job="a", ends_at_ms=desk.clock.now_ms() + 240_000))

    assert told == []
    assert desk.see(alert(job="a", resolved=True)) == [("resolved", ["a"])]


def test_a_process_that_stood_still_takes_nothing_as_resolved() -> None:
    """A suspended process."""
    desk = Desk()
    desk.see(alert(job="a", ends_at_ms=desk.clock.now_ms() + 240_000))
    desk.wait(10)
    desk.clock.advance(8 * HOUR_S)

    desk.dispatcher.flush()

    assert [notice.is_firing for notice in desk.notices] == [True, True]
    assert desk.wait(300) == [("resolved", ["a"])]


def test_flush_says_when_the_next_group_is_due() -> None:
    desk = Desk(config=config(Route(receiver="ops", timing=Timing(30, 300, 14_400))))

    assert desk.dispatcher.flush() == math.inf
    desk.dispatcher.put([alert(job="a", starts_at_ms=desk.clock.now_ms())])
    assert desk.dispatcher.flush() == 30
    desk.clock.advance(30)
    assert desk.dispatcher.flush() == 300


def test_another_configuration_tells_nothing_twice_and_knows_the_new_receivers() -> None:
    desk = Desk(config=config(Route(receiver="ops", timing=Timing(0, 0, 1e9))))
    desk.see(alert(job="a"))

    desk.dispatcher.configure(
        config(Route(receiver="ops", timing=Timing(0, 10, 1e9), routes=(Route(receiver="new", key="{}/{}"),)))
    )

    assert desk.wait(60) == [("firing", ["a"])]
    assert desk.notices[-1].receiver == "new"
    desk.dispatcher.configure(config(Route(receiver="ops", timing=Timing(0, 0, 1e9))))
    assert desk.wait(60) == []
    assert desk.see(alert(job="a", resolved=True)) == [("resolved", ["a"])]


def test_another_configuration_does_not_begin_the_waiting_anew() -> None:
    same = config(Route(receiver="ops", timing=Timing(30, 300, 14_400)))
    desk = Desk(config=same)
    desk.see(alert(job="a", starts_at_ms=desk.clock.now_ms()))
    desk.wait(20)

    desk.dispatcher.configure(same)

    assert desk.wait(10) == [("firing", ["a"])]


def test_what_is_on_its_way_through_a_change_of_the_configuration_is_told_once() -> None:
    same = plain_config()
    desk = Desk(config=same)
    desk.answers = False
    desk.see(alert(job="a"))
    desk.dispatcher.configure(same)
    desk.see(alert(job="a", resolved=True))
    desk.answers = True

    assert desk.end(taken=True) == [("resolved", ["a"])]
    assert desk.wait(60) == []
    assert desk.dispatcher.stats()["alerts"] == 0


def test_an_alert_is_kept_while_an_earlier_configuration_hears_of_its_notice() -> None:
    desk = Desk(config=plain_config())
    desk.answers = False
    desk.see(alert(job="a"))
    desk.dispatcher.configure(plain_config(group_by=["alertname"]))

    desk.end(taken=True)

    assert [one.labels.get("job") for one in desk.dispatcher.alerts()] == ["a"]


def test_says_what_inhibits_an_alert() -> None:
    """S9.9."""
    rule = InhibitRule(source=(Matcher("alertname", "=", "Down"),), target=(Matcher("alertname", "=", "A"),))
    desk = Desk(config=config(plain_config().route, rules=(rule,)))
    down = alert("Down", job="x")
    desk.see(down)

    assert desk.dispatcher.inhibited_by(alert(job="a").labels) == down.labels
    assert desk.dispatcher.inhibited_by(down.labels) is None


def test_an_alert_that_matches_both_sides_is_not_inhibited_by_one_that_does_too() -> None:
    """S9.9."""
    either = (Matcher("job", "=~", "a|b"),)
    rule = InhibitRule(source=(*either, Matcher("s", "=", "")), target=either, equal=("alertname", "gone"))
    desk = Desk(config=config(plain_config().route, rules=(rule,)))

    assert desk.see(alert(job="a"), alert(job="b")) == [("firing", ["a"]), ("firing", ["b"])]
    assert desk.see(alert(job="a", s="1"), alert("Other", job="a", s="1")) == [("firing", ["a"])]


def test_a_stage_that_fails_keeps_the_group_for_the_next_look() -> None:
    fails = [True]

    def stage(alerts: list[SentAlert], look: Look) -> list[SentAlert]:
        if fails[0]:
            msg = "no such label"
            raise LookupError(msg)
        return alerts

    desk = Desk(stages=[stage])

    assert desk.see(alert(job="a")) == []
    assert desk.guard.counts() == {"LookupError": 1}
    fails[0] = False
    assert desk.wait(20) == [("firing", ["a"])]


def test_an_alert_that_lapsed_and_returns_is_a_new_one_to_the_watchers() -> None:
    heard: list[bool] = []

    class Ears:
        def changed(self, labels: Labels, *, is_firing: bool, at_s: float) -> None:
            heard.append(is_firing)

        def trim(self, now_s: float) -> None:
            """Keep everything."""

    desk = Desk(config=config(Route(receiver="ops", timing=Timing(0, 3600, 1e9))), watchers=[Ears()])
    desk.see(alert(job="a", ends_at_ms=desk.clock.now_ms() + 60_000))
    desk.wait(90)
    desk.see(alert(job="a", ends_at_ms=desk.clock.now_ms() + 60_000))
    desk.see(alert(job="a", resolved=True))

    assert heard == [True, False, True, False]


def test_an_alert_that_lapsed_has_ended_for_the_watchers() -> None:
    heard: list[bool] = []

    class Watching:
        def changed(self, labels: Labels, *, is_firing: bool, at_s: float) -> None:
            heard.append(is_firing)

        def trim(self, now_s: float) -> None:
            """Forget nothing."""

    desk = Desk(watchers=[Watching()])
    desk.see(alert(job="a", ends_at_ms=desk.clock.now_ms() + 30_000))

    desk.wait(120)

    assert heard == [True, False]


def test_what_fired_and_resolved_before_the_first_look_of_a_group_is_not_told() -> None:
    """S9.5, S9.6."""
    desk = Desk(config=config(Route(receiver="ops", timing=Timing(30, 300, 14_400))))
    now_ms = desk.clock.now_ms()
    desk.see(alert(job="a", starts_at_ms=now_ms))
    desk.see(alert(job="a", starts_at_ms=now_ms, resolved=True))

    assert desk.wait(600) == []
    assert desk.dispatcher.stats()["groups"] == 0


def test_an_alert_without_labels_is_dropped() -> None:
    """S8.3."""
    desk = Desk()

    assert desk.see(replace(alert(), labels=Labels.of())) == []


def test_a_child_process_begins_anew() -> None:
    desk = Desk()
    desk.see(alert(job="a"))
    desk.dispatcher._lock.acquire()

    desk.dispatcher.after_fork()

    assert desk.see() == []
    assert desk.see(alert(job="a", resolved=True)) == []
    assert desk.see(alert(job="b")) == [("firing", ["b"])]
