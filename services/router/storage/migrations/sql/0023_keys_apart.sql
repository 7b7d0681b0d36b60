-- Before a table's first ANALYZE all indexes that begin with `shop_id` look alike to the planner, and
-- the checks of foreign keys took the newest of them: each offer and each decision walked every
-- conversation of its shop. So no other whole index begins as a primary key does (decision 0006).
DROP INDEX router.conversations_clock;

CREATE INDEX conversations_clock ON router.conversations
    ((coalesce(clock_at, started_at)), shop_id);

DROP INDEX router.offers_of_conversation;

CREATE INDEX offers_of_conversation ON router.offers (conversation_id, shop_id);

DROP INDEX router.offers_of_agent;

CREATE INDEX offers_of_agent ON router.offers (agent_id, created_at, shop_id);

DROP INDEX router.assignments_of_agent;

CREATE INDEX assignments_of_agent ON router.assignments (agent_id, started_at, shop_id);

ALTER TABLE router.agents DROP CONSTRAINT agents_shop_id_email_key;

ALTER TABLE router.agents ADD CONSTRAINT agents_email_shop_id_key UNIQUE (email, shop_id)
