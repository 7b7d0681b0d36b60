ALTER TABLE router.agents
    -- Channel -> what its conversations take of the capacity.
    ADD COLUMN weights jsonb NOT NULL DEFAULT '{}',
    -- True: the limit is the queue's, or else the shop's.
    ADD COLUMN inherits_capacity boolean NOT NULL DEFAULT false;

ALTER TABLE router.queues
    ADD COLUMN priority int NOT NULL DEFAULT 0,
    -- Of agents without a limit of their own; null: the shop's.
    ADD COLUMN capacity int,
    ADD COLUMN weights jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN channels text[] NOT NULL DEFAULT '{}',
    ADD COLUMN max_waiting int,
    -- [{"after_ms": ..., "skills": ..., "any_language": ..., "queue_id": ...}, ...]
    ADD COLUMN steps jsonb NOT NULL DEFAULT '[]';

ALTER TABLE router.conversations
    -- Null: the shop's default queue.
    ADD COLUMN queue_id uuid,
    ADD COLUMN head_start_ms int;
