-- What was told first of each waiting conversation: how long it takes yet. The share that held is
-- reported from it, and a router that takes the shop over goes on guessing from it.
CREATE TABLE router.told_waits (
    shop_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    told_at timestamptz NOT NULL,
    expected_ms bigint NOT NULL,
    low_ms bigint,
    high_ms bigint,
    gap_ms double precision NOT NULL,
    compose_ms double precision NOT NULL,
    PRIMARY KEY (shop_id, conversation_id)
);

CREATE INDEX told_waits_newest ON router.told_waits (shop_id, told_at);
