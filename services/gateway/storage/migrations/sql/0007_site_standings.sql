-- How each site stands now, of at most 8 shops, and which of its sessions were ended since.
CREATE FUNCTION gateway.site_standings(p_shops uuid[], p_sites uuid[], p_since timestamptz)
RETURNS TABLE (
    site_id uuid, closed boolean, secret_proofs bytea[], jwks jsonb, jwks_url text, ended uuid[]
)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.shop_ids', array_to_string(p_shops, ','), true);
    RETURN QUERY
        SELECT t.id, t.closed_at IS NOT NULL, gateway.secret_proofs(t), t.jwks, t.jwks_url,
            ARRAY(SELECT s.id FROM gateway.sessions s
                WHERE s.site_id = t.id AND s.ended_at >= p_since)
        FROM gateway.sites t WHERE t.id = ANY (p_sites) AND t.shop_id = ANY (p_shops);
END
$$;
