-- The oldest customer of each person who gave this address, proven or not; at most p_most rows of
-- mentions are read: a shop's own counter may give its address for everybody.
CREATE FUNCTION history.who_gave(p_shop uuid, p_kind text, p_value text, p_most integer)
RETURNS TABLE (kind text, customer_id uuid)
LANGUAGE plpgsql STABLE SECURITY INVOKER
SET enable_seqscan = off
AS $$
BEGIN
    RETURN QUERY
    SELECT DISTINCT p_kind, coalesce(c.merged_into, c.id)
    FROM (
        (SELECT m.customer_id FROM history.mentions m
         WHERE m.shop_id = p_shop AND m.kind = p_kind AND m.value = p_value
         ORDER BY m.customer_id DESC LIMIT p_most)
        UNION
        (SELECT i.customer_id FROM history.identities i
         WHERE i.shop_id = p_shop AND i.kind = p_kind AND i.value = p_value)
    ) gave
    JOIN history.customers c ON c.shop_id = p_shop AND c.id = gave.customer_id;
END $$;
