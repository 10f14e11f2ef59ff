"""Talking to the pages of a running application, with errors that say which option or setting to look at."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from urllib.parse import quote, urlsplit

import httpx
import typer

from otel_monitoring.cli.connecting import TOKEN_VARIABLE, token_of
from otel_monitoring.errors import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Mapping

Url: TypeAlias = Annotated[
    str, typer.Option("--url", "-u", metavar="URL", help="The application, or its pages.")
]
Token: TypeAlias = Annotated[
    str | None, typer.Option("--token", metavar="TOKEN", help=f"By default ${TOKEN_VARIABLE}.")
]
TokenFile: TypeAlias = Annotated[
    Path | None, typer.Option("--token-file", metavar="FILE", help="A file that holds the token.")
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON.")]
By: TypeAlias = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does it.")]

DEFAULT_URL = "http://localhost:8000"
_PREFIX = "/monitoring"
_LIVE = "/health/live"
_TIMEOUT_S = 10.0
_PAGE = 1000
_UNAUTHORIZED, _NOT_FOUND = 401, 404
_PROBLEM = "application/problem+json"


class PagesError(MonitoringError):
    """The pages cannot be reached, or refuse what was asked."""


class Pages:
    """The pages of one application.

    Args:
        url: The application, or its pages below whatever prefix.
        token: The token; empty for none.
        timeout_s: The longest time of one request.
    """

    def __init__(self, url: str, *, token: str = "", timeout_s: float = _TIMEOUT_S) -> None:
        self._has_token = bool(token)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._timeout_s = timeout_s
        self.url = self._found((url if "://" in url else f"http://{url}").rstrip("/"))

    def get(self, *path: str, **params: Any) -> Any:
        """Return what a page answers; parameters that are ``None`` are left out.

        Raises:
            PagesError: The page cannot be had.
        """
        return self._ask("GET", path, params=_given(params))

    def all(self, name: str, **params: Any) -> list[Any]:
        """Return what all pages of a list hold; its members lie under the name of the list.

        Raises:
            PagesError: A page cannot be had.
        """
        found: list[Any] = []
        cursor = None
        while True:
            body = self.get(name, **params, limit=_PAGE, cursor=cursor)
            found += body[name]
            cursor = body.get("next")
            if cursor is None:
                return found

    def text(self, *path: str, **params: Any) -> str:
        """Return what a page answers that is not JSON; parameters that are ``None`` are left out.

        Raises:
            PagesError: The page cannot be had.
        """
        return self._answer("GET", path, params=_given(params)).text

    def post(self, *path: str, body: Mapping[str, Any] | None = None, **params: Any) -> Any:
        """Do something, and return what became of it; parameters that are ``None`` are left out.

        Raises:
            PagesError: It is refused.
        """
        return self._ask("POST", path, json=body, params=_given(params))

    def put(self, *path: str, body: Mapping[str, Any], **params: Any) -> Any:
        """Put something in place of what is there.

        Raises:
            PagesError: It is refused.
        """
        return self._ask("PUT", path, json=body, params=params)

    def delete(self, *path: str, **params: Any) -> Any:
        """Take something away.

        Raises:
            PagesError: It is refused.
        """
        return self._ask("DELETE", path, params=params)

    def _found(self, url: str) -> str:
        """Return where the pages lie; nothing is asked of an application that has none."""
        below = f"{url}{_PREFIX}"
        for place in (url, below) if urlsplit(url).path else (below, url):
            try:
                answer = self._request("GET", f"{place}{_LIVE}")
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                msg = f"{url} cannot be reached: {error or type(error).__name__}; --url says where"
                raise PagesError(msg) from None
            if answer.is_success and _json(answer) == {"status": "alive"}:
                return place
        msg = (
            f"{url} has no pages of otel_monitoring: expected --url to end with the setting api.prefix "
            f"({_PREFIX} by default), api.enabled to be true, and FastAPI to be installed there"
        )
        raise PagesError(msg)

    def _ask(self, method: str, path: tuple[str, ...], **more: Any) -> Any:
        return _json(self._answer(method, path, **more))

    def _answer(self, method: str, path: tuple[str, ...], **more: Any) -> httpx.Response:
        url = "/".join([self.url, *(quote(part, safe="") for part in path)])
        try:
            answer = self._request(method, url, **more)
        except httpx.HTTPError as error:
            msg = f"{url} cannot be reached: {error or type(error).__name__}"
            raise PagesError(msg) from None
        if answer.is_success:
            return answer
        raise PagesError(self._refusal(answer, url))

    def _request(self, method: str, url: str, **more: Any) -> httpx.Response:
        return httpx.request(method, url, headers=self._headers, timeout=self._timeout_s, **more)

    def _refusal(self, answer: httpx.Response, url: str) -> str:
        if answer.status_code == _UNAUTHORIZED:
            what = "refuses the token" if self._has_token else "asks for a token"
            return (
                f"{self.url} {what}: expected the value of the setting api.token; give --token, --token-file "
                f"or {TOKEN_VARIABLE}. Without that setting the application prints a token when it starts"
            )
        if answer.headers.get("content-type", "").startswith(_PROBLEM):
            body = _json(answer)
            if isinstance(body, dict) and body.get("detail"):
                return str(body["detail"])
        if answer.status_code == _NOT_FOUND:
            return f"{url} does not exist: the application runs a version without it, or it has gone"
        return f"{url} answered {answer.status_code}"


def pages(url: str, token: str | None, token_file: Path | None, *, timeout_s: float = _TIMEOUT_S) -> Pages:
    """Return the pages that the options of a command name.

    Raises:
        PagesError: They cannot be reached, or are none of ours.
    """
    return Pages(url, token=token_of(token, token_file), timeout_s=timeout_s)


def actor(by: str | None) -> str:
    """Return who does it: as stated, or else who is logged in."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "cli"


def _given(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json() if answer.content else None
    except ValueError:
        return None
