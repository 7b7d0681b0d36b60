-- Ends the session that a token proves; false: there is none, or it is ended already.
CREATE FUNCTION gateway.end_session(p_shop uuid, p_session uuid, p_digest bytea) RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    UPDATE gateway.sessions SET ended_at = clock_timestamp()
    WHERE id = p_session AND shop_id = p_shop AND token_digest = p_digest AND ended_at IS NULL;
    RETURN FOUND;
END
$$;
