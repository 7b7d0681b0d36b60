"""How the API of each shop platform is called; one line a platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from types import MappingProxyType

from services.history.clients.shopify_api import open_shopify
from services.history.shops.shopify_orders import PLATFORM as SHOPIFY
from services.history.usecases.back_fill import StoreApi

STORES: Mapping[str, Callable[[str, str], AbstractAsyncContextManager[StoreApi]]] = (
    MappingProxyType({SHOPIFY: open_shopify})
)
