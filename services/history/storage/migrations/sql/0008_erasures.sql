-- What is known of the person stands here until every service has erased, and not longer.
CREATE TABLE history.erasures (
    shop_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_ids uuid[] NOT NULL,
    proven jsonb NOT NULL, -- [{"kind", "value"}, ...]
    given text[] NOT NULL,
    conversation_ids uuid[] NOT NULL,
    requested_at timestamptz NOT NULL,
    requested_by text NOT NULL,
    gateway_at timestamptz,
    router_at timestamptz,
    finished_at timestamptz,
    waits_for text,
    tries integer NOT NULL DEFAULT 0,
    next_try_at timestamptz, -- none: it is done
    erased jsonb NOT NULL DEFAULT '{}', -- rows by service and kind
    PRIMARY KEY (id, shop_id),
    CHECK ((finished_at IS NULL) = (next_try_at IS NOT NULL))
);

CREATE INDEX erasures_due ON history.erasures (next_try_at) WHERE next_try_at IS NOT NULL;

CREATE INDEX erasures_of_customer ON history.erasures USING gin (customer_ids);

CREATE INDEX conversations_of_customer ON history.conversations (customer_value)
    WHERE customer_value IS NOT NULL
