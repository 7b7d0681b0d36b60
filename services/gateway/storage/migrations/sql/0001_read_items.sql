-- One page of a conversation after a seq, in order; every row also says how far it reaches.
-- A conversation without items after the seq answers one row without an item; an unknown one none.
CREATE FUNCTION gateway.read_items(
    p_shop uuid, p_conversation uuid, p_after bigint, p_limit int
) RETURNS TABLE (last_seq bigint, epoch int, item gateway.items)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    RETURN QUERY
        SELECT c.last_seq, c.epoch, i FROM gateway.conversations c
        LEFT JOIN gateway.items i ON i.conversation_id = c.id AND i.seq > p_after
        WHERE c.id = p_conversation AND c.shop_id = p_shop
        ORDER BY i.seq LIMIT p_limit;
END
$$;
