-- Deletes what the log of a shop's deliveries no longer keeps, p_limit at a time; says how many.
CREATE FUNCTION router.prune_webhooks(
    p_shop uuid, p_delivered_before timestamptz, p_before timestamptz, p_limit int
) RETURNS int
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_deleted int;
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    DELETE FROM router.webhook_deliveries d WHERE (d.shop_id, d.webhook_id, d.event_id) IN (
        SELECT o.shop_id, o.webhook_id, o.event_id FROM router.webhook_deliveries o
        WHERE o.shop_id = p_shop AND (o.occurred_at < p_before
            OR (o.occurred_at < p_delivered_before AND o.status = 'delivered'))
        ORDER BY o.occurred_at LIMIT p_limit FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS v_deleted = ROW_COUNT;
    DELETE FROM router.webhook_lanes l WHERE l.shop_id = p_shop AND l.next_at = 'infinity'
        AND NOT EXISTS (SELECT FROM router.webhook_deliveries d
            WHERE d.shop_id = l.shop_id AND d.webhook_id = l.webhook_id AND d.subject = l.subject
                AND d.status = 'pending');
    RETURN v_deleted;
END
$$
