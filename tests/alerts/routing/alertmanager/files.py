"""Configurations that Alertmanager accepts, and those that it refuses."""

from __future__ import annotations

HEAD = "receivers: [{name: ops, webhook_configs: [{url: 'http://localhost/'}]}]\n"

MAIL = "{to: a, from: b, smarthost: 'c:25'"
DAILY = "{enabled: true, thread_by_date: daily}"

VALID = {
    "least": "route: {receiver: ops}\n" + HEAD,
    "receiver without channels": "route: {receiver: ops}\nreceivers: [{name: ops}]\n",
    "all of a route": """
route:
  receiver: ops
  group_by: [alertname, cluster]
  group_wait: 10s
  group_interval: 1m
  repeat_interval: 1h30m
  continue: false
  labels: {tier: "1"}
  routes:
    - match: {severity: page}
      match_re: {team: "web|api"}
      matchers: ['env="prod"', '{a="b", c!~"d.*"}', 'x=~y', '"a b"="c"', 'odd=a b']
      continue: true
      mute_time_intervals: [nights]
      active_time_intervals: [office]
      routes: [{group_by: ['...']}, {group_by: [], receiver: ops}]
mute_time_intervals:
  - {name: nights, time_intervals: [{times: [{start_time: '22:00', end_time: '24:00'}]}]}
time_intervals:
  - name: office
    time_intervals:
      - times: [{start_time: '08:00', end_time: '17:30'}]
        weekdays: ['monday:Friday', saturday]
        days_of_month: ['1:15', '-3:-1', '10:-1', '31']
        months: ['january:3', may, '12']
        years: ['2030:2032', '2040']
        location: Europe/Paris
  - {name: always, time_intervals: [{}]}
"""
    + HEAD,
    "inhibit rules": """
route: {receiver: ops}
inhibit_rules:
  - name: down
    source_matchers: [severity="critical"]
    target_matchers: ['severity=~"warning|info"']
    equal: [cluster, job]
  - source_match: {a: b}
    source_match_re: {c: d.*}
    target_match: {e: f}
    target_match_re: {g: h}
  - {}
"""
    + HEAD,
    "globals": """
global:
  resolve_timeout: 1m
  smtp_smarthost: mail.example.org:587
  smtp_from: alerts@example.org
  smtp_require_tls: false
  slack_api_url: https://hooks.example.org/x
  http_config: {follow_redirects: false}
route: {receiver: ops}
templates: ['*.tmpl']
receivers:
  - name: ops
    email_configs: [{to: a@example.org, send_resolved: true}]
    slack_configs: [{channel: '#ops'}]
    pagerduty_configs: [{routing_key: abc}]
    webhook_configs: [{url_file: /etc/url, max_alerts: 5, send_resolved: false}]
    telegram_configs: [{bot_token: t, chat_id: 12}]
""",
    "merge keys": """
route: {receiver: ops, routes: [&a {matchers: [a=b], group_wait: 1s}, {<<: *a, matchers: [c=d]}]}
"""
    + HEAD,
    "no matchers in an entry": "route: {receiver: ops, routes: [{matchers: ['']}]}\n" + HEAD,
    "zero wait": "route: {receiver: ops, group_wait: 0s}\n" + HEAD,
    "repeat below interval": "route: {receiver: ops, group_interval: 5m, repeat_interval: 1m}\n" + HEAD,
    "an app token and its own URL": """
global: {slack_app_token: xoxb, slack_api_url: 'https://slack.com/api/chat.postMessage'}
route: {receiver: ops}
receivers: [{name: ops, slack_configs: [{channel: a}, {channel: b, api_url: 'http://localhost/'}]}]
""",
    "an SNS topic, a number and an ARN": """
route: {receiver: ops}
receivers: [{name: ops, sns_configs: [{topic_arn: a, sigv4: {region: eu}}]}]
""",
    "what is ignored": """
tracing: {endpoint: localhost:4317}
route: {receiver: ops, labels: {tier: one}}
receivers: [{name: ops, labels: {name: ops, team: web}}]
""",
    "doubled dots": "route: {receiver: ops, group_by: ['...', '...']}\n" + HEAD,
}

