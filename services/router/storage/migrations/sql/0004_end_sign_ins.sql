-- Ends every sign-in of an agent; false: there is no such agent.
CREATE FUNCTION router.end_sign_ins(p_shop uuid, p_agent uuid, p_reason text) RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_epoch int;
BEGIN
    UPDATE router.agents a SET token_epoch = a.token_epoch + 1
    WHERE a.shop_id = p_shop AND a.id = p_agent RETURNING a.token_epoch INTO v_epoch;
    IF v_epoch IS NULL THEN
        RETURN false;
    END IF;
    PERFORM router.revoke(p_shop, p_agent, v_epoch, p_reason);
    RETURN true;
END
$$
