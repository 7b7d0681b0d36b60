-- Days after which a shop's rows go; none: they are kept. A shop without a row keeps everything.
CREATE TABLE history.retention (
    shop_id uuid PRIMARY KEY,
    contacts_days integer,
    orders_days integer,
    conversations_days integer,
    files_days integer,
    decisions_days integer,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    next_sweep_at timestamptz NOT NULL,
    swept_at timestamptz,
    erased jsonb NOT NULL DEFAULT '{}' -- rows of the last sweep, by service and kind
);

CREATE INDEX retention_due ON history.retention (next_sweep_at);

CREATE INDEX contacts_by_age ON history.contacts (ended_at);

CREATE INDEX orders_by_age ON history.orders (placed_at);

-- To whom a customer's card was shown over REST, or told everything: a row a customer, viewer and hour.
CREATE TABLE history.card_views (
    shop_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    how text NOT NULL, -- card, export
    viewer_kind text NOT NULL,
    viewer_id text NOT NULL,
    viewer_name text NOT NULL,
    hour timestamptz NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    times integer NOT NULL,
    PRIMARY KEY (customer_id, hour, how, viewer_kind, viewer_id, shop_id)
)
