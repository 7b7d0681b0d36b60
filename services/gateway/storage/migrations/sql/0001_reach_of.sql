-- How far these conversations of at most 8 shops reach: the healing sweep's one question.
CREATE FUNCTION gateway.reach_of(p_shops uuid[], p_conversations uuid[]) RETURNS TABLE (
    conversation_id uuid, last_seq bigint
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.shop_ids', array_to_string(p_shops, ','), true);
    RETURN QUERY SELECT c.id, c.last_seq FROM gateway.conversations c
    WHERE c.id = ANY (p_conversations);
END
$$;
