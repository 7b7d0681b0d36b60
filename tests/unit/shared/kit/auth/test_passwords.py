"""Passwords: hashed, compared, and the same work for nobody."""

from __future__ import annotations

import asyncio
from typing import Literal

import pytest
from argon2 import PasswordHasher

from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.auth import passwords
from shared.kit.auth.passwords import hash_password, verify_password


async def test_a_user_signs_in_with_the_password_that_was_hashed() -> None:
    stored = await hash_password("correct horse")
    assert stored.startswith("$argon2id$")
    assert await verify_password("correct horse", stored)
    assert not await verify_password("correct horsf", stored)


async def test_two_users_with_one_password_have_two_hashes() -> None:
    assert await hash_password("x") != await hash_password("x")


async def test_a_user_signs_in_from_a_keyboard_that_composes_accents_otherwise() -> None:
    assert await verify_password("cafe\u0301", await hash_password("caf\u00e9"))


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$v=19$broken"])
async def test_a_user_whose_hash_is_damaged_is_refused(stored: str) -> None:
    assert not await verify_password("x", stored)


async def test_nobody_is_refused_after_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
            tried.append(str(hash).rsplit("$", 2)[0])
            return super().verify(hash, password)

    counting = Counting(time_cost=2, memory_cost=19_456, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", counting)
    somebody = await hash_password("x")
    assert not await verify_password("y", somebody)
    assert not await verify_password("y", None)
    assert not await verify_password("\x00", None)
    assert len(set(tried)) == 1


async def test_a_storm_of_sign_ins_waits_in_a_short_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "WAITING_MAX", 2)
    answers = await asyncio.gather(
        *(verify_password("guess", None) for _ in range(3)), return_exceptions=True
    )

    assert answers[:2] == [False, False]
    assert isinstance(answers[2], RefusedError)
    assert (answers[2].code, answers[2].retry_after_ms) == (ErrorCode.TRY_AGAIN, 1_000)
    assert await verify_password("guess", None) is False
