"""The shop platforms there are; another one is one more file and one more line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from services.history.shops.generic import GENERIC
from services.history.shops.shopify import SHOPIFY
from services.history.shops.told import Platform

PLATFORMS: Mapping[str, Platform] = MappingProxyType({one.name: one for one in (SHOPIFY, GENERIC)})
