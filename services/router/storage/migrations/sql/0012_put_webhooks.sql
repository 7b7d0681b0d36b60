-- Writes what is to be posted to webhooks, in the transaction that makes it true: the events of the
-- outbox, once each, and the gateway's items that were heard, in the order in which they happened.
-- A shop without a webhook pays for one look into a table. What services tell one another beside the
-- state stays with them: how far they have heard, and the lines of colleagues, which come as items.
CREATE OR REPLACE FUNCTION router.put_webhooks(p_held uuid[], p_rows jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM router.webhooks w
        WHERE w.shop_id = ANY (p_held) AND w.disabled_at IS NULL)
    THEN
        RETURN;
    END IF;
    WITH told AS (
        -- An item stands before the event of its shop whose place it names.
        SELECT h.shop_id, h.event_id, h.subject, h.type, h.occurred_at, h.due_at, h.internal,
            h.body, h.place, 0 AS after, h.ord
        FROM ROWS FROM (jsonb_to_recordset(p_rows -> 'heard_items') AS (
            shop_id uuid, event_id uuid, subject text, type text, occurred_at text,
            due_at timestamptz, internal boolean, body jsonb, place int)) WITH ORDINALITY
            AS h (shop_id, event_id, subject, type, occurred_at, due_at, internal, body, place, ord)
        UNION ALL
        SELECT e.shop_id, e.event_id, e.stream, e.type, e.occurred_at, e.occurred_at::timestamptz,
            false, e.body - ARRAY['heard_version', 'lines'],
            (row_number() OVER (PARTITION BY e.shop_id ORDER BY e.ord) - 1)::int, 1, e.ord
        FROM ROWS FROM (jsonb_to_recordset(p_rows -> 'outbox') AS (
            receiver text, shop_id uuid, stream text, event_id uuid, type text, occurred_at text,
            body jsonb)) WITH ORDINALITY
            AS e (receiver, shop_id, stream, event_id, type, occurred_at, body, ord)
        WHERE e.receiver = 'history'
    ), made AS (
        INSERT INTO router.webhook_deliveries AS d (
            shop_id, webhook_id, event_id, subject, type, occurred_at, body, next_at)
        SELECT w.shop_id, w.id, t.event_id, t.subject, t.type, t.occurred_at::timestamptz,
            json_build_object('id', router.wire_id('evt', t.event_id), 'type', t.type,
                'occurred_at', t.occurred_at, 'shop_id', router.wire_id('shop', t.shop_id),
                'data', t.body)::text, t.due_at
        FROM told t
        JOIN router.webhooks w ON w.shop_id = t.shop_id AND w.disabled_at IS NULL
            AND w.events && ARRAY[t.type, split_part(t.type, '.', 1) || '.*']
            AND (w.internal OR NOT t.internal)
        WHERE t.shop_id = ANY (p_held)
        ORDER BY t.shop_id, t.place, t.after, t.ord
        ON CONFLICT DO NOTHING
        RETURNING d.shop_id, d.webhook_id, d.subject, d.next_at
    )
    -- WHERE false: a lane that is there is locked and left as it is.
    INSERT INTO router.webhook_lanes AS l (shop_id, webhook_id, subject, next_at)
    SELECT m.shop_id, m.webhook_id, m.subject, min(m.next_at) FROM made m
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (shop_id, webhook_id, subject) DO UPDATE SET next_at = l.next_at WHERE false;
END
$$
