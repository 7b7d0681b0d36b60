-- Ends the carts that these orders came of. A cart that comes after its order is ended by ingest_carts.
CREATE FUNCTION history.end_carts(p_shop uuid, p_orders history.told_order[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_order record;
BEGIN
    FOR v_order IN
        SELECT d.platform, d.cart_reference, to_timestamp(d.placed_at / 1000.0) AS placed_at
        FROM unnest(p_orders) AS d
        WHERE d.cart_reference IS NOT NULL
        ORDER BY d.platform, d.cart_reference
    LOOP
        UPDATE history.carts c SET ordered_at = v_order.placed_at
        WHERE c.shop_id = p_shop AND c.platform = v_order.platform
            AND c.reference = v_order.cart_reference
            AND c.ordered_at IS DISTINCT FROM v_order.placed_at;
    END LOOP;
END $$;
