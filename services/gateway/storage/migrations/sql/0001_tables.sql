-- A site is one page or brand of a shop that customers write from.
CREATE TABLE gateway.sites (
    id uuid PRIMARY KEY,
    shop_id uuid NOT NULL,
    name text NOT NULL,
    key text NOT NULL UNIQUE,
    -- Signs the shop's customer tokens (HS256), so it has to be readable here.
    customer_secret text NOT NULL,
    origins text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A session is one customer's resumable place; its connections come and go.
CREATE TABLE gateway.sessions (
    id uuid PRIMARY KEY,
    shop_id uuid NOT NULL,
    site_id uuid NOT NULL REFERENCES gateway.sites (id),
    token_digest bytea NOT NULL,
    epoch int NOT NULL DEFAULT 1,
    -- Grows with each hello: the newest connection wins, on whichever node it is.
    connection_no bigint NOT NULL DEFAULT 0,
    customer_kind text,
    customer_value text,
    customer_verified boolean NOT NULL DEFAULT false,
    customer_name text,
    -- The wire form of what every event says of this session's conversations.
    summary jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((customer_kind IS NULL) = (customer_value IS NULL))
);

CREATE TABLE gateway.conversations (
    id uuid PRIMARY KEY,
    shop_id uuid NOT NULL,
    site_id uuid NOT NULL REFERENCES gateway.sites (id),
    session_id uuid NOT NULL REFERENCES gateway.sessions (id),
    wire_id text NOT NULL,
    channel text NOT NULL,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'ended')),
    last_seq bigint NOT NULL DEFAULT 0,
    event_version bigint NOT NULL DEFAULT 0,
    epoch int NOT NULL DEFAULT 1,
    -- The router's word, copied by version; a grant may be ahead of it.
    routing_version int NOT NULL DEFAULT 0,
    agent_id uuid,
    agent_name text,
    assignment_id uuid,
    assignment_version int NOT NULL DEFAULT 0,
    customer_kind text,
    customer_value text,
    customer_verified boolean NOT NULL DEFAULT false,
    customer_name text,
    summary jsonb NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK ((status = 'ended') = (ended_at IS NOT NULL))
) WITH (fillfactor = 70);

-- One open conversation a session: whoever begins a second one finds the first.
CREATE UNIQUE INDEX conversations_one_open ON gateway.conversations (session_id)
    WHERE status = 'open';
CREATE INDEX conversations_of_session ON gateway.conversations (session_id, started_at);
CREATE INDEX conversations_of_agent ON gateway.conversations (agent_id)
    WHERE status = 'open' AND agent_id IS NOT NULL;

CREATE TABLE gateway.items (
    -- No foreign key: the functions that add items hold the conversation's row, and the check
    -- would cost as much again as the insert.
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL CHECK (seq > 0),
    id uuid NOT NULL UNIQUE,
    shop_id uuid NOT NULL,
    kind text NOT NULL,
    visibility text NOT NULL CHECK (visibility IN ('everyone', 'agents')),
    author_kind text NOT NULL,
    author_id uuid,
    author_name text,
    -- Whose client_id it is: the session, the agent, or for a system line the conversation.
    sender_id uuid NOT NULL,
    client_id text NOT NULL,
    text text NOT NULL,
    received_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, seq),
    -- The same client_id of the same sender is the same message, for ever.
    CONSTRAINT items_once UNIQUE (sender_id, client_id)
);
