-- A token carries the epoch of its agent; one of a smaller epoch is good no more.
ALTER TABLE router.agents ADD COLUMN token_epoch int NOT NULL DEFAULT 0;

CREATE TABLE router.revocations (
    shop_id uuid NOT NULL REFERENCES router.shops,
    -- A sign-in, an API key, or an agent, whose tokens of a smaller epoch are meant.
    subject uuid NOT NULL,
    token_epoch int NOT NULL,
    reason text NOT NULL,
    revoked_at timestamptz NOT NULL,
    -- From then on every token that is meant has expired.
    until timestamptz NOT NULL,
    PRIMARY KEY (shop_id, subject)
);

CREATE INDEX revocations_since ON router.revocations (revoked_at);
