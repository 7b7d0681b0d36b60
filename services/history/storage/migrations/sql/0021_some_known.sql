-- Says whether one of these orders is known, in whatever state: of many, one in each sixteenth is looked for.
CREATE FUNCTION history.some_known(p_shop uuid, p_platforms text[], p_references text[])
RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_count integer := cardinality(p_references);
BEGIN
    RETURN EXISTS (
        SELECT FROM generate_series(1, v_count, greatest(v_count / 16, 1)) AS place
        CROSS JOIN LATERAL (
            SELECT FROM history.orders o
            WHERE o.shop_id = p_shop AND o.platform = p_platforms[place]
                AND o.reference = p_references[place]
            OFFSET 0
        ) known
    );
END $$;
