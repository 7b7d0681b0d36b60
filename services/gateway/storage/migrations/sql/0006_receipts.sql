-- How far each party of a conversation received and read: latest values, which only grow.
CREATE TABLE gateway.receipts (
    conversation_id uuid NOT NULL,
    party text NOT NULL CHECK (party IN ('customer', 'agent')),
    shop_id uuid NOT NULL,
    received_seq bigint NOT NULL DEFAULT 0,
    received_at timestamptz,
    read_seq bigint NOT NULL DEFAULT 0,
    read_at timestamptz,
    -- When the first human answer had reached the customer: kept beside the response clock, which
    -- stops at its commit.
    answer_delivered_at timestamptz,
    PRIMARY KEY (conversation_id, party)
) WITH (fillfactor = 70)
