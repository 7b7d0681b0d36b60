-- Says anew who is the same person as this customer: everybody that holding merges lead to.
CREATE FUNCTION history.regroup(p_shop uuid, p_customer uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_reached uuid[] := ARRAY[p_customer];
    v_next uuid[] := v_reached;
    v_oldest uuid;
BEGIN
    WHILE cardinality(v_next) > 0 LOOP
        v_next := ARRAY(
            SELECT m.other_id FROM history.merges m
            WHERE m.shop_id = p_shop AND m.customer_id = ANY (v_next) AND m.undone_at IS NULL
                AND m.other_id <> ALL (v_reached)
            UNION
            SELECT m.customer_id FROM history.merges m
            WHERE m.shop_id = p_shop AND m.other_id = ANY (v_next) AND m.undone_at IS NULL
                AND m.customer_id <> ALL (v_reached)
        );
        v_reached := v_reached || v_next;
    END LOOP;
    SELECT r.id INTO v_oldest FROM unnest(v_reached) AS r(id) ORDER BY r.id LIMIT 1;
    UPDATE history.customers c SET merged_into = nullif(v_oldest, c.id)
    WHERE c.shop_id = p_shop AND c.id = ANY (v_reached)
        AND c.merged_into IS DISTINCT FROM nullif(v_oldest, c.id);
END $$;
