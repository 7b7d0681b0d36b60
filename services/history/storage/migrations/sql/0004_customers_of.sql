-- The customers who are the same person as this one, the oldest first; the caller has set the scope.
CREATE FUNCTION history.customers_of(p_shop uuid, p_customer uuid) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_oldest uuid;
BEGIN
    SELECT coalesce(c.merged_into, c.id) INTO v_oldest FROM history.customers c
    WHERE c.shop_id = p_shop AND c.id = p_customer;
    RETURN array_remove(ARRAY[v_oldest], NULL) || ARRAY(
        SELECT c.id FROM history.customers c
        WHERE c.shop_id = p_shop AND c.merged_into = v_oldest ORDER BY c.id
    );
END $$;
