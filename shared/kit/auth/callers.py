"""Who calls, by bearer token: signed by us, not expired, not revoked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from pydantic import ValidationError

from shared.contracts import subjects
from shared.contracts.claims import Principal
from shared.contracts.revocations import RevocationPage, RevocationsRequest
from shared.kernel.clock import Clock, Instant
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import SignInEnd
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.revocations import Ask, Revocations
from shared.kit.auth.tokens import read_principal, refuse_sign_in
from shared.kit.bus.interface import Bus, BusError
from shared.kit.tasks import background

ASK_TIMEOUT_MS = 2_000


class Callers:
    """Reads bearer tokens for every entry of a service."""

    def __init__(self, keys: Keyring, revocations: Revocations, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self.revocations = revocations

    def read(self, token: str) -> Principal:
        """Return who a token stands for.

        Raises:
            RefusedError: NOT_SIGNED_IN, the same for every token that is not good now; TRY_AGAIN,
                nobody can say whether it is.
        """
        caller = read_principal(self._keys, token, self._clock.now())
        if self.revocations.end_of(caller) is not None:
            refuse_sign_in()
        return caller

    def end_of(self, caller: Principal) -> SignInEnd | None:
        """Return why the sign-in of a caller who was let in has ended; None: it has not.

        Raises:
            RefusedError: TRY_AGAIN, nobody can say.
        """
        if caller.expires_at <= self._clock.now():
            return SignInEnd.EXPIRED
        return self.revocations.end_of(caller)


@asynccontextmanager
async def open_callers(
    keys: Keyring, bus: Bus, clock: Clock, ask: Ask | None = None
) -> AsyncIterator[Callers]:
    """Know who may call while the block runs; ask any router over the bus, unless told whom."""
    revocations = Revocations(ask or _asking(bus), clock)
    hearing = await bus.subscribe(subjects.TOKENS_REVOKED, lambda _: revocations.hurry())
    bus.on_resync(revocations.hurry)
    try:
        with suppress(RefusedError, TimeoutError):  # whoever calls before a router is there waits
            await revocations.look()
        async with background(revocations=revocations.run):
            yield Callers(keys, revocations, clock)
    finally:
        await hearing.close()


def _asking(bus: Bus) -> Ask:
    async def ask(since: Instant) -> RevocationPage:
        question = RevocationsRequest(since=since).to_json()
        try:
            raw = await bus.request(subjects.REVOCATIONS, question, timeout_ms=ASK_TIMEOUT_MS)
            return RevocationPage.model_validate_json(raw)
        except (BusError, ValidationError) as error:
            sentence = "No router tells who was signed out."
            raise RefusedError(ErrorCode.TRY_AGAIN, sentence, retry_after_ms=1_000) from error

    return ask
