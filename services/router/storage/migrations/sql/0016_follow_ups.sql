-- Promises are work of their own from now on; those that are still to keep become some.
-- Forced row security hides every row from the owner, too: it is lifted for what was there before.
ALTER TABLE router.conversations NO FORCE ROW LEVEL SECURITY;

INSERT INTO router.conversations (shop_id, id, status, channel, customer, preview, started_at,
    queued_at, respond_by, weight, version, assignment_version, passed_by, offers_made,
    decisions_made, transfers, held_until, clock_at, preferred_agent, kind, external_id, work)
SELECT c.shop_id, gen_random_uuid(), 'queued', 'task', c.customer, c.promise_words, c.ended_at,
    c.ended_at, c.promised_by + interval '15 minutes', 1, 1, 0, '[]', 0, 0, 0, c.promised_by,
    c.promised_by, c.agent_id, 'follow_up', router.wire_id('conv', c.id),
    jsonb_build_object('title', c.promise_words, 'target_ms', 900000, 'url', NULL,
        'attributes', '{}'::jsonb, 'respond_by', NULL, 'order_reference', c.promise_order,
        'not_before', to_char(c.promised_by AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'promised_by', c.agent_id, 'promised_by_name', c.agent_name)
FROM router.conversations c
WHERE c.promised_by IS NOT NULL AND c.solved_at IS NULL AND c.ended_at IS NOT NULL;

ALTER TABLE router.conversations FORCE ROW LEVEL SECURITY;
