-- Promises that were made before history was told of any: each is told as it stands.
-- Forced row security hides every row from the owner, too: it is lifted for what was there before.
ALTER TABLE router.conversations NO FORCE ROW LEVEL SECURITY;

ALTER TABLE router.outbox NO FORCE ROW LEVEL SECURITY;

INSERT INTO router.outbox (receiver, shop_id, stream, version, event_id, type, occurred_at, body)
SELECT 'history', c.shop_id, router.wire_id('fwup', c.id) || ':' || c.version, 1, gen_random_uuid(),
    'promise.changed', c.started_at, jsonb_build_object(
        'id', router.wire_id('fwup', c.id), 'version', c.version,
        'conversation_id', c.external_id, 'customer', c.customer, 'text', c.work ->> 'title',
        'due_at', c.work -> 'not_before', 'order_reference', c.work -> 'order_reference',
        'promised_at', to_char(c.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'promised_by', c.work -> 'promised_by_name', 'over', false)
FROM router.conversations c
WHERE c.kind = 'follow_up' AND c.status NOT IN ('wrap_up', 'ended')
ON CONFLICT DO NOTHING;

ALTER TABLE router.outbox FORCE ROW LEVEL SECURITY;

ALTER TABLE router.conversations FORCE ROW LEVEL SECURITY;
