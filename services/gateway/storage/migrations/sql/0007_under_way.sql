-- Which of these sessions of one shop have a conversation under way.
CREATE FUNCTION gateway.under_way(p_shop uuid, p_sessions uuid[]) RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    RETURN QUERY SELECT c.session_id FROM gateway.conversations c
        WHERE c.session_id = ANY (p_sessions) AND c.status = 'open';
END
$$;
