-- Says of which of these orders this very state is known: their places, from 1. A first look: what is
-- not known yet goes to ingest_orders, which looks again under its locks. Where none of some of them is
-- there at all, the batch is taken for new, and the others are not looked for.
CREATE OR REPLACE FUNCTION history.known_orders(
    p_shop uuid, p_platforms text[], p_references text[], p_digests bytea[]
) RETURNS integer[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    IF NOT history.some_known(p_shop, p_platforms, p_references) THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(
        SELECT told.place::integer
        FROM unnest(p_platforms, p_references, p_digests) WITH ORDINALITY
            AS told(platform, reference, digest, place)
        WHERE told.digest = (
            SELECT o.digest FROM history.orders o
            WHERE o.shop_id = p_shop AND o.platform = told.platform
                AND o.reference = told.reference
        )
    );
END $$;
