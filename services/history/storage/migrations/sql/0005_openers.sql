-- The proven addresses that open the cards of these customers, each with the oldest customer of its
-- person; asked by the shop's own ids or by customers.
CREATE FUNCTION history.openers(p_shop uuid, p_shop_refs text[], p_customers uuid[])
RETURNS TABLE (kind text, value text, customer_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_named uuid[];
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    v_named := p_customers || ARRAY(
        SELECT i.customer_id FROM history.identities i
        WHERE i.shop_id = p_shop AND i.kind = 'shop_customer' AND i.value = ANY (p_shop_refs)
    );
    RETURN QUERY
    SELECT DISTINCT i.kind, i.value, every.ids[1]
    FROM unnest(v_named) AS one(id)
    CROSS JOIN LATERAL history.customers_of(p_shop, one.id) AS every(ids)
    JOIN history.identities i ON i.shop_id = p_shop AND i.customer_id = ANY (every.ids);
END $$;
