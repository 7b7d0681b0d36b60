ALTER TABLE router.shops
    -- How often the shop has set its figures.
    ADD COLUMN policy_version int NOT NULL DEFAULT 0;

-- Every set of figures a shop was routed by: decisions name the version.
CREATE TABLE router.policy_versions (
    shop_id uuid NOT NULL REFERENCES router.shops,
    version int NOT NULL,
    figures jsonb NOT NULL,
    set_at timestamptz NOT NULL,
    PRIMARY KEY (shop_id, version)
);
