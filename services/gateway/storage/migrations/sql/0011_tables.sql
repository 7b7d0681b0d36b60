ALTER TABLE gateway.sites
    -- When customers are invited to write: rules in the order in which they are tried.
    ADD COLUMN invitations jsonb NOT NULL DEFAULT '[]';

-- Every invitation that a customer saw, and what came of it.
CREATE TABLE gateway.invitations (
    id uuid PRIMARY KEY,
    shop_id uuid NOT NULL,
    site_id uuid NOT NULL REFERENCES gateway.sites (id),
    -- No foreign key: a session without a word goes after a while, its invitations are counted.
    session_id uuid NOT NULL,
    rule text NOT NULL,
    -- What the customer read.
    text text NOT NULL,
    state text NOT NULL DEFAULT 'opened'
        CHECK (state IN ('opened', 'accepted', 'dismissed', 'lapsed')),
    opened_at timestamptz NOT NULL,
    settled_at timestamptz,
    -- What the customer wrote upon it.
    conversation_id uuid UNIQUE,
    CHECK ((state = 'opened') = (settled_at IS NULL)),
    CHECK (conversation_id IS NULL OR state = 'accepted')
);

-- At most one open invitation a session.
CREATE UNIQUE INDEX invitations_one_open ON gateway.invitations (session_id) WHERE state = 'opened';

CREATE INDEX invitations_of_session ON gateway.invitations (session_id, opened_at);

CREATE INDEX invitations_of_site ON gateway.invitations (site_id, opened_at);
