-- No two keys or indexes of a table begin with the same column. Before a table's first ANALYZE all
-- that begin with shop_id look equally good, and the planner took one that read the whole shop.
CREATE TABLE history.customers (
    shop_id uuid NOT NULL,
    id uuid NOT NULL,
    name text,
    email text,
    phone text,
    city text,
    region text,
    locale text,
    since timestamptz, -- the first order
    profile_at timestamptz NOT NULL, -- when what is said above was true: an older order changes nothing
    PRIMARY KEY (id, shop_id)
);

-- Always looked up by =, on values that were normalised before they came here.
CREATE TABLE history.identities (
    shop_id uuid NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    customer_id uuid NOT NULL,
    verified boolean NOT NULL,
    PRIMARY KEY (value, kind, shop_id),
    FOREIGN KEY (customer_id, shop_id) REFERENCES history.customers (id, shop_id)
);

CREATE INDEX identities_of_customer ON history.identities (customer_id, shop_id);

-- The lines stand in the order: they are written, replaced and shown with it and never alone.
CREATE TABLE history.orders (
    shop_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    platform text NOT NULL,
    reference text NOT NULL,
    status text NOT NULL,
    placed_at timestamptz NOT NULL,
    promised_at timestamptz,
    delivered_at timestamptz,
    currency text NOT NULL,
    total_minor bigint NOT NULL,
    review_score smallint,
    review_text text,
    lines jsonb NOT NULL,
    digest bytea NOT NULL, -- SHA-256 of the order as it came: equal means nothing to do
    PRIMARY KEY (id, shop_id),
    UNIQUE (reference, platform, shop_id),
    FOREIGN KEY (customer_id, shop_id) REFERENCES history.customers (id, shop_id)
);

CREATE INDEX orders_of_customer ON history.orders (customer_id, shop_id, placed_at DESC, id DESC)
    INCLUDE (status, currency, total_minor);

CREATE TABLE history.contacts (
    shop_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    customer_id uuid, -- none: nobody we know for certain wrote
    channel text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    end_reason text NOT NULL,
    agent_name text,
    first_response_ms bigint,
    message_count integer NOT NULL,
    first_words text NOT NULL,
    PRIMARY KEY (id, shop_id),
    UNIQUE (conversation_id, shop_id),
    FOREIGN KEY (customer_id, shop_id) REFERENCES history.customers (id, shop_id)
);

CREATE INDEX contacts_of_customer ON history.contacts (customer_id, shop_id, ended_at DESC, id DESC);

-- What is known so far of a conversation, from two emitters whose events come in any order.
CREATE TABLE history.conversations (
    shop_id uuid NOT NULL,
    id uuid NOT NULL,
    channel text NOT NULL,
    started_at timestamptz NOT NULL,
    customer_kind text,
    customer_value text, -- normalised; there only when verified
    customer_name text,
    message_count integer NOT NULL DEFAULT 0,
    first_seq bigint,
    first_words text NOT NULL DEFAULT '',
    routing_version bigint NOT NULL DEFAULT 0,
    agent_name text,
    first_response_ms bigint,
    ended_at timestamptz,
    end_reason text,
    PRIMARY KEY (id, shop_id)
);

-- How far an unfinished import of the same source has come; 0 when it came to its end.
CREATE TABLE history.imports (
    shop_id uuid NOT NULL,
    source text NOT NULL,
    next_batch integer NOT NULL,
    PRIMARY KEY (source, shop_id)
);
