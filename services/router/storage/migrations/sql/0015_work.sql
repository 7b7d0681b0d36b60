-- Other work than conversations waits in the same line. It is written once, with the row.
ALTER TABLE router.conversations
    -- NULL: a conversation.
    ADD COLUMN kind text,
    -- What its owner calls it.
    ADD COLUMN external_id text,
    ADD COLUMN work jsonb,
    ADD CONSTRAINT conversations_work CHECK ((kind IS NULL) = (work IS NULL));

CREATE INDEX conversations_work ON router.conversations (shop_id, kind, id) WHERE kind IS NOT NULL;

CREATE INDEX conversations_external ON router.conversations (shop_id, external_id, id)
    WHERE external_id IS NOT NULL;