INVALID = {
    "nothing": ("", "expected a mapping"),
    "no route": (HEAD, "expected a route"),
    "no receiver": ("route: {group_wait: 1s}\n" + HEAD, "1:8: the root route: expected a receiver"),
    "unknown field": ("route: {receiver: ops}\nroutes: []\n" + HEAD, "2:1: unknown field 'routes'"),
    "unknown field of a route": ("route: {receiver: ops, wait: 1s}\n" + HEAD, "1:24: unknown field 'wait'"),
    "undefined receiver": ("route: {receiver: dev}\n" + HEAD, "1:19: undefined receiver 'dev'"),
    "undefined receiver below": (
        "route: {receiver: ops, routes: [{receiver: dev}]}\n" + HEAD,
        "1:44: undefined receiver 'dev'",
    ),
    "root with matchers": ("route: {receiver: ops, matchers: [a=b]}\n" + HEAD, "1:24: the root route"),
    "root with match": ("route: {receiver: ops, match: {a: b}}\n" + HEAD, "1:24: the root route"),
    "root that goes on": ("route: {receiver: ops, continue: true}\n" + HEAD, "1:24: the root route"),
    "root that is muted": (
        "route: {receiver: ops, mute_time_intervals: [x]}\ntime_intervals: [{name: x}]\n" + HEAD,
        "1:24: the root route",
    ),
    "undefined interval": (
        "route: {receiver: ops, routes: [{mute_time_intervals: [x]}]}\n" + HEAD,
        "1:56: undefined time interval 'x'",
    ),
    "negative duration": ("route: {receiver: ops, group_wait: -5s}\n" + HEAD, "1:36: group_wait: '-5s'"),
    "no duration": ("route: {receiver: ops, group_wait: 5}\n" + HEAD, "1:36: group_wait: '5'"),
    "zero interval": ("route: {receiver: ops, group_interval: 0s}\n" + HEAD, "expected more than 0"),
    "zero repeat": ("route: {receiver: ops, repeat_interval: 0s}\n" + HEAD, "expected more than 0"),
    "two receivers of a name": (
        "route: {receiver: ops}\nreceivers: [{name: ops}, {name: ops}]\n",
        "2:26: receiver 'ops' is there already",
    ),
    "receiver without a name": (
        "route: {receiver: ops}\nreceivers: [{name: ops}, {}]\n",
        "2:26: receiver: expected a name",
    ),
    "unknown channel": (
        "route: {receiver: ops}\nreceivers: [{name: ops, pigeon_configs: []}]\n",
        "2:25: unknown field 'pigeon_configs'",
    ),
    "unknown option of a channel": (
        "route: {receiver: ops}\nreceivers: [{name: ops, webhook_configs: [{url: 'http://x/', uri: y}]}]\n",
        "unknown field 'uri'",
    ),
    "webhook without url": (
        "route: {receiver: ops}\nreceivers: [{name: ops, webhook_configs: [{}]}]\n",
        "2:43: webhook_configs: expected url or url_file",
    ),
    "url and file": (
        "route: {receiver: o}\nreceivers: [{name: o, webhook_configs: [{url: 'http://x', url_file: y}]}]\n",
        "expected at most one of url and url_file",
    ),
    "mail without a server": (
        "route: {receiver: ops}\nreceivers: [{name: ops, email_configs: [{to: a@example.org}]}]\n",
        "expected smarthost, here or as smtp_smarthost in global",
    ),
    "slack without url": (
        "route: {receiver: ops}\nreceivers: [{name: ops, slack_configs: [{channel: x}]}]\n",
        "slack_api_url",
    ),
    "bad matcher": ("route: {receiver: ops, routes: [{matchers: [a]}]}\n" + HEAD, "1:45: bad matcher 'a'"),
    "bad expression": (
        "route: {receiver: ops, routes: [{matchers: ['a=~\"(\"']}]}\n" + HEAD,
        "1:45: matcher a=~",
    ),
    "bad match_re": ("route: {receiver: ops, routes: [{match_re: {a: '('}}]}\n" + HEAD, "not a regular"),
    "bad name in match": ("route: {receiver: ops, routes: [{match: {a-b: c}}]}\n" + HEAD, "'a-b'"),
    "dots and a label": ("route: {receiver: ops, group_by: ['...', a]}\n" + HEAD, "expected '...' alone"),
    "a label twice": ("route: {receiver: ops, group_by: [a, a]}\n" + HEAD, "expected 'a' once"),
    "two intervals of a name": (
        "route: {receiver: ops}\ntime_intervals: [{name: x}, {name: x}]\n" + HEAD,
        "2:29: time interval 'x' is there already",
    ),
    "interval without a name": ("route: {receiver: ops}\ntime_intervals: [{}]\n" + HEAD, "expected a name"),
    **{
        f"interval {text}": (
            f"route: {{receiver: ops}}\ntime_intervals: [{{name: x, time_intervals: [{text}]}}]\n" + HEAD,
            expected,
        )
        for text, expected in {
            "{times: [{start_time: '9:00', end_time: '10:00'}]}": "expected HH:MM",
            "{times: [{start_time: '09:00', end_time: '25:00'}]}": "expected HH:MM",
            "{times: [{start_time: '10:00', end_time: '10:00'}]}": "expected a start_time before",
            "{times: [{start_time: '10:00'}]}": "expected HH:MM",
            "{weekdays: [funday]}": "weekdays: 'funday'",
            "{weekdays: ['friday:monday']}": "weekdays: 'friday:monday'",
            "{days_of_month: ['0']}": "days_of_month: '0'",
            "{days_of_month: ['-3:5']}": "days_of_month: '-3:5'",
            "{days_of_month: ['20:10']}": "days_of_month: '20:10'",
            "{months: ['may:january']}": "months: 'may:january'",
            "{months: [smarch]}": "months: 'smarch'",
            "{years: ['2032:2030']}": "years: '2032:2030'",
            "{location: Moon/Base}": "location 'Moon/Base'",
            "{hours: []}": "unknown field 'hours'",
        }.items()
    },
    "bad inhibit rule": (
        "route: {receiver: ops}\ninhibit_rules: [{source: [a=b]}]\n" + HEAD,
        "2:18: unknown field 'source'",
    ),
    "password and file": (
        "global: {smtp_auth_password: a, smtp_auth_password_file: b}\nroute: {receiver: ops}\n" + HEAD,
        "expected at most one of smtp_auth_password and",
    ),
    **{
        name: (f"route: {{receiver: ops}}\nreceivers: [{receiver}]\n", expected)
        for name, receiver, expected in (
            (
                "no truth value",
                "{name: ops, webhook_configs: [{url: 'http://x/', send_resolved: maybe}]}",
                "webhook_configs: send_resolved: expected true or false",
            ),
            (
                "label that is not the name",
                "{name: ops, labels: {name: dev}}",
                "receiver label 'name' is 'dev'",
            ),
        )
    },
    "continue that is no truth value": (
        "route: {receiver: ops, routes: [{continue: 5}]}\n" + HEAD,
        "1:44: field 'continue': expected true or false, found the text '5'",
    ),
    "empty name in group_by": ("route: {receiver: ops, group_by: ['']}\n" + HEAD, "the name of a label"),
    "list in group_by": ("route: {receiver: ops, group_by: [[a]]}\n" + HEAD, "expected a list of texts"),
    "app token and URL": (
        "global: {slack_app_token: a, slack_api_url: 'http://x/'}\nroute: {receiver: ops}\n" + HEAD,
        "a Slack app token or an API URL",
    ),
    **{
        name: (f"route: {{receiver: o}}\nreceivers: [{{name: o, {channels}}}]\n", expected)
        for name, channels, expected in (
            ("list as URL", "webhook_configs: [{url: [a]}]", "2:47: webhook_configs: url: expected a URL"),
            ("no scheme", "webhook_configs: [{url: 'localhost:80'}]", "url: expected a URL that begins"),
            ("no host", "webhook_configs: [{url: 'http:///x'}]", "url: expected a URL that begins"),
            (
                "negative number",
                "webhook_configs: [{url: 'http://x', max_alerts: -1}]",
                "max_alerts: expected a whole number from 0 on, found the text '-1'",
            ),
            ("no number", "webhook_configs: [{url: 'http://x', max_alerts: '5'}]", "a whole number"),
            ("no duration of Go", "webhook_configs: [{url: 'http://x', timeout: 1d}]", "a duration such as"),
            (
                "two ways to sign in",
                "webhook_configs: [{url: 'http://x', http_config: {bearer_token: a, basic_auth: {}}}]",
                "at most one of basic_auth and authorization",
            ),
            (
                "unknown field of http_config",
                "webhook_configs: [{url: 'http://x', http_config: {tls: {}}}]",
                "unknown field 'tls' in webhook_configs: http_config",
            ),
            (
                "no port",
                "email_configs: [{to: a, from: b, smarthost: localhost}]",
                "smarthost: expected host:port, found the text 'localhost'",
            ),
            (
                "a header twice",
                "email_configs: [{to: a, from: b, smarthost: 'c:25', headers: {Subject: a, subject: b}}]",
                "expected the header 'subject' once",
            ),
            (
                "threading and a header of it",
                f"email_configs: [{MAIL}, headers: {{References: a}}, threading: {DAILY}}}]",
                "expected no 'references' next to threading",
            ),
            (
                "threading by the week",
                f"email_configs: [{MAIL}, threading: {{enabled: true, thread_by_date: weekly}}}}]",
                "expected thread_by_date to be none or daily",
            ),
            (
                "update without a bot",
                "slack_configs: [{api_url: 'http://x', update_message: true}]",
                "update_message: expected api_url to be https://slack.com",
            ),
            (
                "action",
                "slack_configs: [{api_url: 'http://x', actions: [{type: a}]}]",
                "actions: expected text",
            ),
            (
                "action without a target",
                "slack_configs: [{api_url: 'http://x', actions: [{type: a, text: b}]}]",
                "actions: expected name or url",
            ),
            ("no chat", "telegram_configs: [{bot_token: a, chat_id: 0}]", "expected chat_id or chat_id_file"),
            (
                "mode",
                "telegram_configs: [{bot_token: a, chat_id: 1, parse_mode: html}]",
                "parse_mode: 'html': expected one of Markdown, MarkdownV2, HTML",
            ),
            ("two places", "sns_configs: [{topic_arn: a, target_arn: b}]", "at most one of topic_arn"),
            ("nobody", "webex_configs: [{room_id: a, http_config: {}}]", "expected http_config with auth"),
            (
                "own field",
                "victorops_configs: [{routing_key: a, api_key: b, custom_fields: {entity_id: c}}]",
                "custom_fields: expected no 'entity_id'",
            ),
            ("token twice", "slack_configs: [{api_url: 'http://x', app_token: a}]", "at most one of api_url"),
        )
    },
    "no regular expression": (
        "route: {receiver: ops, routes: [{match_re: {a: null}}]}\n" + HEAD,
        "1:48: match_re: a: expected a regular expression, found nothing",
    ),
    "global that is no URL": (
        "global: {slack_api_url: here}\nroute: {receiver: ops}\n" + HEAD,
        "1:25: global: slack_api_url: expected a URL",
    ),
    "empty name in equal": (
        "route: {receiver: ops}\ninhibit_rules: [{equal: ['']}]\n" + HEAD,
        "equal: expected",
    ),
    "no YAML": ("route: {receiver: ops\n", "could not parse YAML"),
}
