-- What agents keep of a customer: notes for colleagues, and what was promised to be done.
CREATE TABLE history.notes (
    shop_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    text text NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    PRIMARY KEY (id, shop_id),
    FOREIGN KEY (customer_id, shop_id) REFERENCES history.customers (id, shop_id)
);

CREATE INDEX notes_of_customer ON history.notes (customer_id, shop_id, id DESC);

CREATE TABLE history.follow_ups (
    shop_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    text text NOT NULL,
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    done_at timestamptz,
    done_by text,
    PRIMARY KEY (id, shop_id),
    FOREIGN KEY (customer_id, shop_id) REFERENCES history.customers (id, shop_id)
);

CREATE INDEX follow_ups_open ON history.follow_ups (customer_id, shop_id, due_at)
    WHERE done_at IS NULL;

-- Products of the same orders, counted by a job over the shop's newest orders; the whole of a shop is
-- replaced each time.
CREATE TABLE history.bought_together (
    shop_id uuid NOT NULL,
    product_ref text NOT NULL,
    other_ref text NOT NULL,
    title text NOT NULL, -- of the other
    together integer NOT NULL, -- orders with both
    support double precision NOT NULL, -- their share of all orders
    lift double precision NOT NULL, -- how much likelier with the product than without looking
    PRIMARY KEY (product_ref, other_ref, shop_id)
);

-- How the customer rated a conversation, and which orders it named.
ALTER TABLE history.contacts
    ADD COLUMN rating smallint,
    ADD COLUMN order_ids uuid[] NOT NULL DEFAULT '{}';

ALTER TABLE history.conversations
    ADD COLUMN rating smallint,
    ADD COLUMN named text[] NOT NULL DEFAULT '{}';
