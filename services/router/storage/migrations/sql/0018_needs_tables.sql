ALTER TABLE router.agents
    -- ISO 639, such as en; none: whatever customers write.
    ADD COLUMN languages text[] NOT NULL DEFAULT '{}',
    -- Written by commit_group: whose turn it is among agents who are alike.
    ADD COLUMN turn bigint NOT NULL DEFAULT 0;

ALTER TABLE router.conversations
    -- {"skills": {name: level}, "language": ...}; null: nothing.
    ADD COLUMN needs jsonb,
    -- [{"at": ..., what changes}, ...]: while it waits.
    ADD COLUMN stages jsonb;
