-- A shop's conversations, newest first, from before an id on; of an agent (p_agent) those served
-- now or once, of nobody all. p_status: open, ended, or null for both. p_query: a tsquery of plain
-- words, or null. Open ones are searched as they stand: there are as many as agents can serve.
CREATE FUNCTION gateway.list_conversations(
    p_shop uuid, p_agent uuid, p_status text, p_query text, p_before uuid, p_limit int
) RETURNS TABLE (
    id uuid, site_id uuid, channel text, status text, last_seq bigint, epoch int,
    routing_version int, agent_id uuid, agent_name text, customer_kind text, customer_value text,
    customer_verified boolean, customer_name text, started_at timestamptz, ended_at timestamptz,
    preview text
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
    v_before uuid := coalesce(p_before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    v_open uuid[] := '{}';
    v_rest uuid[] := '{}';
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    IF p_status IS DISTINCT FROM 'ended' THEN
        v_open := ARRAY(
            SELECT c.id FROM gateway.conversations c
            WHERE c.shop_id = p_shop AND c.status = 'open' AND c.id < v_before
                AND (p_agent IS NULL OR c.agent_id = p_agent)
                AND (p_query IS NULL
                    OR gateway.words_of(p_shop, c.id) @@ to_tsquery('simple', p_query))
            ORDER BY c.id DESC LIMIT p_limit);
    END IF;
    IF p_status = 'open' THEN
        NULL;
    ELSIF p_query IS NOT NULL THEN
        v_rest := ARRAY(
            SELECT f FROM gateway.search_ended(p_shop, p_agent, p_query, v_before, p_limit) f);
    ELSIF p_agent IS NULL THEN
        v_rest := ARRAY(
            SELECT c.id FROM gateway.conversations c
            WHERE c.shop_id = p_shop AND c.status = 'ended' AND c.id < v_before
            ORDER BY c.id DESC LIMIT p_limit);
    ELSE
        v_rest := ARRAY(
            SELECT c.id FROM gateway.served s
            JOIN gateway.conversations c ON c.id = s.conversation_id
            WHERE s.shop_id = p_shop AND s.agent_id = p_agent AND s.conversation_id < v_before
                AND (p_status IS NULL OR c.status = 'ended')
            ORDER BY s.conversation_id DESC LIMIT p_limit);
    END IF;
    RETURN QUERY
        SELECT c.id, c.site_id, c.channel, c.status, c.last_seq, c.epoch, c.routing_version,
            c.agent_id, c.agent_name, c.customer_kind, c.customer_value, c.customer_verified,
            c.customer_name, c.started_at, c.ended_at,
            (SELECT i.text FROM gateway.items i
                WHERE i.conversation_id = c.id AND i.kind = 'message'
                    AND i.visibility = 'everyone'
                ORDER BY i.seq LIMIT 1)
        FROM gateway.conversations c
        WHERE c.id = ANY (v_open || v_rest) AND c.shop_id = p_shop
        ORDER BY c.id DESC LIMIT p_limit;
END
$$;
