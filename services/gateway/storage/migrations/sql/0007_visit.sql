-- What one REST request of a customer is judged by: the session that its token proves, with its
-- latest conversation and its site as they are now; and whether the named conversation is one of
-- the session's. No row: the session does not exist, is ended, or the token is not its.
CREATE FUNCTION gateway.visit(p_shop uuid, p_session uuid, p_digest bytea, p_named uuid)
RETURNS TABLE (
    site_id uuid, epoch int, connection_no bigint, conversation_id uuid, last_seq bigint,
    named_is_ours boolean, under_way boolean, proof bytea, origins text[], closed boolean,
    secret_proofs bytea[], jwks jsonb, jwks_url text
)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    RETURN QUERY
        SELECT s.site_id, s.epoch, s.connection_no, c.id, coalesce(c.last_seq, 0),
            p_named IS NOT NULL AND EXISTS (SELECT FROM gateway.conversations n
                WHERE n.id = p_named AND n.session_id = s.id),
            coalesce(c.status = 'open', false), s.customer_proof, t.origins,
            t.closed_at IS NOT NULL, gateway.secret_proofs(t), t.jwks, t.jwks_url
        FROM gateway.sessions s
        JOIN gateway.sites t ON t.id = s.site_id
        LEFT JOIN LATERAL (
            SELECT l.id, l.last_seq, l.status FROM gateway.conversations l
            WHERE l.session_id = s.id ORDER BY l.started_at DESC LIMIT 1) c ON true
        WHERE s.id = p_session AND s.shop_id = p_shop AND s.token_digest = p_digest
            AND s.ended_at IS NULL;
END
$$;
