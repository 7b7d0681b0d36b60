-- What customer tokens of a site may be proved by besides its secret.
CREATE FUNCTION gateway.site_keys(p_shop uuid, p_site uuid) RETURNS TABLE (
    secret_proofs bytea[], jwks jsonb, jwks_url text, token_issuer text, token_audience text
)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.shop_ids', p_shop::text, true);
    RETURN QUERY SELECT gateway.secret_proofs(t), t.jwks, t.jwks_url, t.token_issuer,
        t.token_audience FROM gateway.sites t WHERE t.id = p_site AND t.shop_id = p_shop;
END
$$;
