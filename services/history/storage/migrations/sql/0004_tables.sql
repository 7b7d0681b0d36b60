-- An address that somebody typed proves nothing, and several people may have typed the same one.
CREATE TABLE history.mentions (
    shop_id uuid NOT NULL,
    kind text NOT NULL,
    value text NOT NULL, -- normalised, always looked up by =
    customer_id uuid NOT NULL,
    PRIMARY KEY (value, kind, customer_id, shop_id),
    FOREIGN KEY (customer_id, shop_id) REFERENCES history.customers (id, shop_id)
);

CREATE INDEX mentions_of_customer ON history.mentions (customer_id, shop_id);

-- That two customers are one person, and what shows it. Nothing is moved: who is one person follows
-- from the merges that hold, so to undo one restores exactly what was there without it.
CREATE TABLE history.merges (
    shop_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL, -- the older of the two
    other_id uuid NOT NULL,
    evidence text NOT NULL,
    kind text NOT NULL, -- of the address that shows it
    value text NOT NULL,
    order_reference text,
    merged_at timestamptz NOT NULL,
    merged_by text, -- an agent's name; none: the evidence was enough by itself
    undone_at timestamptz,
    undone_by text,
    PRIMARY KEY (id, shop_id),
    CHECK (customer_id < other_id),
    FOREIGN KEY (customer_id, shop_id) REFERENCES history.customers (id, shop_id),
    FOREIGN KEY (other_id, shop_id) REFERENCES history.customers (id, shop_id)
);

CREATE UNIQUE INDEX merges_that_hold ON history.merges (customer_id, other_id, shop_id)
    WHERE undone_at IS NULL;

CREATE INDEX merges_of_other ON history.merges (other_id, shop_id);

-- The oldest customer of the same person; none: this one is the oldest, or alone.
ALTER TABLE history.customers ADD COLUMN merged_into uuid;

CREATE INDEX customers_merged ON history.customers (merged_into, shop_id)
    WHERE merged_into IS NOT NULL;

-- Forced row security hides every row from the owner, too: it is lifted for what was there before.
ALTER TABLE history.identities NO FORCE ROW LEVEL SECURITY;

ALTER TABLE history.mentions NO FORCE ROW LEVEL SECURITY;

INSERT INTO history.mentions (shop_id, kind, value, customer_id)
SELECT shop_id, kind, value, customer_id FROM history.identities WHERE NOT verified;

DELETE FROM history.identities WHERE NOT verified;

ALTER TABLE history.identities FORCE ROW LEVEL SECURITY;

ALTER TABLE history.mentions FORCE ROW LEVEL SECURITY;
