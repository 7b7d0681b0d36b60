-- The card of whoever has this identity for certain.
CREATE FUNCTION history.card(p_shop uuid, p_kind text, p_value text, p_most integer)
RETURNS TABLE (customer jsonb, orders jsonb, contacts jsonb, may_be jsonb, more jsonb)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    RETURN QUERY
    SELECT card.* FROM history.identities i
    CROSS JOIN LATERAL history.card_of(p_shop, i.customer_id, p_most) card
    WHERE i.shop_id = p_shop AND i.kind = p_kind AND i.value = p_value AND i.verified;
END $$;
