"""The tables of history as an ORM has them: objects, and each relation of its own."""

# No `from __future__ import annotations` here: SQLAlchemy reads annotations.

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, foreign, mapped_column, relationship, remote
from sqlalchemy.types import Uuid


class Model(AsyncAttrs, DeclarativeBase):
    """A table of history."""

    type_annotation_map = {dict[str, Any]: JSONB, list[Any]: JSONB}


class Product(Model):
    """A product."""

    __tablename__ = "products"
    __table_args__ = {"schema": "history"}
    reference: Mapped[str] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(primary_key=True)
    picture_url: Mapped[str | None]


class Line(Model):
    """One line of an order."""

    __tablename__ = "order_lines"
    __table_args__ = {"schema": "bench"}
    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[UUID]
    platform: Mapped[str]
    product_ref: Mapped[str]
    title: Mapped[str]
    quantity: Mapped[int]
    unit_price_minor: Mapped[int]
    product: Mapped[Product | None] = relationship(
        viewonly=True,
        primaryjoin=lambda: and_(
            foreign(Line.shop_id) == remote(Product.shop_id),
            foreign(Line.platform) == remote(Product.platform),
            foreign(Line.product_ref) == remote(Product.reference),
        ),
    )
    together: Mapped[list["Together"]] = relationship(
        viewonly=True,
        primaryjoin=lambda: and_(
            Line.shop_id == foreign(remote(Together.shop_id)),
            Line.product_ref == foreign(remote(Together.product_ref)),
        ),
    )


class Together(Model):
    """Two products that are bought together."""

    __tablename__ = "bought_together"
    __table_args__ = {"schema": "history"}
    product_ref: Mapped[str] = mapped_column(primary_key=True)
    other_ref: Mapped[str] = mapped_column(primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    together: Mapped[int]
    support: Mapped[float]
    lift: Mapped[float]


class Order(Model):
    """An order."""

    __tablename__ = "orders"
    __table_args__ = {"schema": "history"}
    id: Mapped[UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    reference: Mapped[str]
    number: Mapped[str | None]
    status: Mapped[str]
    placed_at: Mapped[datetime]
    promised_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    currency: Mapped[str]
    total_minor: Mapped[int]
    refunded_minor: Mapped[int]
    note: Mapped[str | None]
    review_score: Mapped[int | None]
    review_text: Mapped[str | None]
    parts: Mapped[dict[str, Any]]
    lines: Mapped[list[Line]] = relationship(
        viewonly=True,
        order_by=lambda: Line.line_no,
        primaryjoin=lambda: Order.id == foreign(remote(Line.order_id)),
    )


class Contact(Model):
    """A contact."""

    __tablename__ = "contacts"
    __table_args__ = {"schema": "history"}
    id: Mapped[UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    conversation_id: Mapped[UUID]
    channel: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    end_reason: Mapped[str]
    agent_name: Mapped[str | None]
    first_response_ms: Mapped[int | None]
    message_count: Mapped[int]
    first_words: Mapped[str]
    last_words: Mapped[str | None]
    rating: Mapped[int | None]
    outcome: Mapped[str | None]
    order_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))


class Cart(Model):
    """A cart in progress."""

    __tablename__ = "carts"
    __table_args__ = {"schema": "history"}
    reference: Mapped[str] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]


class Note(Model):
    """A note."""

    __tablename__ = "notes"
    __table_args__ = {"schema": "history"}
    id: Mapped[UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]


class Promise(Model):
    """What was promised."""

    __tablename__ = "promises"
    __table_args__ = {"schema": "history"}
    id: Mapped[UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]


class Identity(Model):
    """An identity."""

    __tablename__ = "identities"
    __table_args__ = {"schema": "history"}
    value: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    verified: Mapped[bool]


class Mention(Model):
    """An address that somebody gave."""

    __tablename__ = "mentions"
    __table_args__ = {"schema": "history"}
    value: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)


def _of_customer(model: type[Any], order: str | None = None) -> Any:
    def newest_first() -> Any:
        return getattr(model, str(order)).desc()

    return relationship(
        model,
        viewonly=True,
        order_by=False if order is None else newest_first,
        primaryjoin=lambda: and_(
            Customer.id == foreign(remote(model.customer_id)),
            Customer.shop_id == foreign(remote(model.shop_id)),
        ),
    )


class Customer(Model):
    """A customer."""

    __tablename__ = "customers"
    __table_args__ = {"schema": "history"}
    id: Mapped[UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    city: Mapped[str | None]
    region: Mapped[str | None]
    locale: Mapped[str | None]
    since: Mapped[datetime | None]
    merged_into: Mapped[UUID | None]
    orders: Mapped[list[Order]] = _of_customer(Order, "placed_at")
    contacts: Mapped[list[Contact]] = _of_customer(Contact, "ended_at")
    identities: Mapped[list[Identity]] = _of_customer(Identity)
    mentions: Mapped[list[Mention]] = _of_customer(Mention)
    carts: Mapped[list[Cart]] = _of_customer(Cart)
    notes: Mapped[list[Note]] = _of_customer(Note)
    promises: Mapped[list[Promise]] = _of_customer(Promise)
