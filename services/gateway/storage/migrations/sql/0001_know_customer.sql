-- Writes who the customer of a session has proved to be, also onto the conversation under way.
CREATE FUNCTION gateway.know_customer(
    p_session uuid, p_kind text, p_value text, p_verified boolean, p_name text, p_customer jsonb
) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    UPDATE gateway.sessions SET
        customer_kind = p_kind, customer_value = p_value, customer_verified = p_verified,
        customer_name = p_name, summary = jsonb_set(summary, '{customer}', p_customer)
    WHERE id = p_session;
    UPDATE gateway.conversations SET
        customer_kind = p_kind, customer_value = p_value, customer_verified = p_verified,
        customer_name = p_name, summary = jsonb_set(summary, '{customer}', p_customer)
    WHERE session_id = p_session AND status = 'open';
END
$$;
