-- Makes the caller the owner of a shop's engine and returns its token; null: there is no such shop.
-- Waits for commits that hold the row, so whatever the owner before has committed is visible now.
CREATE FUNCTION router.take_lease(p_shop uuid, p_holder uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_token bigint;
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    INSERT INTO router.leases AS l (shop_id, token, holder)
    SELECT s.shop_id, 1, p_holder FROM router.shops s WHERE s.shop_id = p_shop
    ON CONFLICT (shop_id) DO UPDATE
        SET token = l.token + 1, holder = p_holder, taken_at = clock_timestamp()
    RETURNING token INTO v_token;
    RETURN v_token;
END
$$
