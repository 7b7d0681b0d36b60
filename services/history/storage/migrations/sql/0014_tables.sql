-- What the router tells of promises to customers, whose truth it is: the card shows those to be kept.
CREATE TABLE history.promises (
    shop_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    customer_id uuid, -- none: somebody else left the same address unproven
    conversation_id uuid NOT NULL,
    text text NOT NULL,
    due_at timestamptz NOT NULL,
    order_reference text,
    promised_at timestamptz NOT NULL,
    promised_by text,
    is_over boolean NOT NULL,
    PRIMARY KEY (id, shop_id),
    FOREIGN KEY (customer_id, shop_id) REFERENCES history.customers (id, shop_id)
);

CREATE INDEX promises_of_customer ON history.promises (customer_id, shop_id, due_at);

-- There was a second kind of promise here that nobody was ever offered. What was still open of it becomes
-- a note, so that no word to a customer is lost.
ALTER TABLE history.follow_ups NO FORCE ROW LEVEL SECURITY;

ALTER TABLE history.notes NO FORCE ROW LEVEL SECURITY;

INSERT INTO history.notes (shop_id, id, customer_id, text, created_at, created_by)
SELECT f.shop_id, f.id, f.customer_id,
    'Promised by ' || to_char(f.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC: ' || f.text,
    f.created_at, f.created_by
FROM history.follow_ups f WHERE f.done_at IS NULL;

ALTER TABLE history.notes FORCE ROW LEVEL SECURITY;

DROP TABLE history.follow_ups;
