-- A shop's store on a platform. The secret is what the platform signs with: verifying needs it whole.
CREATE TABLE history.connections (
    shop_id uuid NOT NULL,
    id uuid NOT NULL,
    platform text NOT NULL,
    store text NOT NULL,
    customers_as text NOT NULL,
    webhook_secret text NOT NULL,
    connected_at timestamptz NOT NULL,
    cursors jsonb NOT NULL DEFAULT '{}', -- how far a back-fill has come, by collection
    rejected integer NOT NULL DEFAULT 0, -- signed webhooks that could not be kept, and the last one
    rejected_at timestamptz,
    rejected_reason text,
    PRIMARY KEY (id, shop_id),
    UNIQUE (store, platform, shop_id)
);
