-- Writes what came of a try, and lets the subject go on; does nothing for who has lost the claim.
-- Returns when the subject is due next: null when nothing of it waits, or the claim was lost.
CREATE FUNCTION router.settle_webhook(
    p_shop uuid, p_webhook uuid, p_subject text, p_event uuid, p_claim uuid, p_now timestamptz,
    p_status text, p_next timestamptz, p_try jsonb
) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_next timestamptz := p_next;
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    PERFORM 1 FROM router.webhook_lanes l
    WHERE l.shop_id = p_shop AND l.webhook_id = p_webhook AND l.subject = p_subject
        AND l.claim = p_claim FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    -- From here on each statement sees whatever was added before the lane was locked.
    UPDATE router.webhook_deliveries d SET status = p_status, attempts = d.attempts + 1,
        tries = d.tries || p_try, next_at = p_next
    WHERE d.shop_id = p_shop AND d.webhook_id = p_webhook AND d.event_id = p_event;
    UPDATE router.webhooks w
    SET failing_since = CASE WHEN p_status = 'delivered' THEN NULL ELSE p_now END
    WHERE w.shop_id = p_shop AND w.id = p_webhook
        AND (w.failing_since IS NULL) <> (p_status = 'delivered');
    IF p_status <> 'pending' THEN
        SELECT p_now INTO v_next FROM router.webhook_deliveries d
        WHERE d.shop_id = p_shop AND d.webhook_id = p_webhook AND d.subject = p_subject
            AND d.status = 'pending' LIMIT 1;
    END IF;
    IF v_next IS NULL THEN
        DELETE FROM router.webhook_lanes l
        WHERE l.shop_id = p_shop AND l.webhook_id = p_webhook AND l.subject = p_subject;
    ELSE
        UPDATE router.webhook_lanes l SET next_at = v_next, claim = NULL
        WHERE l.shop_id = p_shop AND l.webhook_id = p_webhook AND l.subject = p_subject;
    END IF;
    RETURN v_next;
END
$$
