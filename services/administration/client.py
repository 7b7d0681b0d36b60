"""Calls the running service as the installation's operator, known by the home's signing keys."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from services.terminal import fail, read_settings, running_url, why
from shared.contracts.changes import PAGE_MAX
from shared.contracts.claims import NO_SHOP, Principal
from shared.kernel.clock import Millis
from shared.kernel.ids import IdKind, decode
from shared.kernel.vocabulary import Scope
from shared.kit.auth.keyring import Keyring, KeyringFileError
from shared.kit.auth.tokens import sign_principal
from shared.kit.new_ids import new_id
from shared.kit.system_clock import SystemClock

TOKEN_LIFE_MS: Millis = 5 * 60_000
"""A command is over in seconds; a long list read slowly in minutes."""
TIMEOUT_S = 30.0


class Api:
    """The REST of the running service; whatever it refuses ends the command with its sentence."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def get(self, path: str, **query: Any) -> Any:
        """Return what is there."""
        return self._call("GET", path, query=query)

    def make(self, path: str, body: Mapping[str, Any]) -> Any:
        """Make something; each command has an Idempotency-Key of its own."""
        return self._call("POST", path, body=body)

    def change(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change the named fields."""
        if not body:
            fail("Say what to change: see --help.")
        return self._call("PATCH", path, body=body)

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """Put something in the place of what was there; return what is there now."""
        return self._call("PUT", path, body=body)

    def remove(self, path: str) -> None:
        """Remove something."""
        self._call("DELETE", path)

    def list(self, path: str, name: str, **query: Any) -> list[Any]:
        """Return a whole list, read page by page."""
        found: list[Any] = []
        page = self.get(path, limit=PAGE_MAX, **query)
        while True:
            found += page[name]
            if page["next_cursor"] is None:
                return found
            page = self.get(path, limit=PAGE_MAX, cursor=page["next_cursor"], **query)

    def fetch(self, path: str, to: Path) -> None:
        """Write what is there into a file, however long it is."""
        try:
            with httpx.stream("GET", f"{self._url}{path}", timeout=TIMEOUT_S) as answer:
                if answer.is_error:
                    answer.read()
                    fail(_sentence(answer))
                with to.open("xb") as file:
                    file.writelines(answer.iter_bytes())
        except httpx.HTTPError:
            fail(f"{to} is not whole: the service broke off. Begin again.")
        except OSError as error:
            fail(f"{to} could not be written: {why(error)}.")

    def _call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"}
        if method in ("POST", "PATCH"):
            headers["Idempotency-Key"] = new_id().hex
        try:
            answer = httpx.request(
                method,
                f"{self._url}{path}",
                headers=headers,
                json=body,
                params=query,
                timeout=TIMEOUT_S,
            )
        except httpx.HTTPError:
            fail(f"Firstreply at {self._url} did not answer; whether it did it, a list tells.")
        if answer.is_error:
            fail(_sentence(answer))
        return answer.json() if answer.content else None


def for_installation() -> Api:
    """Return the API for what belongs to no shop."""
    return _api(NO_SHOP)


def for_shop(shop: str) -> Api:
    """Return the API for what belongs to a shop."""
    return _api(read_id(IdKind.SHOP, shop))


def read_id(kind: IdKind, text: str) -> UUID:
    """Return the id a text names, or end the command."""
    try:
        return decode(kind, text)
    except ValueError:
        fail(f"{text!r} is no id of this kind: it starts with {kind.value}_ and has 26 characters.")


def path_of(kind: IdKind, collection: str, text: str) -> str:
    """Return the path of one thing, whose id is judged here and not by the service's 404."""
    read_id(kind, text)
    return f"/v1/{collection}/{text}"


def _api(shop_id: UUID) -> Api:
    settings = read_settings()
    url = running_url(settings.home)
    principal = Principal(
        shop_id=shop_id,
        scopes=(Scope.ADMIN, Scope.OPERATOR),
        name=_user(),
        expires_at=SystemClock().now() + TOKEN_LIFE_MS,
    )
    try:
        return Api(url, sign_principal(Keyring.open(settings.home / "keys.json"), principal))
    except (KeyringFileError, OSError) as error:
        fail(f"The signing keys of {settings.home} cannot be used: {error}")


def _user() -> str:
    """Return who the record of changes names."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "operator"


def _sentence(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        return f"{problem['detail']} ({problem['code']})"
    except (ValueError, KeyError, TypeError):
        return f"The service answered {answer.status_code} and did not say why."
