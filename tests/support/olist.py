"""Builds small folders of Olist files, good ones that a test then spoils."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from services.history.shops.olist_rows import OlistFile
from services.history.usecases.import_orders import Rejected

HEADERS = {
    OlistFile.ORDERS: (
        "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,"
        "order_delivered_carrier_date,order_delivered_customer_date,order_estimated_delivery_date"
    ),
    OlistFile.CUSTOMERS: (
        "customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state"
    ),
    OlistFile.ITEMS: (
        "order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value"
    ),
    OlistFile.PAYMENTS: (
        "order_id,payment_sequential,payment_type,payment_installments,payment_value"
    ),
    OlistFile.REVIEWS: (
        "review_id,order_id,review_score,review_comment_title,review_comment_message,"
        "review_creation_date,review_answer_timestamp"
    ),
    OlistFile.PRODUCTS: "product_id,product_category_name,product_weight_g",
    OlistFile.TRANSLATION: "product_category_name,product_category_name_english",
}
ROWS = {
    OlistFile.ORDERS: [
        "o1,c1,delivered,2018-04-16 08:16:46,,,2018-04-30 16:42:36,2018-05-08 00:00:00",
        "o2,c2,shipped,2018-06-01 10:00:00,,,,2018-06-20 00:00:00",
    ],
    OlistFile.CUSTOMERS: ["c1,p1,34800,caeté,MG", "c2,p1,34800,caeté,MG"],
    OlistFile.ITEMS: [
        "o1,1,t1,s1,2018-04-23 05:50:15,17.0,16.32",
        "o1,2,t2,s1,2018-04-23 05:50:15,5.55,0.1",
        "o2,1,t1,s1,2018-06-07 05:50:15,17,16.32",
    ],
    OlistFile.PAYMENTS: ["o1,1,credit_card,1,40.00", "o2,1,boleto,1,33.32"],
    OlistFile.REVIEWS: ["r1,o1,4,Bom,Chegou antes,2018-05-01 00:00:00,2018-05-02 10:00:00"],
    OlistFile.PRODUCTS: ["t1,beleza_saude,300", "t2,,100"],
    OlistFile.TRANSLATION: ["beleza_saude,health_beauty"],
}


@dataclass
class Seen:
    """An ImportWatcher that remembers."""

    rows: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    bytes_read: int = 0
    orders_found: int = 0
    orders_sent: int = 0

    def read(self, size: int) -> None:
        self.bytes_read += size

    def rejected(self, row: Rejected) -> None:
        self.rows.append(row)

    def noted(self, sentence: str) -> None:
        self.notes.append(sentence)

    def found(self, orders: int) -> None:
        self.orders_found += orders

    def sent(self, orders: int) -> None:
        self.orders_sent += orders

    @property
    def places(self) -> list[tuple[str, int]]:
        return [(row.file, row.line) for row in self.rows]


def write_olist(folder: Path, **files: Sequence[str] | bytes | None) -> Path:
    """Write all seven files; `orders=[...]` replaces rows, bytes a file, None leaves it out."""
    folder.mkdir(exist_ok=True)
    for file in OlistFile:
        given = files.get(file.name.lower(), ROWS[file])
        if isinstance(given, bytes):
            (folder / file).write_bytes(given)
        elif given is not None:
            text = "\n".join([HEADERS[file], *given]) + "\n"
            (folder / file).write_text(text, encoding="utf-8")
    return folder
