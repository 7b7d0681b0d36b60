-- What a session's customer has not seen of the conversations before the latest: the rest of the
-- one named, and all of those between. A conversation that is not the session's names nothing.
CREATE FUNCTION gateway.read_left_over(
    p_shop uuid, p_session uuid, p_named uuid, p_after bigint, p_latest uuid, p_limit int
) RETURNS SETOF gateway.items
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    RETURN QUERY
        SELECT i.* FROM gateway.conversations n
        JOIN gateway.conversations c ON c.session_id = n.session_id
            AND c.started_at >= n.started_at AND c.id <> p_latest
        JOIN gateway.items i ON i.conversation_id = c.id AND (c.id <> n.id OR i.seq > p_after)
        WHERE n.id = p_named AND n.session_id = p_session
        ORDER BY c.started_at, i.seq LIMIT p_limit;
END
$$;
