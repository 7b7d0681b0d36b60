-- Finds conversations that have ended, newest first. Under row security `@@` never uses its index
-- (it is not leakproof), so this runs as the owner, who has a policy of its own on this one table;
-- the shop, and for an agent who it is, are part of what the index is asked.
CREATE FUNCTION gateway.search_ended(
    p_shop uuid, p_agent uuid, p_query text, p_before uuid, p_limit int
) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_query tsquery := to_tsquery('simple', p_query) && quote_literal('~s' || p_shop)::tsquery;
BEGIN
    IF p_agent IS NOT NULL THEN
        v_query := v_query && quote_literal('~a' || p_agent)::tsquery;
    END IF;
    RETURN QUERY
        SELECT s.conversation_id FROM gateway.searchable s
        WHERE s.words @@ v_query AND s.shop_id = p_shop AND s.conversation_id < p_before
        ORDER BY s.conversation_id DESC LIMIT p_limit;
END
$$;
