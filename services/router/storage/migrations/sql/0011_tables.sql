-- A conversation that is wrapped up has ended for its customer.
ALTER TABLE router.conversations
    DROP CONSTRAINT conversations_check,
    ADD CONSTRAINT conversations_over
        CHECK ((status IN ('wrap_up', 'ended')) = (ended_at IS NOT NULL)),
    -- Who is asked first after it was re-opened.
    ADD COLUMN preferred_agent uuid,
    ADD COLUMN outcome text,
    -- What was promised when it was closed, and when that was kept.
    ADD COLUMN promised_by timestamptz,
    ADD COLUMN promise_words text,
    ADD COLUMN promise_order text,
    ADD COLUMN solved_at timestamptz;

ALTER TABLE router.assignments
    DROP CONSTRAINT assignments_check,
    ADD CONSTRAINT assignments_over CHECK ((status = 'ended') = (ended_at IS NOT NULL)),
    ADD COLUMN wrap_up_until timestamptz;

DROP INDEX router.assignments_active;

-- What an engine is rebuilt from, and what holds capacity.
CREATE INDEX assignments_live ON router.assignments (shop_id, agent_id) WHERE status <> 'ended';

-- Promises to keep, the most urgent first.
CREATE INDEX conversations_promised ON router.conversations (shop_id, promised_by)
    WHERE promised_by IS NOT NULL AND solved_at IS NULL;
