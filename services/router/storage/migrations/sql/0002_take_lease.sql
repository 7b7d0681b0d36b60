-- Makes the caller the owner of a shop's engine when its lease is free, over, or the caller's own;
-- says who holds it after that, with which token. No row: there is no such shop.
CREATE FUNCTION router.take_lease(p_shop uuid, p_holder uuid, p_life_ms int)
RETURNS TABLE (token bigint, holder uuid)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    INSERT INTO router.leases (shop_id, token, holder)
        SELECT s.shop_id, 0, p_holder FROM router.shops s WHERE s.shop_id = p_shop
        ON CONFLICT DO NOTHING;
    -- FOR UPDATE waits for commits that hold the row FOR KEY SHARE, so whatever the owner before
    -- has committed is visible to the caller's next statement. A plain UPDATE would not wait.
    PERFORM FROM router.leases l WHERE l.shop_id = p_shop
        AND (l.holder = p_holder OR l.expires_at <= clock_timestamp()) FOR UPDATE;
    IF FOUND THEN
        UPDATE router.leases l SET
            token = l.token + 1, holder = p_holder, taken_at = clock_timestamp(),
            expires_at = clock_timestamp() + p_life_ms * interval '1 millisecond'
        WHERE l.shop_id = p_shop;
    END IF;
    RETURN QUERY SELECT l.token, l.holder FROM router.leases l WHERE l.shop_id = p_shop;
END
$$
