"""What the gateway keeps for a shop's administrators: sites."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias

from pydantic import Field

from shared.contracts.accounts import Name
from shared.contracts.invitations import InvitationRule, InvitationRules
from shared.contracts.wire import Contract, SiteId, WireInstant

ORIGINS_MAX: Final = 50
LANGUAGES_MAX: Final = 50
KEEP_MAX_MS: Final = 30 * 86_400_000
KEEP_DEFAULT_MS: Final = 86_400_000
"""A day: pages and shop backends are deployed more than once in it, and tokens live no longer."""

Origins: TypeAlias = Annotated[
    tuple[Annotated[str, Field(max_length=260)], ...], Field(min_length=1, max_length=ORIGINS_MAX)
]
"""Pages that may chat: https://shop.example, without a path; or "*" alone for any page."""
Languages: TypeAlias = Annotated[
    tuple[Annotated[str, Field(min_length=2, max_length=35)], ...], Field(max_length=LANGUAGES_MAX)
]
"""BCP 47 tags, the preferred one first."""
Colour: TypeAlias = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


Jwks: TypeAlias = Annotated[dict[str, Any], Field(max_length=10)]
"""A set of public keys, {"keys": [...]} (RFC 7517), that sign the shop's customer tokens."""
JwksUrl: TypeAlias = Annotated[str, Field(min_length=9, max_length=500)]
"""Where such a set is: https://login.shop.example/jwks.json."""
TokenClaim: TypeAlias = Annotated[str, Field(min_length=1, max_length=300)]


class TokenRules(Contract):
    """What proves a site's customers besides its secret.

    Tokens are RS256, ES256 or EdDSA, as the key is. One of `jwks` and `jwks_url` at most; with
    `token_issuer` or `token_audience` a token must say just that as its `iss` or in its `aud`.
    """

    jwks: Jwks | None = None
    jwks_url: JwksUrl | None = None
    token_issuer: TokenClaim | None = None
    token_audience: TokenClaim | None = None


class Colours(Contract):
    """The widget's accent and the text upon it; they must contrast by 4.5:1 at least (WCAG AA)."""

    accent: Colour
    text: Colour


class NewSite(TokenRules):
    """A site to be made."""

    name: Name
    origins: Origins
    colours: Colours | None = None
    languages: Languages = ()
    invitations: InvitationRules = ()


class SiteChange(TokenRules):
    """What is to change of a site; what is absent stays. `colours: null`: the widget's own.

    The rules of tokens are taken away by null, too.

    `closed: true` ends it for new conversations; those under way go on to their end.
    """

    name: Name | None = None
    origins: Origins | None = None
    colours: Colours | None = None
    languages: Languages | None = None
    invitations: InvitationRules | None = None
    closed: bool | None = None


class Rotation(Contract):
    """How long the old one stays good beside the new; 0 ends it at once."""

    keep_old_ms: int = Field(default=KEEP_DEFAULT_MS, ge=0, le=KEEP_MAX_MS)


class Site(TokenRules):
    """One site. `languages` are kept for the widget, which does not read them yet."""

    id: SiteId
    name: str
    key: str
    old_key_until: WireInstant | None = None
    origins: tuple[str, ...]
    colours: Colours | None = None
    languages: tuple[str, ...]
    invitations: tuple[InvitationRule, ...] = ()
    closed: bool
    created_at: WireInstant


class SiteMade(Site):
    """A site with its new secret: shown this once, and null when the request is repeated."""

    customer_secret: str | None


class Appearance(Contract):
    """What a site's widget shows of its shop; anybody may read it. No colours: the widget's own.

    `invites` says that the site has rules for invitations: a widget connects before it is opened.
    """

    colours: Colours | None
    invites: bool = False


class SitePage(Contract):
    """Sites in the order of their ids; `next_cursor` is null at the end."""

    sites: tuple[Site, ...]
    next_cursor: str | None
