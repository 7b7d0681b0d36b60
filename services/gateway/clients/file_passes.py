"""Signs and reads the passes in the URLs of files."""

from __future__ import annotations

from typing import Literal

from pydantic import ValidationError

from services.gateway.usecases.file_ports import FileAction, Pass
from shared.contracts.wire import FileId, Readable, ShopId, WireInstant
from shared.kernel.clock import Instant
from shared.kit.auth.keyring import BadTokenError, Keyring

_TYPE = "firstreply-file+jwt"
_MS_PER_S = 1_000


class _Payload(Readable):
    aud: Literal["firstreply:file"] = "firstreply:file"
    exp: int
    action: FileAction
    shop_id: ShopId
    file_id: FileId
    expires_at: WireInstant


class SignedFilePasses:
    """The FilePasses of the installation's keys."""

    def __init__(self, keys: Keyring) -> None:
        self._keys = keys

    def sign(self, one: Pass) -> str:
        """See `FilePasses.sign`."""
        payload = _Payload(
            exp=-(-one.expires_at // _MS_PER_S),
            action=one.action,
            shop_id=one.shop_id,
            file_id=one.file_id,
            expires_at=one.expires_at,
        )
        return self._keys.sign(payload.to_json(), token_type=_TYPE)

    def read(self, text: str, action: FileAction, now: Instant) -> Pass | None:
        """See `FilePasses.read`."""
        try:
            said = _Payload.model_validate_json(self._keys.verify(text, token_type=_TYPE))
        except (BadTokenError, ValidationError):
            return None
        if said.action is not action or said.expires_at <= now:
            return None
        return Pass(said.action, said.shop_id, said.file_id, said.expires_at)
