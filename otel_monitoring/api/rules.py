"""``/rules/…``: rules made, switched, reloaded and exported at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from otel_monitoring.alerts.rules.rulefile import RuleFileError
from otel_monitoring.alerts.rules.simple import AlertRule
from otel_monitoring.api.actor import API_ACTOR, By
from otel_monitoring.api.refused import CONFLICT, NOT_FOUND, RefusedError, refusals
from otel_monitoring.api.response import RULES_FILE, YamlResponse
from otel_monitoring.errors import RuleError

if TYPE_CHECKING:
    from otel_monitoring.alerts.rules.rule import RuleFile

Mode = Literal["enabled", "disabled", "observe"]


class RulesKept(Protocol):
    """What the API needs of the book of rules; called from worker threads."""

    def put(self, rule: AlertRule, *, actor: str) -> bool:
        """Add a rule or change one; return whether it is new."""
        ...

    def remove(self, name: str, *, actor: str) -> None:
        """Remove a rule that was made at run time."""
        ...

    def set_mode(self, name: str, mode: Mode, *, actor: str) -> None:
        """Switch a rule on or off, or have it observed only."""
        ...

    def mode(self, name: str) -> Mode:
        """Return whether a rule is evaluated, and whether anybody is told."""
        ...

    def names(self) -> frozenset[str]:
        """Return the names of all alerting rules."""
        ...

    def reload(self, *, actor: str) -> RuleFile:
        """Read the rule files anew."""
        ...

    def export(self) -> str:
        """Return everything that runs as a rule file."""
        ...


class RuleIn(BaseModel):
    """A threshold on one metric, in words."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(examples=["SlowCart"])
    metric: str = Field(examples=["http_server_request_duration_seconds"])
    operator: str = Field(examples=[">"])
    threshold: float = Field(examples=[2])
    kind: str = Field("gauge", description="gauge, counter or histogram.")
    aggregation: str = Field("avg", description="avg, min, max, sum, count, p50, p95 or p99.")
    window: str = "5m"
    group_by: list[str] = Field([], examples=[["http_route"]])
    where: dict[str, str] = {}
    for_: str = Field("0s", alias="for", examples=["5m"])
    keep_firing_for: str = "0s"
    severity: str = "warning"
    category: str = ""
    channels: list[str] = []
    cooldown: str = ""
    min_events: int = 0
    description: str = ""
    runbook_url: str = ""
    owner: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    enabled: bool = True
    observe_only: bool = False


class RuleOut(BaseModel):
    """A rule, and what it is in PromQL."""

    name: str
    expr: str
    mode: Mode


class ModeBody(BaseModel):
    """Whether a rule is evaluated, and whether anybody is told."""

    mode: Mode


class RulesReloadedBody(BaseModel):
    """What was read."""

    groups: int
    rules: int
    warnings: list[str]


def rules_router(kept: RulesKept) -> APIRouter:
    """Return the routes that change rules; every change is an audit event."""
    router, routes = APIRouter(tags=["rules"]), _Routes(kept)
    for path in ("/rules", "/alerts"):  # whoever looks at alerts makes their rules there
        router.post(
            path,
            summary="Make a rule, or change it",
            status_code=201,
            response_model=RuleOut,
            responses={200: {"model": RuleOut, "description": "It was there, and is changed."}},
        )(routes.put)
    router.delete(
        "/rules/{name}",
        summary="Remove a rule that was made here",
        status_code=204,
        responses=refusals(NOT_FOUND, CONFLICT),
    )(routes.remove)
    router.put(
        "/rules/{name}/mode",
        summary="Switch a rule",
        response_model=ModeBody,
        responses=refusals(NOT_FOUND),
    )(routes.set_mode)
    router.post("/rules/reload", summary="Read the rule files anew", response_model=RulesReloadedBody)(
        routes.reload
    )
    router.get(
        "/rules/export",
        summary="Everything that runs, as a rule file of Prometheus",
        response_class=YamlResponse,
        responses=RULES_FILE,
    )(routes.export)
    return router


class _Routes:
    def __init__(self, kept: RulesKept) -> None:
        self._kept = kept

    def put(self, given: RuleIn, response: Response, by: By = API_ACTOR) -> Any:
        try:
            rule = AlertRule(**given.model_dump())
            if not self._kept.put(rule, actor=by):
                response.status_code = 200
        except RuleError as error:
            raise RefusedError(str(error)) from None
        return RuleOut(name=rule.name, expr=rule.expr, mode=self._kept.mode(rule.name))

    def remove(self, name: str, by: By = API_ACTOR) -> Response:
        if name not in self._kept.names():
            msg = f"rule {name!r} does not exist"
            raise RefusedError(msg, status=NOT_FOUND, field="path.name")
        try:
            self._kept.remove(name, actor=by)
        except RuleError as error:
            raise RefusedError(str(error), status=CONFLICT) from None
        return Response(status_code=204)

    def set_mode(self, name: str, given: ModeBody, by: By = API_ACTOR) -> Any:
        try:
            self._kept.set_mode(name, given.mode, actor=by)
        except RuleError as error:
            raise RefusedError(str(error), status=NOT_FOUND, field="path.name") from None
        return given

    def reload(self, by: By = API_ACTOR) -> Any:
        try:
            file = self._kept.reload(actor=by)
        except RuleFileError as error:
            errors = [{"field": "file", "message": str(one)} for one in error.problems]
            raise RefusedError(str(error), errors=errors) from None
        except RuleError as error:
            raise RefusedError(str(error)) from None
        return RulesReloadedBody(
            groups=len(file.groups),
            rules=sum(len(group.rules) for group in file.groups),
            warnings=[str(one) for one in file.warnings],
        )

    def export(self) -> Response:
        return YamlResponse(self._kept.export())
