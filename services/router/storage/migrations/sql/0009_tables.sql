-- Where a shop's programs have events posted to.
CREATE TABLE router.webhooks (
    shop_id uuid NOT NULL REFERENCES router.shops,
    id uuid NOT NULL,
    url text NOT NULL,
    description text NOT NULL,
    -- Names of events, or noun.*
    events text[] NOT NULL,
    -- Also what agents alone may read.
    internal boolean NOT NULL,
    secret text NOT NULL,
    -- Signs beside the new one until then.
    old_secret text,
    old_secret_until timestamptz,
    disabled_at timestamptz,
    disabled_by text,
    failing_since timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (shop_id, id),
    CHECK ((disabled_at IS NULL) = (disabled_by IS NULL)),
    CHECK ((old_secret IS NULL) = (old_secret_until IS NULL))
);

-- One event for one webhook: what waits to be sent, and the log of what was.
CREATE TABLE router.webhook_deliveries (
    shop_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    event_id uuid NOT NULL,
    -- Grows in the order of commits within a subject, as one router at a time commits for a shop.
    place bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    subject text NOT NULL,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    -- The very characters that are posted, the same with every try.
    body text NOT NULL,
    status text NOT NULL DEFAULT 'pending',
    -- Since it was made or replayed.
    attempts int NOT NULL DEFAULT 0,
    -- [{"at", "took_ms", "status", "fault"}, ...]
    tries jsonb NOT NULL DEFAULT '[]',
    next_at timestamptz,
    PRIMARY KEY (shop_id, webhook_id, event_id),
    FOREIGN KEY (shop_id, webhook_id) REFERENCES router.webhooks ON DELETE CASCADE
) WITH (fillfactor = 80);

CREATE INDEX webhook_deliveries_pending
    ON router.webhook_deliveries (shop_id, webhook_id, subject, place) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_log ON router.webhook_deliveries (shop_id, webhook_id, place);
CREATE INDEX webhook_deliveries_age ON router.webhook_deliveries (shop_id, occurred_at);

-- One row for each subject of which something waits: its first delivery is due at next_at, the
-- others behind it are not looked at. Whoever adds a delivery locks the row, and so does whoever
-- finishes one, so that nothing is left behind between the two.
CREATE TABLE router.webhook_lanes (
    shop_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    subject text NOT NULL,
    -- While it is being sent: when somebody else may, because the sender must be dead.
    next_at timestamptz NOT NULL,
    claim uuid,
    PRIMARY KEY (shop_id, webhook_id, subject),
    FOREIGN KEY (shop_id, webhook_id) REFERENCES router.webhooks ON DELETE CASCADE
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

CREATE INDEX webhook_lanes_due ON router.webhook_lanes (shop_id, webhook_id, next_at);
CREATE INDEX webhook_lanes_swept ON router.webhook_lanes (next_at)
