"""What services say about the bodies that they take, as JSON Schemas.

Written from their documentation: Slack's Block Kit, PagerDuty's Events API v2, Alertmanager's webhook.
"""

from __future__ import annotations

from typing import Any

PAGERDUTY: dict[str, Any] = {
    "type": "object",
    "required": ["routing_key", "event_action"],
    "additionalProperties": False,
    "properties": {
        "routing_key": {"type": "string", "minLength": 32, "maxLength": 32},
        "event_action": {"enum": ["trigger", "acknowledge", "resolve"]},
        "dedup_key": {"type": "string", "maxLength": 255},
        "client": {"type": "string"},
        "client_url": {"type": "string"},
        "payload": {
            "type": "object",
            "required": ["summary", "source", "severity"],
            "additionalProperties": False,
            "properties": {
                "summary": {"type": "string", "minLength": 1, "maxLength": 1024},
                "source": {"type": "string", "minLength": 1},
                "severity": {"enum": ["critical", "error", "warning", "info"]},
                "timestamp": {"type": "string"},
                "component": {"type": "string"},
                "group": {"type": "string"},
                "class": {"type": "string"},
                "custom_details": {"type": "object"},
            },
        },
        "images": {
            "type": "array",
            "items": {"type": "object", "required": ["src"], "properties": {"src": {"type": "string"}}},
        },
        "links": {
            "type": "array",
            "items": {"type": "object", "required": ["href"], "properties": {"href": {"type": "string"}}},
        },
    },
    "if": {"properties": {"event_action": {"const": "trigger"}}},
    "then": {"required": ["payload"]},
    "else": {"required": ["dedup_key"]},
}


def _text(kind: str, longest: int) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", "text"],
        "additionalProperties": False,
        "properties": {
            "type": {"const": kind},
            "text": {"type": "string", "minLength": 1, "maxLength": longest},
            "emoji": {"type": "boolean"},
        },
    }


def _block(kind: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", *properties],
        "additionalProperties": False,
        "properties": {"type": {"const": kind}, **properties},
    }


_BUTTON = {
    "type": "object",
    "required": ["type", "text"],
    "additionalProperties": False,
    "properties": {
        "type": {"const": "button"},
        "text": _text("plain_text", 75),
        "url": {"type": "string", "maxLength": 3000, "pattern": "^https?://"},
        "style": {"enum": ["primary", "danger"]},
    },
}

SLACK: dict[str, Any] = {
    "type": "object",
    "required": ["attachments"],
    "additionalProperties": False,
    "properties": {
        "channel": {"type": "string", "minLength": 1},
        "username": {"type": "string"},
        "icon_emoji": {"type": "string"},
        "icon_url": {"type": "string"},
        "text": {"type": "string", "maxLength": 4000},
        "link_names": {"type": "boolean"},
        "unfurl_links": {"type": "boolean"},
        "unfurl_media": {"type": "boolean"},
        "thread_ts": {"type": "string", "pattern": r"^\d+\.\d+$"},
        "reply_broadcast": {"type": "boolean"},
        "attachments": {
            "type": "array",
            "maxItems": 20,
            "items": {
                "type": "object",
                "required": ["blocks"],
                "additionalProperties": False,
                "properties": {
                    "color": {"type": "string", "pattern": "^(#[0-9a-f]{6}|good|warning|danger)$"},
                    "blocks": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 50,
                        "items": {
                            "oneOf": [
                                _block("header", text=_text("plain_text", 150)),
                                _block(
                                    "section",
                                    text=_text("mrkdwn", 3000),
                                    fields={
                                        "type": "array",
                                        "minItems": 1,
                                        "maxItems": 10,
                                        "items": _text("mrkdwn", 2000),
                                    },
                                ),
                                _block(
                                    "actions",
                                    elements={
                                        "type": "array",
                                        "minItems": 1,
                                        "maxItems": 25,
                                        "items": _BUTTON,
                                    },
                                ),
                                _block(
                                    "context",
                                    elements={
                                        "type": "array",
                                        "minItems": 1,
                                        "maxItems": 10,
                                        "items": {
                                            "anyOf": [_text("plain_text", 3000), _text("mrkdwn", 3000)]
                                        },
                                    },
                                ),
                            ]
                        },
                    },
                },
            },
        },
    },
}

_LABELS = {"type": "object", "additionalProperties": {"type": "string"}}
_TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$"}
_ALERT = {
    "status": {"enum": ["firing", "resolved"]},
    "labels": _LABELS,
    "annotations": _LABELS,
    "startsAt": _TIME,
    "endsAt": _TIME,
    "generatorURL": {"type": "string"},
    "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
}
_WEBHOOK = {
    "version": {"const": "4"},
    "groupKey": {"type": "string", "minLength": 1},
    "truncatedAlerts": {"type": "integer", "minimum": 0},
    "status": {"enum": ["firing", "resolved"]},
    "receiver": {"type": "string"},
    "groupLabels": _LABELS,
    "commonLabels": _LABELS,
    "commonAnnotations": _LABELS,
    "externalURL": {"type": "string"},
    "alerts": {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "required": list(_ALERT),
            "additionalProperties": False,
            "properties": _ALERT,
        },
    },
}

ALERTMANAGER: dict[str, Any] = {
    "type": "object",
    "required": list(_WEBHOOK),
    "additionalProperties": False,
    "properties": _WEBHOOK,
}
