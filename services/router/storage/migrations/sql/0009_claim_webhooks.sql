-- Takes what is due of a shop: of each subject the first delivery alone, of each webhook as many
-- subjects as p_each and its place in p_busy leave room for, p_limit in all. Whoever claims has
-- until p_until; then anybody may.
CREATE FUNCTION router.claim_webhooks(
    p_shop uuid, p_claim uuid, p_now timestamptz, p_until timestamptz, p_limit int, p_each int,
    p_busy uuid[], p_sending int[]
) RETURNS TABLE (
    webhook_id uuid, subject text, event_id uuid, body text, attempts int, url text, secret text,
    old_secret text, failing_since timestamptz
)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    UPDATE router.webhook_lanes l SET next_at = 'infinity', claim = NULL
    FROM router.webhooks w
    WHERE w.shop_id = p_shop AND w.disabled_at IS NOT NULL
        AND l.shop_id = w.shop_id AND l.webhook_id = w.id AND l.next_at <= p_now;
    RETURN QUERY
    WITH due AS MATERIALIZED (
        SELECT l.shop_id, l.webhook_id, l.subject FROM router.webhooks w
        LEFT JOIN unnest(p_busy, p_sending) AS b (webhook_id, sending) ON b.webhook_id = w.id
        CROSS JOIN LATERAL (
            SELECT lane.shop_id, lane.webhook_id, lane.subject FROM router.webhook_lanes lane
            WHERE lane.shop_id = w.shop_id AND lane.webhook_id = w.id AND lane.next_at <= p_now
            ORDER BY lane.next_at LIMIT greatest(0, p_each - coalesce(b.sending, 0))
            FOR UPDATE SKIP LOCKED
        ) l
        WHERE w.shop_id = p_shop AND w.disabled_at IS NULL
        LIMIT p_limit
    ), taken AS (
        UPDATE router.webhook_lanes l SET next_at = p_until, claim = p_claim FROM due d
        WHERE l.shop_id = d.shop_id AND l.webhook_id = d.webhook_id AND l.subject = d.subject
        RETURNING l.webhook_id, l.subject
    )
    SELECT t.webhook_id, t.subject, d.event_id, d.body, d.attempts, w.url, w.secret,
        CASE WHEN w.old_secret_until > p_now THEN w.old_secret END, w.failing_since
    FROM taken t
    JOIN router.webhooks w ON w.shop_id = p_shop AND w.id = t.webhook_id
    CROSS JOIN LATERAL (
        SELECT one.event_id, one.body, one.attempts FROM router.webhook_deliveries one
        WHERE one.shop_id = p_shop AND one.webhook_id = t.webhook_id AND one.subject = t.subject
            AND one.status = 'pending'
        ORDER BY one.place LIMIT 1
    ) d;
END
$$
