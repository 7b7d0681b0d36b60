-- What a shop tells of an order beside its dates: money that went back, goods that came back, a note.
ALTER TABLE history.orders
    ADD COLUMN refunded_minor bigint NOT NULL DEFAULT 0,
    ADD COLUMN returned_at timestamptz,
    ADD COLUMN note text;

DROP INDEX history.orders_of_customer;

CREATE INDEX orders_of_customer ON history.orders (customer_id, shop_id, placed_at DESC, id DESC)
    INCLUDE (status, currency, total_minor, refunded_minor);

-- The three that name a contact of another system are there together, or not at all.
ALTER TABLE history.contacts
    ADD COLUMN last_words text,
    ADD COLUMN platform text,
    ADD COLUMN reference text,
    ADD COLUMN digest bytea, -- SHA-256 of the contact as it came: equal means nothing to do
    ADD UNIQUE (reference, platform, shop_id);

ALTER TABLE history.conversations
    ADD COLUMN last_seq bigint,
    ADD COLUMN last_words text;
