"""The templates that configurations of Alertmanager call by name, giving the texts that they give there."""

from __future__ import annotations

_SUBJECT = """
{{- define "__subject" }}{{ $more := .CommonLabels.Remove .GroupLabels.Names -}}
[{{ toUpper .Status }}{{ if eq .Status "firing" }}:{{ len .Alerts.Firing }}{{ end }}] {{ "" -}}
{{ join " " .GroupLabels.SortedPairs.Values }} {{ "" -}}
{{ if $more }}({{ join " " $more.SortedPairs.Values }}){{ end }}{{ end }}
{{- define "__alertmanager" }}Alertmanager{{ end }}
{{- define "__alertmanagerURL" }}{{ .ExternalURL }}/#/alerts?receiver={{ urlquery .Receiver }}{{ end }}
{{- define "__description" }}{{ end }}
{{- define "__text_alert_list" }}{{ range . }}Labels:
{{ range .Labels.SortedPairs }} - {{ .Name }} = {{ .Value }}
{{ end }}Annotations:
{{ range .Annotations.SortedPairs }} - {{ .Name }} = {{ .Value }}
{{ end }}Source: {{ .GeneratorURL }}
{{ end }}{{ end }}
{{- define "__text_alert_list_markdown" }}{{ range . }}
Labels:
{{ range .Labels.SortedPairs }}  - {{ .Name }} = {{ .Value }}
{{ end }}
Annotations:
{{ range .Annotations.SortedPairs }}  - {{ .Name }} = {{ .Value }}
{{ end }}
Source: {{ .GeneratorURL }}
{{ end }}{{ end }}
{{- define "__both" }}{{ if .Alerts.Firing }}Alerts Firing:
{{ template "__text_alert_list" .Alerts.Firing }}{{ end }}{{ if .Alerts.Resolved }}Alerts Resolved:
{{ template "__text_alert_list" .Alerts.Resolved }}{{ end }}{{ end }}
"""

_CALLS = {
    "__subject": "slack.default.title email.default.subject pagerduty.default.description "
    "opsgenie.default.message victorops.default.entity_display_name pushover.default.title "
    "sns.default.subject discord.default.title msteams.default.title msteams.default.summary "
    "msteamsv2.default.title jira.default.summary rocketchat.default.title incidentio.default.title",
    "__alertmanager": "slack.default.username pagerduty.default.client opsgenie.default.source "
    "victorops.default.monitoring_tool",
    "__alertmanagerURL": "slack.default.titlelink pagerduty.default.clientURL pushover.default.url "
    "rocketchat.default.titlelink",
    "__both": "opsgenie.default.description victorops.default.state_message pushover.default.message "
    "sns.default.message telegram.default.message discord.default.content msteams.default.text "
    "msteamsv2.default.text webex.default.message wechat.default.message jira.default.description "
    "rocketchat.default.text",
    "__description": "slack.default.pretext slack.default.text slack.default.footer "
    "slack.default.callbackid slack.default.iconemoji slack.default.iconurl wechat.default.to_user "
    "wechat.default.to_party wechat.default.to_tag rocketchat.default.iconurl rocketchat.default.emoji",
}

_OTHERS = """
{{- define "slack.default.fallback" -}}
{{ template "slack.default.title" . }} | {{ template "slack.default.titlelink" . }}{{ end }}
{{- define "pagerduty.default.instances" }}{{ template "__text_alert_list" . }}{{ end }}
{{- define "wechat.default.agent_id" }}{{ end }}
{{- define "wechat.default.api_secret" }}{{ end }}
"""

DEFAULTS = (
    _SUBJECT
    + "".join(
        f'{{{{- define "{name}" }}}}{{{{ template "{target}" . }}}}{{{{ end }}}}\n'
        for target, names in _CALLS.items()
        for name in names.split()
    )
    + _OTHERS
)
"""A template file that defines them all."""
