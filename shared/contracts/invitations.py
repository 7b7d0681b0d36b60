"""A site's rules for inviting its customers to write, and what came of the invitations."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from shared.contracts.wire import Contract, InvitationId, SiteId
from shared.kernel.clock import Millis

RULES_MAX: Final = 20
TEXT_MAX: Final = 300
"""It stands beside the page, and is read in passing."""
TRANSLATIONS_MAX: Final = 50
PAGE_MAX: Final = 200
ON_PAGE_MAX_MS: Final[Millis] = 3_600_000
COOL_DOWN_DEFAULT_MS: Final[Millis] = 7 * 86_400_000
"""A week: whoever waved it away wants to shop, not to be asked again at the next visit."""
COOL_DOWN_MAX_MS: Final[Millis] = 90 * 86_400_000

RuleId: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?$")]
InvitationText: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=TEXT_MAX, pattern=r"^[^\x00]*$")
]
LanguageTag: TypeAlias = Annotated[str, Field(min_length=2, max_length=35)]


class InvitationRule(Contract):
    """When to invite a customer to write; every condition that is given must hold.

    Attributes:
        id: what the counts call it; another id is another rule.
        text: what the customer reads, in any language that `texts` has not.
        texts: the same in other languages, by BCP 47 tag.
        cart_at_least_minor: the cart's value, in its currency's smallest unit.
        currency: of the cart; without it the value counts in any.
        page: the path of the page, such as /checkout; `*` stands for anything.
        on_page_ms: so long the customer has been at such a page without leaving it.
        payment_failed: the page has said that a payment failed.
        cool_down_ms: so long after it was shown it is not shown to that customer again.
    """

    id: RuleId
    text: InvitationText
    texts: dict[LanguageTag, InvitationText] = Field(
        default_factory=dict, max_length=TRANSLATIONS_MAX
    )
    cart_at_least_minor: int | None = Field(default=None, ge=1, le=10**12)
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    page: str | None = Field(default=None, max_length=PAGE_MAX, pattern=r"^[/*][^\x00?#]*$")
    on_page_ms: int | None = Field(default=None, ge=1_000, le=ON_PAGE_MAX_MS)
    payment_failed: bool = False
    cool_down_ms: int = Field(default=COOL_DOWN_DEFAULT_MS, ge=0, le=COOL_DOWN_MAX_MS)


InvitationRules: TypeAlias = Annotated[tuple[InvitationRule, ...], Field(max_length=RULES_MAX)]
"""In the order in which they are tried: the first whose conditions hold invites."""


class InvitationOpened(Contract):
    """The customer is invited to write, by this rule of the site; `text` is shown as text.

    Until it is accepted or dismissed it comes again on the next connection.
    """

    type: Literal["invitation.opened"] = "invitation.opened"
    invitation_id: InvitationId
    rule: str
    text: str


class InvitationAccept(Contract):
    """The customer takes the invitation up: what they write next is counted as its conversation.

    One that is not open for this customer is passed over in silence.
    """

    type: Literal["invitation.accept"]
    invitation_id: InvitationId


class InvitationDismiss(Contract):
    """The customer does not want to be asked; one that is not open is passed over in silence."""

    type: Literal["invitation.dismiss"]
    invitation_id: InvitationId


class RuleCounts(Contract):
    """What came of the invitations of one rule.

    `opened` counts those that were shown, `conversations` those upon which the customer wrote.
    """

    rule: str
    opened: int
    accepted: int
    dismissed: int
    conversations: int


class InvitationCounts(Contract):
    """What came of a site's invitations that were opened on these days (UTC), rule by rule."""

    site_id: SiteId
    from_day: date
    to_day: date
    rules: tuple[RuleCounts, ...]


class CameBy(Contract):
    """The invitation upon which a customer wrote, as an agent sees it."""

    invitation_id: InvitationId
    rule: str
    text: str
