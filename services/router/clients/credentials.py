"""The use cases' ports onto the shared machinery of passwords, API keys and signatures."""

from __future__ import annotations

from uuid import UUID

from shared.contracts.claims import Grant, Principal
from shared.kit.auth.api_keys import new_api_key, parse_api_key, proves
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.passwords import hash_password, verify_password
from shared.kit.auth.tokens import sign_grant, sign_principal


class Argon2Passwords:
    """Passwords as argon2id hashes."""

    async def hash(self, password: str) -> str:
        """Return the hash to keep."""
        return await hash_password(password)

    async def verify(self, password: str, stored: str | None) -> bool:
        """Say whether it fits; None takes as long and never fits."""
        return await verify_password(password, stored)


class KeyTexts:
    """API keys as texts that name their shop and prove themselves by a digest."""

    def new(self, shop_id: UUID, key_id: UUID) -> tuple[str, bytes]:
        """Return the text to show once and the digest to keep."""
        return new_api_key(shop_id, key_id)

    def parse(self, text: str) -> tuple[UUID, UUID]:
        """Return the shop and the key a text names.

        Raises:
            RefusedError: NOT_SIGNED_IN, it is none of ours.
        """
        key = parse_api_key(text)
        return key.shop_id, key.key_id

    def proves(self, text: str, kept_digest: bytes) -> bool:
        """Say whether the text is the one whose digest was kept."""
        return proves(parse_api_key(text), kept_digest)


class KeyringSigner:
    """Signs with the installation's newest key."""

    def __init__(self, keys: Keyring) -> None:
        self._keys = keys

    def principal(self, principal: Principal) -> str:
        """Return a bearer token."""
        return sign_principal(self._keys, principal)

    def grant(self, grant: Grant) -> str:
        """Return a grant."""
        return sign_grant(self._keys, grant)
