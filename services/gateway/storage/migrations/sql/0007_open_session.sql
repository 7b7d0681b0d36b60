-- Goes on with the session a token proves, or begins one when none is named, or when the customer
-- is not known to be the same: somebody else, or nobody where somebody was (who has signed out).
-- No row: the named session does not exist, is ended, or the token is not its.
CREATE FUNCTION gateway.open_session(
    p_shop uuid, p_site uuid, p_session uuid, p_digest bytea, p_new_session uuid,
    p_new_digest bytea, p_summary jsonb, p_kind text, p_value text, p_verified boolean, p_name text,
    p_proof bytea
) RETURNS TABLE (
    session_id uuid, is_new boolean, epoch int, connection_no bigint, conversation_id uuid,
    last_seq bigint
)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
    s gateway.sessions%ROWTYPE;
    v_customer jsonb := p_summary -> 'customer';
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    IF p_session IS NOT NULL THEN
        SELECT * INTO s FROM gateway.sessions
        WHERE id = p_session AND shop_id = p_shop AND site_id = p_site AND token_digest = p_digest
            AND ended_at IS NULL
        FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RETURN;
        END IF;
    END IF;
    IF p_session IS NULL OR (s.customer_value IS NOT NULL
            AND (p_kind, p_value) IS DISTINCT FROM (s.customer_kind, s.customer_value)) THEN
        INSERT INTO gateway.sessions (
            id, shop_id, site_id, token_digest, connection_no, customer_kind, customer_value,
            customer_verified, customer_name, customer_proof, summary)
        VALUES (p_new_session, p_shop, p_site, p_new_digest, 1, p_kind, p_value, p_verified,
            p_name, p_proof, p_summary);
        RETURN QUERY SELECT p_new_session, true, 1, 1::bigint, NULL::uuid, 0::bigint;
        RETURN;
    END IF;
    UPDATE gateway.sessions SET connection_no = connection_no + 1,
        customer_proof = coalesce(p_proof, customer_proof)
    WHERE id = p_session RETURNING * INTO s;
    IF p_value IS NOT NULL THEN
        PERFORM gateway.know_customer(p_session, p_kind, p_value, p_verified, p_name, v_customer);
    END IF;
    RETURN QUERY
        SELECT s.id, false, s.epoch, s.connection_no, c.id, coalesce(c.last_seq, 0)
        FROM (SELECT) AS one LEFT JOIN LATERAL (
            SELECT l.id, l.last_seq FROM gateway.conversations l WHERE l.session_id = s.id
            ORDER BY l.started_at DESC LIMIT 1) c ON true;
END
$$;
