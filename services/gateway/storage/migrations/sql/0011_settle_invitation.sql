-- Takes a customer's answer to an invitation; false: the session has none that waits for one.
CREATE FUNCTION gateway.settle_invitation(
    p_shop uuid, p_session uuid, p_id uuid, p_state text
) RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    UPDATE gateway.invitations
    SET state = p_state, settled_at = date_trunc('milliseconds', clock_timestamp())
    WHERE id = p_id AND session_id = p_session AND state IN ('opened', 'lapsed');
    RETURN FOUND;
END
$$;
