-- Every key starts with the shop: one shop's ids can never collide with, or tell of, another's.
CREATE TABLE router.shops (
    shop_id uuid PRIMARY KEY,
    name text NOT NULL,
    -- Figures that differ from the default policy, by their names in domain/policy.py.
    policy jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Who owns a shop's engine: whoever took the greatest token last. Every commit compares it.
CREATE TABLE router.leases (
    shop_id uuid PRIMARY KEY,
    token bigint NOT NULL,
    holder uuid NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE router.queues (
    shop_id uuid NOT NULL REFERENCES router.shops,
    id uuid NOT NULL,
    name text NOT NULL,
    is_default boolean NOT NULL DEFAULT false,
    first_response_target_ms int NOT NULL CHECK (first_response_target_ms > 0),
    PRIMARY KEY (shop_id, id)
);

CREATE UNIQUE INDEX queues_one_default ON router.queues (shop_id) WHERE is_default;

CREATE TABLE router.agents (
    shop_id uuid NOT NULL REFERENCES router.shops,
    id uuid NOT NULL,
    name text NOT NULL,
    -- Lower case; what sign-in looks for with `=`.
    email text NOT NULL,
    password_hash text NOT NULL,
    roles text[] NOT NULL,
    capacity int NOT NULL CHECK (capacity >= 0),
    -- From here on the engine's, written by commit_group only.
    status text NOT NULL,
    nodes uuid[] NOT NULL DEFAULT '{}',
    load int NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 1,
    idle_since timestamptz NOT NULL DEFAULT 'epoch',
    gone_since timestamptz,
    expiries_in_row int NOT NULL DEFAULT 0,
    PRIMARY KEY (shop_id, id),
    UNIQUE (shop_id, email)
) WITH (fillfactor = 70);

CREATE TABLE router.api_keys (
    shop_id uuid NOT NULL REFERENCES router.shops,
    id uuid NOT NULL,
    name text NOT NULL,
    digest bytea NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    revoked_at timestamptz,
    PRIMARY KEY (shop_id, id)
);

CREATE TABLE router.conversations (
    shop_id uuid NOT NULL REFERENCES router.shops,
    id uuid NOT NULL,
    status text NOT NULL,
    channel text NOT NULL,
    customer jsonb,
    preview text NOT NULL,
    started_at timestamptz NOT NULL,
    queued_at timestamptz NOT NULL,
    respond_by timestamptz NOT NULL,
    weight int NOT NULL,
    version int NOT NULL,
    agent_id uuid,
    agent_name text,
    assignment_id uuid,
    assignment_version int NOT NULL,
    first_response_ms bigint,
    queue_wait_ms bigint,
    ended_at timestamptz,
    end_reason text,
    -- [[agent, instant], ...]: who declined it or let it expire, and when.
    passed_by jsonb NOT NULL,
    widen_at timestamptz,
    offers_made int NOT NULL,
    decisions_made int NOT NULL,
    PRIMARY KEY (shop_id, id),
    CHECK ((status = 'ended') = (ended_at IS NOT NULL))
) WITH (fillfactor = 70);

-- What an engine is rebuilt from.
CREATE INDEX conversations_live ON router.conversations (shop_id) WHERE status <> 'ended';

CREATE TABLE router.offers (
    shop_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    ordinal int NOT NULL,
    weight int NOT NULL,
    status text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    seen_at timestamptz,
    reminded_at timestamptz,
    ended_at timestamptz,
    end_cause text,
    PRIMARY KEY (shop_id, id),
    FOREIGN KEY (shop_id, conversation_id) REFERENCES router.conversations,
    FOREIGN KEY (shop_id, agent_id) REFERENCES router.agents,
    CHECK ((status = 'pending') = (ended_at IS NULL))
) WITH (fillfactor = 70);

CREATE INDEX offers_pending ON router.offers (shop_id, agent_id) WHERE status = 'pending';

-- An agent is asked about a conversation once at a time; also finds who was ever asked.
CREATE UNIQUE INDEX offers_one_pending ON router.offers (shop_id, conversation_id, agent_id)
    WHERE status = 'pending';

CREATE INDEX offers_of_conversation ON router.offers (shop_id, conversation_id);

CREATE TABLE router.assignments (
    shop_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    version int NOT NULL,
    weight int NOT NULL,
    status text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (shop_id, id),
    UNIQUE (shop_id, offer_id),
    FOREIGN KEY (shop_id, conversation_id) REFERENCES router.conversations,
    FOREIGN KEY (shop_id, agent_id) REFERENCES router.agents,
    FOREIGN KEY (shop_id, offer_id) REFERENCES router.offers,
    CHECK ((status = 'active') = (ended_at IS NULL))
);

-- Promise 3: a conversation has at most one owner, whatever any process believes.
CREATE UNIQUE INDEX assignments_one_active ON router.assignments (shop_id, conversation_id)
    WHERE status = 'active';

CREATE INDEX assignments_active ON router.assignments (shop_id, agent_id) WHERE status = 'active';

CREATE TABLE router.decisions (
    shop_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    decided_at timestamptz NOT NULL,
    trigger text NOT NULL,
    policy text NOT NULL,
    candidates jsonb NOT NULL,
    excluded jsonb NOT NULL,
    waiting_ahead int NOT NULL,
    PRIMARY KEY (shop_id, id),
    FOREIGN KEY (shop_id, conversation_id) REFERENCES router.conversations
);

CREATE INDEX decisions_of_conversation ON router.decisions (shop_id, conversation_id, decided_at);
