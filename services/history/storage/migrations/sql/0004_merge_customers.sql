-- Makes two customers one person and returns the merge; the one that holds already, if there is one.
-- Without p_by the evidence speaks for itself, and what an agent has undone stays undone: no merge.
-- The caller has set the scope and called lock_merges.
CREATE FUNCTION history.merge_customers(
    p_shop uuid, p_merge uuid, p_one uuid, p_other uuid, p_evidence text, p_kind text,
    p_value text, p_order_reference text, p_at timestamptz, p_by text
) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
AS $$
DECLARE
    v_one uuid := least(p_one, p_other);
    v_other uuid := greatest(p_one, p_other);
    v_merge uuid;
BEGIN
    SELECT m.id INTO v_merge FROM history.merges m
    WHERE m.shop_id = p_shop AND m.customer_id = v_one AND m.other_id = v_other
        AND (m.undone_at IS NULL OR p_by IS NULL)
    ORDER BY m.undone_at DESC NULLS FIRST LIMIT 1;
    IF FOUND OR v_one = v_other THEN
        RETURN v_merge;
    END IF;
    INSERT INTO history.merges (
        shop_id, id, customer_id, other_id, evidence, kind, value, order_reference,
        merged_at, merged_by
    ) VALUES (
        p_shop, p_merge, v_one, v_other, p_evidence, p_kind, p_value, p_order_reference, p_at, p_by
    );
    PERFORM history.regroup(p_shop, v_one);
    RETURN p_merge;
END $$;
