-- Ends a webhook that is gone or fails for days, and writes the record of it. Only as it was when
-- it was tried: one that has another address by now, or has taken something since, is left alone.
CREATE FUNCTION router.end_webhook(
    p_shop uuid, p_webhook uuid, p_url text, p_failing_since timestamptz, p_why text,
    p_now timestamptz, p_change uuid
) RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    UPDATE router.webhooks w SET disabled_at = p_now, disabled_by = p_why
    WHERE w.shop_id = p_shop AND w.id = p_webhook AND w.disabled_at IS NULL AND w.url = p_url
        AND (p_why = 'gone' OR w.failing_since = p_failing_since);
    IF FOUND THEN
        INSERT INTO router.changes (shop_id, id, changed_at, actor_kind, actor_id, actor_name,
            action, target, fields)
        VALUES (p_shop, p_change, p_now, 'system', NULL, 'router', 'webhook.disabled',
            router.wire_id('hook', p_webhook), jsonb_build_object(
                'enabled', jsonb_build_object('before', true, 'after', false),
                'disabled_by', jsonb_build_object('before', NULL, 'after', p_why)));
    END IF;
    RETURN FOUND;
END
$$
