"""What one installation keeps beside its database: its home folder, its secret, its role URLs."""

from __future__ import annotations

import hmac
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID

import asyncpg

from shared.kernel.vocabulary import Service
from shared.kit import roles
from shared.kit.database import DatabaseUrl
from shared.kit.migrations import migrate
from shared.kit.postgres.socket_folder import connection_query

DATABASE_NAME = "firstreply"
SECRET_BYTES = 32
FILES = "files"
"""The folder of uploaded files in the home."""
_PRIVATE = 0o600
_SECRET = re.compile(rb"[0-9a-f]{%d}\n?" % (2 * SECRET_BYTES))


class SecretFileError(Exception):
    """The file of the secret cannot be used; the text is for the operator."""


@dataclass(frozen=True)
class RoleUrls:
    """Where each role connects: one place, its own name and password.

    Attributes:
        place: a libpq URL of the database; its user and password are replaced.
        secret: derives the passwords; None where the socket folder's mode is the lock.
    """

    place: str
    secret: bytes | None = None

    def url(self, role: str) -> DatabaseUrl:
        """Return the URL of one role."""
        parts = urlsplit(self.place)
        host = parts.netloc.rpartition("@")[2]
        user = quote(role)
        if self.secret is not None:
            user = f"{user}:{roles.role_password(self.secret, role)}"
        return DatabaseUrl(urlunsplit(parts._replace(scheme="postgresql", netloc=f"{user}@{host}")))

    def service(self, service: Service) -> DatabaseUrl:
        """Return where a service works."""
        return self.url(roles.service_role(service))

    def sweep(self, service: Service) -> DatabaseUrl:
        """Return where a service sweeps."""
        return self.url(roles.sweep_role(service))


def read_or_make_secret(path: Path) -> bytes:
    """Return the installation's secret; make it, readable by its owner only, the first time.

    Raises:
        SecretFileError: it is damaged, or others may read it.
    """
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
    return _read_secret(path)


def _read_secret(path: Path) -> bytes:
    try:
        mode, text = path.stat().st_mode, path.read_bytes()
    except OSError as problem:
        raise SecretFileError(f"{path} cannot be read: {problem.strerror}.") from None
    if mode & 0o077:
        raise SecretFileError(f"{path} holds a secret and others may read it: chmod 600 it.")
    if not _SECRET.fullmatch(text):
        raise SecretFileError(
            f"{path} is damaged: it must hold {2 * SECRET_BYTES} hexadecimal digits. Bring it back "
            "from a backup; without one remove it, and a new one is made."
        )
    return bytes.fromhex(text.decode())


def node_id(secret: bytes, service: Service) -> UUID:
    """Return the id of the one node of a service that an installation of one process has."""
    return UUID(bytes=hmac.digest(secret, f"node:{service.value}".encode(), "sha256")[:16])


async def prepare_embedded(socket_dir: Path, *, secret: bytes) -> RoleUrls:
    """Make roles, database and newest schemas on an embedded server; safe to repeat."""
    admin = await asyncpg.connect(f"postgresql://postgres@/postgres?{connection_query(socket_dir)}")
    try:
        await roles.create_roles(admin, secret=secret)
        await roles.create_database(admin, DATABASE_NAME)
    finally:
        await admin.close()
    urls = RoleUrls(f"postgresql://@/{DATABASE_NAME}?{connection_query(socket_dir)}")
    await migrate(urls.url(roles.OWNER), *Service)
    return urls


async def prepare_given(admin_url: str, *, secret: bytes) -> RoleUrls:
    """Make roles and newest schemas in the database of `DATABASE_URL`; safe to repeat.

    Raises:
        asyncpg.PostgresError, OSError: not reachable, or its user may not create roles.
    """
    admin = await asyncpg.connect(admin_url)
    try:
        await roles.create_roles(admin, secret=secret)
        await roles.adopt_database(admin)
    finally:
        await admin.close()
    urls = RoleUrls(admin_url, secret)
    await migrate(urls.url(roles.OWNER), *Service)
    return urls
