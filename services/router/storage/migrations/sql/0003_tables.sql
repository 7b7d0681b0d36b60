ALTER TABLE router.agents
    -- Skill -> level, 1 to 5.
    ADD COLUMN skills jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ADD COLUMN deactivated_at timestamptz;

ALTER TABLE router.queues
    ADD COLUMN skills jsonb NOT NULL DEFAULT '{}',
    -- Null: always open.
    ADD COLUMN hours jsonb,
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ADD COLUMN retired_at timestamptz,
    ADD CHECK (NOT (is_default AND retired_at IS NOT NULL));

ALTER TABLE router.api_keys
    -- Of the key's text, so that people can tell their keys apart.
    ADD COLUMN last_four text NOT NULL DEFAULT '';
