-- `updated_at` is the platform's own instant of a state, none where it has none. The parts (payments,
-- refunds, returns, shipments) stand in the order as the lines do: as they go over the wire.
ALTER TABLE history.orders
    ADD COLUMN number text,
    ADD COLUMN updated_at timestamptz,
    ADD COLUMN cart_reference text,
    ADD COLUMN parts jsonb NOT NULL DEFAULT '{}';

CREATE INDEX orders_of_cart ON history.orders (cart_reference, platform, shop_id)
    WHERE cart_reference IS NOT NULL;

-- In progress while both ends are unknown: `completed_at` is the platform's word, `ordered_at` that of the
-- order that names the cart, whichever of them comes first.
CREATE TABLE history.carts (
    shop_id uuid NOT NULL,
    platform text NOT NULL,
    reference text NOT NULL,
    customer_id uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    completed_at timestamptz,
    ordered_at timestamptz,
    currency text NOT NULL,
    total_minor bigint NOT NULL,
    lines jsonb NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (reference, platform, shop_id),
    FOREIGN KEY (customer_id, shop_id) REFERENCES history.customers (id, shop_id)
);

CREATE INDEX carts_of_customer ON history.carts (customer_id, shop_id, updated_at DESC)
    WHERE completed_at IS NULL AND ordered_at IS NULL;

CREATE TABLE history.products (
    shop_id uuid NOT NULL,
    platform text NOT NULL,
    reference text NOT NULL,
    updated_at timestamptz,
    title text NOT NULL,
    picture_url text,
    url text,
    digest bytea NOT NULL,
    PRIMARY KEY (reference, platform, shop_id)
);
