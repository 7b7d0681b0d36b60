-- Since when each agent has been available and connected, with what capacity: what occupancy is
-- measured against. A line at each change; nobody waits for it and nothing is decided by it.
CREATE TABLE router.agent_standings (
    shop_id uuid NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    agent_id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    status text NOT NULL,
    connected boolean NOT NULL,
    capacity int NOT NULL,
    PRIMARY KEY (shop_id, agent_id, id),
    FOREIGN KEY (shop_id, agent_id) REFERENCES router.agents
);

-- What a report of a span reads.
CREATE INDEX conversations_clock ON router.conversations
    (shop_id, (coalesce(clock_at, started_at)));

CREATE INDEX offers_of_agent ON router.offers (shop_id, agent_id, created_at);

CREATE INDEX assignments_of_agent ON router.assignments (shop_id, agent_id, started_at);
